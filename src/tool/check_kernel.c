/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel's verdict on a program, with its log. */
#include "isa/bpf.h"
#include "sys/sys.h"
#include "tool/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOG = 1 << 24, MAPS = 64 };

static int make_map(const struct prog_map *m)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags};

	return sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static int load(const struct prog *p, const struct check_how *how, const int *fds, char *log)
{
	union bpf_attr a = {.prog_type = p->type,
			    .expected_attach_type = p->attach,
			    .insn_cnt = p->n,
			    .insns = (u64)(uintptr_t)p->stored,
			    .license = (u64)(uintptr_t)(how->gpl ? "GPL" : "none"),
			    .prog_flags = how->prog_flags,
			    .fd_array = (u64)(uintptr_t)fds,
			    .log_level = how->log,
			    .log_size = how->log ? LOG : 0,
			    .log_buf = how->log ? (u64)(uintptr_t)log : 0};

	return sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static int make_maps(const struct prog *p, int *fds, u32 *made)
{
	for (*made = 0; *made < p->maps; ++*made) {
		fds[*made] = make_map(&p->map[*made]);
		if (fds[*made] < 0)
			return -errno;
	}
	return 0;
}

struct ob_err *check_in_kernel(const struct prog *p, const struct check_how *how, int *verdict)
{
	int fds[MAPS], fd = -1, err;
	char *log = calloc(1, LOG);
	u32 made = 0;

	if (!log)
		return err_nomem();
	if (p->maps > MAPS)
		err = -E2BIG;
	else
		err = make_maps(p, fds, &made);
	if (!err) {
		fd = load(p, how, fds, log);
		*verdict = fd < 0 ? -errno : 0;
	}
	if (how->text)
		buf_puts(how->text, log);
	for (u32 i = 0; i < made; i++)
		close(fds[i]);
	if (fd >= 0)
		close(fd);
	free(log);
	if (!err && *verdict == -EPERM)
		err = -EPERM;
	return err ? err_sys(-err, "the kernel cannot be asked") : NULL;
}
