/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters, as the users of the library know them. */
#include "filter/filter.h"

static struct filter_addrs *addrs(struct ob_addrs *a) { return (struct filter_addrs *)a; }

bool ob_addrs_add4(struct ob_addrs *to, uint32_t addr)
{
	return filter_addrs_add4(addrs(to), addr);
}

bool ob_addrs_add6(struct ob_addrs *to, const uint8_t addr[16])
{
	return filter_addrs_add6(addrs(to), addr);
}

/* The caller's hooks: arg is their struct ob_names. */
static bool find_host(void *arg, const char *name, struct filter_addrs *ret)
{
	const struct ob_names *n = arg;

	return n->host && n->host(n->arg, name, (struct ob_addrs *)ret);
}

static bool find_port(void *arg, const char *name, const char *transport, u16 *ret)
{
	const struct ob_names *n = arg;

	return n->port && n->port(n->arg, name, transport, ret);
}

static bool find_proto(void *arg, const char *name, u8 *ret)
{
	const struct ob_names *n = arg;

	return n->proto && n->proto(n->arg, name, ret);
}

static bool find_net(void *arg, const char *name, u32 *ret)
{
	const struct ob_names *n = arg;

	return n->net && n->net(n->arg, name, ret);
}

static bool find_ether(void *arg, const char *name, u8 ret[6])
{
	const struct ob_names *n = arg;

	return n->ether && n->ether(n->arg, name, ret);
}

struct ob_err *ob_filter_compile(const char *text, size_t n, const struct ob_filter_opts *opts,
				 struct ob_prog **ret)
{
	static const struct ob_filter_opts ethernet = {.linktype = 1};
	const struct ob_filter_opts *o = opts ? opts : &ethernet;
	struct filter_names names = {(void *)(uintptr_t)o->names,
				     find_host,
				     find_port,
				     find_proto,
				     find_net,
				     find_ether};
	struct filter_opts own = {
		.linktype = o->linktype,
		.snaplen = o->snaplen,
		.no_optimise = o->no_optimise,
		.live = o->live,
		.has_netmask = o->has_netmask,
		.netmask = o->netmask,
		.big_endian = o->big_endian,
		.names = o->names ? &names : NULL,
	};
	struct prog *p;
	struct ob_err *err = filter_compile(text, n, &own, &p);

	if (!err)
		*ret = prog_public(p);
	return err;
}

const char *ob_prog_note(const struct ob_prog *prog, uint32_t i, uint32_t *column)
{
	const struct prog *p = prog_private(prog);

	if (i >= p->notes)
		return NULL;
	if (column)
		*column = p->note[i].span.from + 1;
	return p->note[i].text;
}
