/* SPDX-License-Identifier: BSD-2-Clause */
/* The bpf() call: its commands, and the rules that all of them have. */
#include "kern/call.h"

#include <errno.h>

/* used: bytes of attr that the command knows; more must be zero (CHECK_ATTR). cap: the
 * right that all of it needs; 0: none, or not for all. */
static const struct command {
	call_fn *fn;
	u32 used, cap;
} commands[] = {
#define END(field) (offsetof(union bpfattr, field) + sizeof(((union bpfattr *)0)->field))
	[BPF_MAP_CREATE] = {call_map_create, END(map.excl_prog_hash_size), 0},
	[BPF_MAP_LOOKUP_ELEM] = {call_map_lookup, END(a.flags), 0},
	[BPF_MAP_UPDATE_ELEM] = {call_map_update, END(a.flags), 0},
	[BPF_MAP_DELETE_ELEM] = {call_map_delete, END(a.key), 0},
	[BPF_MAP_GET_NEXT_KEY] = {call_map_next, END(a.next_key), 0},
	[BPF_PROG_LOAD] = {call_prog_load, END(load.keyring_id), 0},
	[BPF_OBJ_PIN] = {call_obj_pin, END(pin.path_fd), 0},
	[BPF_OBJ_GET] = {call_obj_get, END(pin.path_fd), 0},
	[BPF_PROG_ATTACH] = {call_prog_attach, END(attach.expected_revision), 0},
	[BPF_PROG_DETACH] = {call_prog_detach, END(attach.expected_revision), 0},
	[BPF_PROG_TEST_RUN] = {call_prog_test_run, END(a.test.batch_size), 0},
	[BPF_PROG_GET_NEXT_ID] = {call_next_prog, END(by_id.next_id), CAP_SYS_ADMIN},
	[BPF_MAP_GET_NEXT_ID] = {call_next_map, END(by_id.next_id), CAP_SYS_ADMIN},
	[BPF_PROG_GET_FD_BY_ID] = {call_prog_by_id, END(by_id.id), CAP_SYS_ADMIN},
	[BPF_MAP_GET_FD_BY_ID] = {call_map_by_id, END(by_id.open_flags), CAP_SYS_ADMIN},
	[BPF_OBJ_GET_INFO_BY_FD] = {call_info, END(a.info.info), 0},
	[BPF_PROG_QUERY] = {call_prog_query, END(query.revision), CAP_NET_ADMIN},
	[BPF_RAW_TRACEPOINT_OPEN] = {call_raw_tracepoint, END(raw_tp.cookie), 0},
	[BPF_BTF_LOAD] = {call_btf_load, END(btf.token_fd), CAP_BPF},
	[BPF_BTF_GET_FD_BY_ID] = {call_btf_by_id, END(by_id.token_fd), CAP_SYS_ADMIN},
	[BPF_TASK_FD_QUERY] = {call_task_fd_query, END(a.task_fd_query.probe_addr), CAP_SYS_ADMIN},
	[BPF_MAP_LOOKUP_AND_DELETE_ELEM] = {call_map_take, END(a.flags), 0},
	[BPF_MAP_FREEZE] = {call_map_freeze, END(a.map_fd), 0},
	[BPF_BTF_GET_NEXT_ID] = {call_next_btf, END(by_id.next_id), CAP_SYS_ADMIN},
	[BPF_MAP_LOOKUP_BATCH] = {call_map_batch_lookup, END(a.batch.flags), 0},
	[BPF_MAP_LOOKUP_AND_DELETE_BATCH] = {call_map_batch_take, END(a.batch.flags), 0},
	[BPF_MAP_UPDATE_BATCH] = {call_map_batch_update, END(a.batch.flags), 0},
	[BPF_MAP_DELETE_BATCH] = {call_map_batch_delete, END(a.batch.flags), 0},
	[BPF_LINK_CREATE] = {call_link_create, END(link.uprobe_multi.pid), 0},
	[BPF_LINK_UPDATE] = {call_link_update, END(a.link_update.old_prog_fd), 0},
	[BPF_LINK_GET_FD_BY_ID] = {call_link_by_id, END(by_id.id), CAP_SYS_ADMIN},
	[BPF_LINK_GET_NEXT_ID] = {call_next_link, END(by_id.next_id), CAP_SYS_ADMIN},
	[BPF_ENABLE_STATS] = {call_enable_stats, END(a.enable_stats.type), CAP_SYS_ADMIN},
	[BPF_ITER_CREATE] = {call_iter_create, END(a.iter_create.flags), 0},
	[BPF_LINK_DETACH] = {call_link_detach, END(a.link_detach.link_fd), 0},
	[BPF_PROG_BIND_MAP] = {call_prog_bind_map, END(a.prog_bind_map.flags), 0},
	[BPFCMD_TOKEN_CREATE] = {call_token_create, 8, 0},
	[BPFCMD_PROG_STREAM_READ_BY_FD] = {call_stream_read, END(stream.prog_fd), 0},
};

static bool rest_is_zero(const union bpfattr *a, u32 used)
{
	for (u32 i = used; i < BPFATTR_SIZE; i++)
		if (a->byte[i])
			return false;
	return true;
}

static long call(u32 cmd, u64 uattr, u32 size)
{
	union bpfattr attr = {.byte = {0}};
	int err = user_rest_is_zero(uattr, size, BPFATTR_SIZE);

	if (err)
		return err;
	size = MIN(size, (u32)BPFATTR_SIZE);
	if (user_read(&attr, uattr, size))
		return -EFAULT;
	if (cmd >= LEN(commands) || !commands[cmd].fn)
		return -EINVAL;
	if (!rest_is_zero(&attr, commands[cmd].used))
		return -EINVAL;
	if (commands[cmd].cap && !kern_capable(commands[cmd].cap))
		return -EPERM;
	return commands[cmd].fn(&attr, uattr, size);
}

int kern_bpf(int cmd, union bpf_attr *attr, unsigned size)
{
	int saved = errno;
	long ret = call((u32)cmd, (u64)(uintptr_t)attr, size);

	errno = saved;
	return (int)ret;
}
