/* SPDX-License-Identifier: BSD-2-Clause */
/* Links of programs that are written against a type of the kernel's: tracepoints,
 * functions and LSM hooks. They are held and shown; nothing calls the programs. */
#include "kern/call.h"

#include <errno.h>

/* bpf_raw_tp_link_attach */
static int of_tracepoint(const char *type, struct link_head *h)
{
	static const char prefix[] = "btf_trace_";

	if (strncmp(type, prefix, strlen(prefix)))
		return -EINVAL;
	h->type = BPF_LINK_TYPE_RAW_TRACEPOINT;
	snprintf(h->name, sizeof(h->name), "%s", type + strlen(prefix));
	return 0;
}

/* bpf_tracing_prog_attach */
static int of_function(const struct kern_prog *p, struct link_head *h)
{
	switch (p->attach) {
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
	case BPF_LSM_MAC:
		h->type = BPF_LINK_TYPE_TRACING;
		h->target_id = KERN_VMLINUX;
		h->target_btf = p->head->attach_btf_id;
		return 0;
	default:
		return -EINVAL;
	}
}

int kern_traced_link(const struct kern_prog *p, struct link_head *h)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, p->head->attach_btf_id) : NULL;

	if (!p->head->attach_btf_id || !t)
		return -EINVAL;
	h->attach = p->attach;
	if (p->type == BPF_PROG_TYPE_TRACING && p->attach == BPF_TRACE_RAW_TP)
		return of_tracepoint(btf_name(b, t->name_off), h);
	return of_function(p, h);
}
