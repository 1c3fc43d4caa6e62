/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs run without run-time checks: those of which the verifier's proof is all
 * that is needed. What they touch is the stack, a packet and its context, values of plain
 * maps and what helpers gave them; no helper that they call follows an address of theirs
 * that was not proved. */
#include "kern/call.h"

enum { MAY_GOTO = 0xe5 };

static bool plain_helper(u32 id)
{
	switch (id) {
	case BPF_FUNC_map_lookup_elem:
	case BPF_FUNC_map_update_elem:
	case BPF_FUNC_map_delete_elem:
	case BPF_FUNC_map_push_elem:
	case BPF_FUNC_map_pop_elem:
	case BPF_FUNC_map_peek_elem:
	case BPF_FUNC_map_lookup_percpu_elem:
	case BPF_FUNC_for_each_map_elem:
	case BPF_FUNC_loop:
	case BPF_FUNC_ktime_get_ns:
	case BPF_FUNC_ktime_get_boot_ns:
	case BPF_FUNC_ktime_get_coarse_ns:
	case BPF_FUNC_ktime_get_tai_ns:
	case BPF_FUNC_jiffies64:
	case BPF_FUNC_get_prandom_u32:
	case BPF_FUNC_get_smp_processor_id:
	case BPF_FUNC_get_numa_node_id:
	case BPF_FUNC_get_current_pid_tgid:
	case BPF_FUNC_get_current_uid_gid:
	case BPF_FUNC_get_current_comm:
	case BPF_FUNC_get_hash_recalc:
	case BPF_FUNC_set_hash:
	case BPF_FUNC_csum_diff:
	case BPF_FUNC_csum_update:
	case BPF_FUNC_l3_csum_replace:
	case BPF_FUNC_l4_csum_replace:
	case BPF_FUNC_skb_load_bytes:
	case BPF_FUNC_skb_load_bytes_relative:
	case BPF_FUNC_skb_store_bytes:
	case BPF_FUNC_skb_pull_data:
	case BPF_FUNC_skb_change_head:
	case BPF_FUNC_skb_change_tail:
	case BPF_FUNC_skb_change_type:
	case BPF_FUNC_skb_vlan_push:
	case BPF_FUNC_skb_vlan_pop:
	case BPF_FUNC_xdp_adjust_head:
	case BPF_FUNC_xdp_adjust_tail:
	case BPF_FUNC_xdp_adjust_meta:
	case BPF_FUNC_xdp_load_bytes:
	case BPF_FUNC_xdp_store_bytes:
	case BPF_FUNC_xdp_get_buff_len:
	case BPF_FUNC_redirect:
	case BPF_FUNC_perf_event_output:
	case BPF_FUNC_ringbuf_output:
	case BPF_FUNC_ringbuf_reserve:
	case BPF_FUNC_ringbuf_submit:
	case BPF_FUNC_ringbuf_discard:
	case BPF_FUNC_ringbuf_query:
		return true;
	default:
		return false;
	}
}

static bool plain_kfunc(u32 id)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, id) : NULL;

	switch (t ? kfunc_find(btf_name(b, t->name_off)) : KFUNC_NONE) {
	case KFUNC_iter_num_new:
	case KFUNC_iter_num_next:
	case KFUNC_iter_num_destroy:
	case KFUNC_rcu_read_lock:
	case KFUNC_rcu_read_unlock:
	case KFUNC_preempt_disable:
	case KFUNC_preempt_enable:
		return true;
	default:
		return false;
	}
}

static bool plain_map(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return true;
	default:
		return false;
	}
}

/* A packet's context is ours, whole; others are as long as who runs it says. */
static bool plain_type(u32 type)
{
	const struct prog_row *row = prog_row(type);

	return row && (row->run == RUN_SKB || row->run == RUN_XDP);
}

static bool plain_insn(const struct ob_ebpf *e)
{
	if (e->code == MAY_GOTO || e->code == (BPF_JMP | BPF_CALL | BPF_X))
		return false;
	if (e->code != (BPF_JMP | BPF_CALL) || e->src == BPF_PSEUDO_CALL)
		return true;
	return e->src ? plain_kfunc((u32)e->imm) && !e->off : plain_helper((u32)e->imm);
}

bool kern_is_plain(u32 type, const struct ob_ebpf *code, u32 n, struct object *const *map, u32 maps)
{
	if (!plain_type(type) || !kern_capable(CAP_BPF))
		return false;
	for (u32 i = 0; i < maps; i++) {
		const struct map *m = map[i]->p;
		if (!plain_map(m->type))
			return false;
	}
	for (u32 pc = 0; pc < n; pc++) {
		if (!plain_insn(&code[pc]))
			return false;
		pc += code[pc].code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	return true;
}
