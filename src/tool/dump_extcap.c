/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dump` as Wireshark's extcap program: which interfaces, which link types,
 * what can be chosen, is a filter right, capture into a FIFO. Answers are lines on
 * standard output. */
#include "tap/tap.h"
#include "tool/dump.h"

#include <stdlib.h>

/* The names of interfaces must be no others' there: ours are onebpf-IF. */
#define PREFIX "onebpf-"

static struct ob_err *find(const struct dump_cmd *c, struct tap_iface *ret)
{
	const char *name = c->extcap_interface;

	if (!name)
		return err_new(OB_SYNTAX, "which interface? --extcap-interface=" PREFIX "IF");
	if (!strncmp(name, PREFIX, strlen(PREFIX)))
		name += strlen(PREFIX);
	return tap_iface_find(name, ret);
}

/* Values end at a brace. */
static void value(const char *key, const char *prefix, const char *s)
{
	printf("{%s=%s", key, prefix);
	for (; *s; s++)
		putchar(*s == '}' || *s == '{' || *s == '\n' ? '?' : *s);
	putchar('}');
}

static struct ob_err *interfaces(void)
{
	struct tap_iface *list;
	u32 n;

	struct ob_err *err = tap_ifaces(&list, &n);
	if (err)
		return err;
	puts("extcap {version=" OB_VERSION "}{display=onebpf}");
	for (u32 i = 0; i < n; i++) {
		if (!list[i].up)
			continue;
		printf("interface ");
		value("value", PREFIX, list[i].name);
		value("display", "onebpf, its own filters: ", list[i].name);
		putchar('\n');
	}
	free(list);
	return NULL;
}

static struct ob_err *link_types(const struct dump_cmd *c)
{
	struct tap_iface iface;
	u32 type = 0;

	struct ob_err *err = find(c, &iface);
	if (!err)
		err = tap_iface_linktype(&iface, &type);
	if (err)
		return err;
	const char *name = linktype_name(type), *desc = linktype_desc(type);
	printf("dlt {number=%u}", linktype_dlt(type));
	value("name", "", name ? name : "unknown");
	value("display", "", desc ? desc : "unknown");
	putchar('\n');
	return NULL;
}

static void config(void)
{
	puts("arg {number=0}{call=--direction}{display=Direction}{type=selector}"
	     "{tooltip=Packets that come in, go out, or both}\n"
	     "value {arg=0}{value=inout}{display=both}{default=true}\n"
	     "value {arg=0}{value=in}{display=in}\n"
	     "value {arg=0}{value=out}{display=out}\n"
	     "arg {number=1}{call=--snapshot-length}{display=Bytes of each packet}{type=unsigned}"
	     "{range=0,262144}{default=262144}\n"
	     "arg {number=2}{call=--buffer-size}{display=Buffer in KiB}{type=unsigned}"
	     "{range=1,2097152}{default=8192}\n"
	     "arg {number=3}{call=--no-promiscuous-mode}{display=Not promiscuous}{type=boolflag}\n"
	     "arg {number=4}{call=--nano}{display=Times in nanoseconds}{type=boolflag}");
}

/* Wireshark shows what is printed; nothing: the filter is right. A status other
 * than 0 would mean that it could not be asked. */
static struct ob_err *check_filter(const struct dump_cmd *c)
{
	const char *text = c->extcap_filter;
	struct filter_opts o = {
		.linktype = 1, .live = true, .has_netmask = true, .names = &expr_names};
	struct tap_iface iface;
	struct prog *p = NULL;

	struct ob_err *err = find(c, &iface);
	if (!err)
		err = tap_iface_linktype(&iface, &o.linktype);
	if (err)
		return err;
	err = filter_compile(text, strlen(text), &o, &p);
	prog_destroy(p);
	if (err)
		printf("%s\n", ob_err_reason(err));
	ob_err_destroy(err);
	return NULL;
}

bool extcap_asked(const struct dump_cmd *c)
{
	return c->extcap_interfaces || c->extcap_dlts || c->extcap_config ||
	       (c->extcap_filter && !c->capture);
}

struct ob_err *extcap_answer(const struct dump_cmd *c)
{
	struct tap_iface iface;

	if (c->extcap_interfaces)
		return interfaces();
	if (c->extcap_dlts)
		return link_types(c);
	if (!c->extcap_config)
		return check_filter(c);
	struct ob_err *err = find(c, &iface);
	if (!err)
		config();
	return err;
}

struct ob_err *extcap_capture(struct dump_cmd *c)
{
	static struct tap_iface iface;
	struct ob_err *err = find(c, &iface);

	if (!err && !c->fifo)
		err = err_new(OB_SYNTAX, "where shall packets go? --fifo=FILE");
	if (err)
		return err;
	c->iface = (struct opt_list){.v = {iface.name}, .n = 1};
	c->write = c->fifo;
	return NULL;
}
