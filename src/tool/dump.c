/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dump`: watches packets, reads and writes captures. */
#include "tool/dump.h"
#include "tap/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const precisions[] = {"micro", "nano", NULL};
static const char *const directions[] = {"in", "out", "inout", NULL};
static const char *const clocks[] = {"host", "adapter", "adapter_unsynced", NULL};

#define TO(field) .to = offsetof(struct dump_cmd, field)
#define FILES     .complete = COMPLETE_FILE

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "Where packets come from"},
	{OPT_TEXT, 'r', true, "read", "FILE", TO(read), FILES, .help = "read packets from FILE (- is standard input)",
	 .more = "It is pcap or pcapng, also packed by gzip or zstd"},
	{OPT_COUNT, .name = "follow", TO(follow), .help = "at the end of -r's FILE wait for more, until SIGINT",
	 .more = "A FIFO is read until the last writer closes it, in any case"},
	{OPT_LIST, 'i', true, "interface", "IF", TO(iface), .complete = COMPLETE_INTERFACE,
	 .help = "capture on IF: a name, a number of -D, or any; may be repeated"},
	{OPT_TEXT, 'V', .arg = "LIST", TO(list), FILES, .help = "read the files that LIST names, one a line",
	 .more = "A LIST of - is standard input"},
	{OPT_COUNT, 'D', .name = "list-interfaces", TO(list_ifaces), .help = "list the interfaces"},
	{OPT_COUNT, 'L', .name = "list-data-link-types", TO(list_types),
	 .help = "list the link types of the interface or file"},
	{OPT_GROUP, .help = "Which packets"},
	{OPT_NUMBER, 'c', true, .arg = "N", TO(count), .min = 1, .help = "end after N packets"},
	{OPT_NUMBER, .name = "skip", .arg = "N", TO(skip), .help = "pass over the first N packets that match"},
	{OPT_TEXT, 'F', .name = "file", .arg = "FILE", TO(file), FILES, .help = "read the filter from FILE",
	 .more = "From # to the end of a line is a comment. Operands are then not looked at"},
	{OPT_LIST, .name = "iface-filter", .arg = "IF=FILTER", TO(iface_filter),
	 .help = "for the packets of interface IF, this filter in place of the common one"},
	{OPT_COUNT, 'O', .name = "no-optimize", TO(no_optimise), .help = "do not optimise the filter"},
	{OPT_COUNT, 'd', .name = "list-filter", TO(d), .help = "list the filter's code and end: -d as text, -dd as C, -ddd as numbers"},
	{OPT_TEXT, 'y', .name = "linktype", .arg = "LINKTYPE", TO(linktype),
	 .help = "the link type: of the capture, or that packets of the file are taken to have"},
	{OPT_GROUP, .help = "Where packets go"},
	{OPT_TEXT, 'w', true, "write", "FILE", TO(write), FILES, .help = "write packets to FILE (- is standard output)"},
	{OPT_COUNT, .name = "pcapng", TO(pcapng), .help = "write pcapng, as to a name that ends with .pcapng or .ntar; else pcap"},
	{OPT_LIST, .name = "comment", .arg = "TEXT", TO(comment), .help = "write TEXT as a comment into the pcapng file; may be repeated"},
	{OPT_TEXT, 'C', .arg = "SIZE", TO(size), .help = "begin the next file after SIZE million bytes; or K, M, G: see FILES"},
	{OPT_NUMBER, 'G', .arg = "SECONDS", TO(seconds), .min = 1, .max = 0x7fffffff, .help = "begin the next file after SECONDS; FILE may have times, as in strftime(3)"},
	{OPT_NUMBER, 'W', .arg = "N", TO(files), .min = 1, .max = 0x7fffffff, .help = "with -C, write N files in turn; with -G, end after N"},
	{OPT_TEXT, 'z', .arg = "COMMAND", TO(command), .help = "run COMMAND FILE for each file of -C and -G that is complete"},
	{OPT_COUNT, .name = "print", TO(print), .help = "print packets also when they are written"},
	{OPT_COUNT, .name = "count", .top = true, TO(count_only), .help = "print only how many packets matched"},
	{OPT_COUNT, 'U', .name = "packet-buffered", TO(unbuffered), .help = "write each packet to the file at once"},
	{OPT_COUNT, 'l', TO(line), .help = "write each line to standard output at once",
	 .more = "Without it, lines wait only as long as more packets are at hand"},
	{OPT_NUMBER, 's', true, "snapshot-length", "LEN", TO(snaplen), .max = 0x7fffffff,
	 .help = "keep at most LEN bytes of each packet"},
	{OPT_GROUP, .help = "How packets are printed"},
	{OPT_COUNT, 'n', true, TO(numeric), .help = "print addresses and ports as numbers"},
	{OPT_COUNT, 'N', TO(short_names), .help = "print host names without their domain"},
	{OPT_COUNT, 'f', TO(foreign), .help = "print addresses as numbers, ports as names"},
	{OPT_COUNT, 'v', true, TO(verbose), .help = "print more; -vv and -vvv still more"},
	{OPT_COUNT, 'q', .name = "quick", TO(quick), .help = "print less"},
	{OPT_COUNT, 'e', true, TO(link), .help = "print the link-level header"},
	{OPT_COUNT, 't', true, TO(time), .help = "print no time; -tt to -ttttt other forms",
	 .more = "-tt: seconds since 1970; -ttt: since the packet before; -tttt: with the date; -ttttt: since the first packet"},
	{OPT_COUNT, 'x', true, TO(hex), .help = "print bytes in hex; -xx with link-level header"},
	{OPT_COUNT, 'X', true, TO(hex_ascii), .help = "the same, and in ASCII"},
	{OPT_COUNT, 'A', TO(ascii), .help = "print bytes in ASCII"},
	{OPT_COUNT, 'S', .name = "absolute-tcp-sequence-numbers", TO(absolute), .help = "print sequence numbers of TCP as they are"},
	{OPT_COUNT, '#', .name = "number", TO(number), .help = "print the number of each packet"},
	{OPT_COUNT, 'K', .name = "dont-verify-checksums", TO(unchecked), .help = "do not verify checksums"},
	{OPT_WORD, 'T', .arg = "TYPE", TO(forced), .words = print_types,
	 .help = "take what UDP, TCP or VRRP carry to be TYPE, whatever the ports",
	 .more = "TYPE is aodv, carp, domain, ptp, radius, resp, snmp, someip, tftp or vxlan"},
	{OPT_WORD, .name = "time-stamp-precision", .arg = "UNIT", TO(precision), .words = precisions,
	 .help = "times in micro or nano seconds, printed and written"},
	{OPT_COUNT, .name = "micro", TO(micro), .help = "short for --time-stamp-precision=micro"},
	{OPT_COUNT, .name = "nano", TO(nano), .help = "short for --time-stamp-precision=nano"},
	{OPT_COUNT, 'b', TO(none), .help = "accepted; nothing that is printed depends on it"},
	{OPT_COUNT, 'H', TO(none), .help = "accepted; nothing that is printed depends on it"},
	{OPT_COUNT, 'u', TO(none), .help = "accepted; nothing that is printed depends on it"},
	{OPT_GROUP, .help = "How packets are captured"},
	{OPT_COUNT, 'p', .name = "no-promiscuous-mode", TO(no_promiscuous), .help = "do not make the interface promiscuous"},
	{OPT_NUMBER, 'B', .name = "buffer-size", .arg = "KIB", TO(buffer), .min = 1, .max = 2 << 20,
	 .help = "the size of the kernel's ring, else 8192"},
	{OPT_WORD, 'Q', .name = "direction", .arg = "WAY", TO(direction), .words = directions,
	 .help = "packets that come in, go out, or inout"},
	{OPT_TEXT, 'Z', .name = "relinquish-privileges", .arg = "USER", TO(user), .complete = COMPLETE_USER,
	 .help = "become USER once everything is open",
	 .more = "Without it, a capture under sudo becomes the user who called it. Every "
		 "capability is given up in any case. The first file is created before; a file that was not there belongs to that user"},
	{OPT_COUNT, .name = "no-sandbox", TO(no_sandbox), .help = "do not limit system calls and files: see SANDBOX"},
	{OPT_COUNT, .name = "immediate-mode", TO(immediate), .help = "packets do not wait for others; else up to 0.25 seconds"},
	{OPT_TEXT, .name = "fanout", .arg = "MODE:N", TO(fanout), .help = "share the packets of each interface out to N rings, each with a thread",
	 .more = "MODE is hash (by connection), cpu, lb (in turn), rnd, qm (queue of the adapter) or "
		 "rollover (the next when one is full). Without :N, one for each processor"},
	{OPT_WORD, 'j', .name = "time-stamp-type", .arg = "CLOCK", TO(clock), .words = clocks, .help = "whose clock gives times: host, adapter, adapter_unsynced"},
	{OPT_COUNT, 'J', .name = "list-time-stamp-types", TO(list_clocks), .help = "list the clocks of the interface"},
	{OPT_GROUP, .help = "For Wireshark, as an extcap program"},
	{OPT_COUNT, .name = "extcap-interfaces", TO(extcap_interfaces), .help = "which interfaces there are"},
	{OPT_TEXT, .name = "extcap-version", .arg = "VERSION", TO(extcap_version), .help = "of Wireshark; accepted"},
	{OPT_TEXT, .name = "extcap-interface", .arg = "IF", TO(extcap_interface), .help = "the interface that is meant: onebpf-eth0"},
	{OPT_COUNT, .name = "extcap-dlts", TO(extcap_dlts), .help = "which link type it has"},
	{OPT_COUNT, .name = "extcap-config", TO(extcap_config), .help = "what can be chosen"},
	{OPT_COUNT, .name = "capture", TO(capture), .help = "capture on it"},
	{OPT_TEXT, .name = "fifo", .arg = "FILE", TO(fifo), FILES, .help = "where packets of --capture go"},
	{OPT_TEXT, .name = "extcap-capture-filter", .arg = "FILTER", TO(extcap_filter),
	 .help = "with --capture, its filter; without, is this one right?"},
	{OPT_GROUP, .help = "Refused"},
	{OPT_REFUSED, 'E', .arg = "KEYS", .help = "ESP is not decrypted"},
	{OPT_REFUSED, 'm', .arg = "MODULE", .help = "SNMP is not decoded"},
	{OPT_REFUSED, 'M', .arg = "SECRET", .help = "TCP-MD5 digests are not checked"},
	{OPT_REFUSED, 'I', .name = "monitor-mode", .help = "make the interface a monitor first: iw dev IF set type monitor; only 802.11 can"},
	{0},
};
/* clang-format on */

/* ---- -D, -L, -d ---- */

/* The list needs no right, what it is asked for does. */
static void warn_of_rights(void)
{
	int failed = tap_permitted();

	if (!failed)
		return;
	fail("dump", err_hint(err_sys(failed, "packets of these may not be captured"),
			      "how to change that: onebpf doctor packets"));
}

static struct ob_err *list_interfaces(void)
{
	struct tap_iface *list;
	u32 n;

	struct ob_err *err = tap_ifaces(&list, &n);
	if (err)
		return err;
	for (u32 i = 0; i < n; i++) {
		const struct tap_iface *f = &list[i];

		struct buf addrs = {0};

		tap_iface_addrs(f, &addrs);
		printf("%u.%s%s [%s%s%s]%s%s\n", i + 1, f->name,
		       f->index ? "" : " (captures on all interfaces)",
		       f->up         ? "Up"
		       : f->loopback ? ""
				     : "none",
		       f->running ? ", Running" : "",
		       !f->loopback ? ""
		       : f->up      ? ", Loopback"
				    : "Loopback",
		       addrs.n ? " " : "", addrs.n ? addrs.p : "");
		buf_deinit(&addrs);
	}
	warn_of_rights();
	free(list);
	return NULL;
}

static void print_type(u32 linktype)
{
	char text[128];

	printf("  %s\n", dump_link_text(linktype, text));
}

/* Each that its packets have, in the order met. */
static struct ob_err *list_file_types(const char *path)
{
	u32 seen[64], n = 0, i;
	struct pkt_reader *r;
	enum pkt_status s;
	struct pkt p;

	struct ob_err *err = pkt_open(path, NULL, &r);
	if (err)
		return err;
	printf("Data link types of %s:\n", path);
	while ((s = pkt_next(r, &p)) == PKT_OK) {
		for (i = 0; i < n && seen[i] != p.linktype; i++)
			;
		if (i < n || n == LEN(seen))
			continue;
		seen[n++] = p.linktype;
		print_type(p.linktype);
	}
	if (s == PKT_ERR)
		err = pkt_reader_err(r);
	else if (!n)
		print_type(pkt_iface(r, 0)->linktype);
	pkt_close(r);
	return err;
}

static struct ob_err *list_iface_types(const char *name)
{
	struct tap_iface iface;
	u32 linktype;

	struct ob_err *err = tap_iface_find(name, &iface);
	if (!err)
		err = tap_iface_linktype(&iface, &linktype);
	if (err)
		return err;
	printf("Data link types for %s (use option -y to set):\n", iface.name);
	print_type(linktype);
	if (linktype != LINUX_SLL2)
		print_type(LINUX_SLL2);
	return NULL;
}

static struct ob_err *list_types(const struct dump_cmd *c)
{
	struct ob_err *err = c->iface.n ? NULL : list_file_types(c->read);

	for (u32 i = 0; !err && i < c->iface.n; i++)
		err = list_iface_types(c->iface.v[i]);
	return err;
}

/* Without -i, of the first interface of -D, as tcpdump does. */
static struct ob_err *list_clocks(const struct dump_cmd *c)
{
	static const char *const text[TAP_CLOCKS] = {
		"host (Host)",
		"adapter (Adapter)",
		"adapter_unsynced (Adapter, not synced with system time)",
	};
	u32 n = MAX(c->iface.n, 1u);
	struct ob_err *err = NULL;

	for (u32 i = 0; !err && i < n; i++) {
		struct tap_iface f;

		err = tap_iface_find(c->iface.n ? c->iface.v[i] : "1", &f);
		if (err)
			break;
		printf("Time stamp types for %s (use option -j to set):\n", f.name);
		for (u32 k = 0; k < TAP_CLOCKS; k++)
			if (tap_clocks(&f) >> k & 1)
				printf("  %s\n", text[k]);
	}
	return err;
}

/* What the filter is compiled for: a file's first interface, a device, -y. */
static struct ob_err *find_target(const struct dump *d, u32 *linktype, u32 *snaplen, bool *live,
				  u32 *netmask)
{
	const struct dump_cmd *c = d->cmd;
	struct tap_iface iface;
	struct pkt_reader *r;

	*linktype = d->forced ? d->type : 1; /* Ethernet */
	*snaplen = (u32)c->snaplen;
	if (c->read) {
		struct ob_err *err = pkt_open(c->read, NULL, &r);

		if (err)
			return err;
		if (!d->forced)
			*linktype = pkt_iface(r, 0)->linktype;
		*snaplen = MIN(d->snaplen, pkt_iface(r, 0)->snaplen);
		pkt_close(r);
	} else if (c->iface.n) {
		struct ob_err *err = tap_iface_find(c->iface.v[0], &iface);

		if (!err && !d->forced)
			err = tap_iface_linktype(&iface, linktype);
		if (err)
			return err;
		tap_iface_netmask(&iface, netmask);
		*live = true;
	} else if (!d->forced) {
		fputs("Warning: assuming Ethernet\n", stderr);
	}
	return NULL;
}

static struct ob_err *list_code(struct dump *d)
{
	u32 linktype, snaplen, netmask = 0;
	bool live = false;
	struct buf out = {0};
	struct prog *p;

	struct ob_err *err = find_target(d, &linktype, &snaplen, &live, &netmask);
	if (!err)
		err = dump_compile(d, &d->expr, linktype, snaplen, live, netmask, &p);
	if (err)
		return err;
	expr_warn("dump", p);
	cbpf_dis(&out, p->classic, p->n, (enum cbpf_form)MIN(d->cmd->d, 3u));
	prog_destroy(p);
	if (out.oom)
		err = err_nomem();
	else
		fwrite(out.p, 1, out.n, stdout);
	buf_deinit(&out);
	return err;
}

/* ---- the run ---- */

static struct ob_err *make_printer(struct dump *d)
{
	const struct dump_cmd *c = d->cmd;
	struct print_opts o = {
		.verbose = (u8)MIN(c->verbose, 3u),
		.quick = (u8)MIN(c->quick, 3u),
		.time = (u8)c->time,
		.hex = (u8)MIN(c->hex, 2u),
		.hex_ascii = (u8)MIN(c->hex_ascii, 2u),
		.ascii = (u8)MIN(c->ascii, 2u),
		.link = c->link,
		.number = c->number,
		.numeric = c->numeric,
		.absolute = c->absolute,
		.unchecked = c->unchecked,
		.forced = (u8)c->forced,
		.nano = dump_nano(c),
		.names = dump_names(c),
	};

	if (c->count_only || (c->write && !c->print))
		return NULL;
	d->printer = print_create(&o);
	return d->printer ? NULL : err_nomem();
}

static struct ob_err *check_usage(const struct dump_cmd *c, const char *operand)
{
	u32 sources = !!c->read + !!c->list + !!c->iface.n;

	if (sources > 1)
		return err_new(OB_SYNTAX, "only one of -r, -V and -i may be given");
	if (c->time > 5)
		return err_new(OB_RANGE, "-t may be given at most 5 times");
	if (c->list_types && c->list)
		return err_new(OB_SYNTAX, "-L lists the link types of -r FILE or -i IF");
	if (c->d && c->iface.n > 1)
		return err_new(OB_SYNTAX, "-d lists the filter of one interface, not of %u",
			       c->iface.n);
	if (!c->iface.n && (c->iface_filter.n || c->fanout))
		return err_new(OB_SYNTAX, "option %s needs -i IF",
			       c->fanout ? "--fanout" : "--iface-filter");
	if (c->follow && !c->read)
		return err_new(OB_SYNTAX, "option --follow needs -r FILE");
	if (sources || c->list_ifaces || c->list_clocks || c->d)
		return NULL;
	struct ob_err *err = err_new(OB_SYNTAX, "where shall packets come from?");
	if (operand && access(operand, R_OK) == 0)
		return err_hint(err, "did you mean: -r %s", operand);
	return err_hint(err, "-r FILE reads a capture, -i IF listens (-D lists interfaces)");
}

static struct ob_err *prepare(struct dump *d, char **operand)
{
	const struct dump_cmd *c = d->cmd;

	struct ob_err *err = check_usage(c, operand[0]);
	if (!err && c->linktype)
		err = expr_linktype(c->linktype, &d->type);
	if (!err)
		err = dump_write_usage(d);
	d->forced = c->linktype;
	d->snaplen = c->snaplen ? (u32)c->snaplen : c->iface.n ? 262144 : UINT32_MAX;
	return err ? err : expr_gather(operand, c->file, &d->expr);
}

static struct ob_err *run_all(struct dump *d)
{
	const struct dump_cmd *c = d->cmd;

	struct ob_err *err = make_printer(d);
	if (!err && ((d->printer && !c->numeric) || c->command))
		err = helper_start(c);
	if (err)
		return err;
	dump_signals_catch();
	err = c->iface.n ? dump_live(d) : dump_files(d);
	if (err && dump_signals.stop && ob_err_errno(err) == EINTR) {
		ob_err_destroy(err); /* it was to stop while it waited for a file to open */
		err = NULL;
	}
	if (!err && !dump_flush(d))
		err = d->err;
	if (c->count_only && (!err || d->taken))
		printf("%llu packet%s\n", (unsigned long long)d->taken, d->taken == 1 ? "" : "s");
	return err;
}

static struct ob_err *both(struct ob_err *a, struct ob_err *b)
{
	return a && b ? err_add(a, b) : a ? a : b;
}

static struct ob_err *finish(struct dump *d, struct ob_err *err)
{
	struct ob_err *last = dump_complete(d), *commands = helper_end(d->cmd);

	print_destroy(d->printer);
	for (u32 i = 0; i < d->filters; i++)
		kern_filter_destroy(d->filter[i].run);
	free(d->filter);
	dump_write_free(d);
	buf_deinit(&d->expr);
	buf_deinit(&d->out);
	return both(both(err, last), commands);
}

static int run(const void *opts, char **operand)
{
	struct dump_cmd own = *(const struct dump_cmd *)opts, *c = &own;
	char *filter[] = {(char *)(uintptr_t)c->extcap_filter, NULL};
	struct dump d = {.cmd = c};

	struct ob_err *err = c->capture ? extcap_capture(c) : NULL;
	if (!err && !extcap_asked(c))
		err = prepare(&d, c->capture ? filter : operand);
	if (err)
		;
	else if (extcap_asked(c))
		err = extcap_answer(c);
	else if (c->list_ifaces)
		err = list_interfaces();
	else if (c->list_types)
		err = list_types(c);
	else if (c->list_clocks)
		err = list_clocks(c);
	else if (c->d)
		err = list_code(&d);
	else
		err = run_all(&d);
	err = finish(&d, err);
	return err ? fail("dump", err) : DONE;
}

static const struct example examples[] = {
	{"which packets of a file speak ssh?", "onebpf dump -r FILE.pcap port 22"},
	{"who pings this machine?", "sudo onebpf dump -n -i any icmp"},
	{"keep a part of a capture", "onebpf dump -r IN.pcap -w OUT.pcap host ::1"},
	{0},
};

const struct verb verb_dump = {
	.name = "dump",
	.does = "watch packets, read and write captures",
	.operands = "[filter]",
	.opt = options,
	.example = examples,
	.words = expr_words,
	.size = sizeof(struct dump_cmd),
	.run = run,
};
