/* SPDX-License-Identifier: BSD-2-Clause */
/* The sources of a live capture: which interfaces, how, with which filter. */
#include "tool/dump_live.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	COUNTED_BYTES = 1,      /* of a packet that is only counted ... */
	COUNTED_RING = 2 << 20, /* ... in a ring of so many */
};

/* ---- options ---- */

/* MODE or MODE:N */
static struct ob_err *read_fanout(const char *text, struct tap_opts *o)
{
	static const char *const modes[] = {"hash", "cpu", "lb", "rnd", "qm", "rollover", NULL};
	size_t n = strcspn(text, ":");
	char *end = "";

	o->rings = (u32)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1L);
	if (text[n])
		o->rings = (u32)strtoul(text + n + 1, &end, 10);
	for (u32 i = 0; modes[i]; i++)
		if (strlen(modes[i]) == n && !memcmp(modes[i], text, n))
			o->fanout = TAP_HASH + i;
	if (o->fanout && !*end && o->rings >= 1 && o->rings <= 64)
		return NULL;
	return err_hint(err_new(OB_SYNTAX, "option --fanout cannot be \"%s\"", text),
			"MODE:N, as hash:4: hash, cpu, lb, rnd, qm or rollover; 1 to 64 rings");
}

/* A file or a number at the end: nobody waits for a packet. */
static bool lazy(const struct dump *d)
{
	const struct dump_cmd *c = d->cmd;

	return !d->printer && !c->unbuffered && !c->capture &&
	       !(c->write && !strcmp(c->write, "-"));
}

static struct ob_err *read_opts(const struct dump *d, struct tap_opts *o)
{
	const struct dump_cmd *c = d->cmd;
	bool counted = c->count_only && !c->write;

	*o = (struct tap_opts){
		.snaplen = counted ? MIN(d->snaplen, (u32)COUNTED_BYTES) : d->snaplen,
		.buffer = c->buffer ? (u32)(c->buffer << 10)
			  : counted ? COUNTED_RING
				    : 0,
		.lazy = lazy(d),
		.no_promiscuous = c->no_promiscuous,
		.cooked = d->forced && d->type == LINUX_SLL2,
		.immediate = c->immediate,
		/* -Q in|out|inout */
		.direction = c->direction == 1   ? TAP_IN
			     : c->direction == 2 ? TAP_OUT
						 : TAP_INOUT,
		.clock = c->clock ? c->clock - 1 + TAP_HOST : TAP_HOST,
	};
	return c->fanout ? read_fanout(c->fanout, o) : NULL;
}

/* ---- interfaces ---- */

static struct ob_err *find_interfaces(struct live *l)
{
	const struct opt_list *names = &l->d->cmd->iface;
	struct ob_err *err = NULL;

	for (; !err && l->n < names->n; l->n++) {
		struct tap_iface *f = &l->source[l->n].iface;

		err = tap_iface_find(names->v[l->n], f);
		for (u32 i = 0; !err && i < l->n; i++)
			if (l->source[i].iface.index == f->index)
				err = err_new(OB_SYNTAX, "interface %s is given twice", f->name);
			else if (!f->index || !l->source[i].iface.index)
				err = err_new(OB_SYNTAX, "\"any\" has the packets of %s, too",
					      f->index ? f->name : l->source[i].iface.name);
	}
	return err;
}

static struct live_source *source_named(struct live *l, const char *name, size_t n)
{
	for (u32 i = 0; i < l->n; i++)
		if (strlen(l->source[i].iface.name) == n &&
		    !memcmp(l->source[i].iface.name, name, n))
			return &l->source[i];
	return NULL;
}

/* The common filter, or one of --iface-filter's. */
static struct ob_err *share_filters(struct live *l)
{
	const struct opt_list *own = &l->d->cmd->iface_filter;

	for (u32 i = 0; i < own->n; i++) {
		size_t n = strcspn(own->v[i], "=");
		struct live_source *s = source_named(l, own->v[i], n);

		if (!own->v[i][n])
			return err_hint(err_new(OB_SYNTAX,
						"option --iface-filter needs IF=FILTER, "
						"not \"%s\"",
						own->v[i]),
					"as --iface-filter 'eth0=port 53'");
		if (!s)
			return err_new(OB_NAME,
				       "option --iface-filter names \"%.*s\", which no -i does",
				       (int)n, own->v[i]);
		if (s->expr.p)
			return err_new(OB_SYNTAX, "interface %s has two filters", s->iface.name);
		buf_puts(&s->expr, own->v[i] + n + 1);
	}
	for (u32 i = 0; i < l->n; i++) {
		struct live_source *s = &l->source[i];

		if (!s->expr.p && l->d->expr.n)
			buf_add(&s->expr, l->d->expr.p, l->d->expr.n);
		if (s->expr.oom)
			return err_nomem();
	}
	return NULL;
}

static struct ob_err *check_type(const struct live *l, const struct tap_source *s)
{
	char a[128], b[128];

	if (!l->d->forced || l->d->type == s->linktype)
		return NULL;
	return err_hint(err_new(OB_UNSUPPORTED, "%s has link type %s, not %s", s->iface.name,
				dump_link_text(s->linktype, a), dump_link_text(l->d->type, b)),
			"the link types of an interface: -L -i %s", s->iface.name);
}

static struct ob_err *add_sources(struct live *l)
{
	struct tap_opts o;
	struct ob_err *err = read_opts(l->d, &o);

	for (u32 i = 0; !err && i < l->n; i++) {
		o.iface = &l->source[i].iface;
		err = tap_add(l->tap, &o);
		if (!err)
			err = check_type(l, tap_source(l->tap, i));
	}
	return err;
}

/* ---- filters ---- */

static const char *why(int failed, u32 insns, bool extended)
{
	static char text[64];

	if (failed == ENOTSUP)
		return "it asks for more than the kernel sees of a cooked packet";
	if (failed == ENOMEM)
		return "it takes more memory than net.core.optmem_max";
	if (!extended && insns > CBPF_MAXINSNS) {
		snprintf(text, sizeof(text), "%u instructions, at most %d", insns, CBPF_MAXINSNS);
		return text;
	}
	if (extended && failed == EPERM)
		return "bpf() is not permitted";
	return strerror(failed);
}

/* The kernel may not be able to run it: too long, loops, fields that it does not see
 * of a cooked packet. */
static void tell_place(const struct tap_source *s, u32 insns)
{
	if (s->place == TAP_KERNEL)
		return;
	fprintf(stderr, "onebpf dump: %s: the kernel cannot take this filter (%s)", s->iface.name,
		why(s->refused, insns, false));
	if (s->place == TAP_EXTENDED)
		fputs("; it runs there as extended code\n", stderr);
	else if (s->refused == s->extended)
		fputs("; it runs here\n", stderr);
	else
		fprintf(stderr, ", nor as extended code (%s); it runs here\n",
			why(s->extended, insns, true));
}

static struct ob_err *compile(const struct live *l, const struct live_source *s,
			      const struct tap_source *t, bool live, struct prog **ret)
{
	u32 netmask = 0;

	tap_iface_netmask(&s->iface, &netmask);
	return dump_compile(l->d, &s->expr, t->linktype, t->snaplen, live, netmask, ret);
}

/* In the kernel; here, if it refuses. */
static struct ob_err *attach(struct live *l, u32 i, const struct prog *live)
{
	struct live_source *s = &l->source[i];
	struct prog *p;

	struct ob_err *err = tap_filter(l->tap, i, live, NULL);
	if (!err || ob_err_code(err) != OB_UNSUPPORTED)
		return err;
	ob_err_destroy(err);
	err = compile(l, s, tap_source(l->tap, i), false, &p);
	if (!err)
		err = dump_ready(p, &s->here);
	return err ? err : tap_filter(l->tap, i, live, s->here);
}

/* With several interfaces it may be that one can have no such packet. */
static struct ob_err *filter_source(struct live *l, u32 i)
{
	struct live_source *s = &l->source[i];
	const struct tap_source *t = tap_source(l->tap, i);
	struct prog *live;

	if (!s->expr.n)
		return tap_filter(l->tap, i, NULL, NULL);
	struct ob_err *err = compile(l, s, t, true, &live);
	if (err)
		return l->n > 1 ? err_note(err, "for interface %s", s->iface.name) : err;
	expr_warn("dump", live);
	err = attach(l, i, live);
	if (!err)
		tell_place(t, live->n);
	prog_destroy(live);
	return err;
}

static struct ob_err *filter_all(struct live *l)
{
	struct ob_err *err = NULL;
	u32 never = 0;

	for (u32 i = 0; i < l->n; i++) {
		err = filter_source(l, i);
		if (!err)
			continue;
		if (ob_err_code(err) != OB_NEVER || ++never == l->n)
			return err;
		ob_err_destroy(err);
		l->source[i].never = true;
		fprintf(stderr, "onebpf dump: %s can have no packet that the filter matches\n",
			l->source[i].iface.name);
	}
	return NULL;
}

/* ---- what files say of them ---- */

static struct ob_err *describe(struct live *l)
{
	const struct dump_cmd *c = l->d->cmd;
	u32 first = tap_source(l->tap, 0)->linktype;

	for (u32 i = 0; i < l->n; i++) {
		struct live_source *s = &l->source[i];
		const struct tap_source *t = tap_source(l->tap, i);

		pkt_option_text(&s->options, PKT_NAME, s->iface.name);
		if (s->expr.n)
			pkt_option_filter(&s->options, s->expr.p, s->expr.n);
		l->like[i] = (struct pkt_iface){
			.linktype = t->linktype,
			.snaplen = t->snaplen,
			.units = dump_nano(c) ? 1000000000 : 1000000,
			.options = {(const u8 *)s->options.p, s->options.n},
		};
		if (s->options.oom)
			return err_nomem();
		if (c->write && !l->d->file.pcapng && t->linktype != first)
			return err_hint(
				err_new(OB_UNSUPPORTED,
					"a pcap file has one link type; those of %s and %s differ",
					l->source[0].iface.name, s->iface.name),
				"--pcapng, or a name that ends with .pcapng");
	}
	return NULL;
}

struct ob_err *live_open(struct live *l)
{
	struct ob_err *err = find_interfaces(l);

	if (!err)
		err = share_filters(l);
	if (!err)
		err = tap_create(&l->tap);
	if (!err)
		err = add_sources(l);
	if (!err)
		err = describe(l);
	if (!err)
		err = tap_start(l->tap);
	l->since = clock_ns(CLOCK_REALTIME);
	return err ? err : filter_all(l);
}

void live_close(struct live *l)
{
	tap_destroy(l->tap);
	for (u32 i = 0; i < l->n; i++) {
		kern_filter_destroy(l->source[i].here);
		buf_deinit(&l->source[i].expr);
		buf_deinit(&l->source[i].options);
	}
}
