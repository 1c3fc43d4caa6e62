/* SPDX-License-Identifier: BSD-2-Clause */
/* Expressions of every family of the filter language, from random numbers. */
#ifndef TEST_FILTER_WORDS_H
#define TEST_FILTER_WORDS_H

#include "frame.h"

static const char *const directions[] = {"", "", "src ", "dst ", "src or dst ", "src and dst "};

static void host4(struct buf *b)
{
	u32 h = PICK(hosts4);

	buf_printf(b, "%u.%u.%u.%u", h >> 24, h >> 16 & 255, h >> 8 & 255, h & 255);
}

static void mac(struct buf *b)
{
	const u8 *m = PICK(macs);

	buf_printf(b, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static void word_proto(struct buf *b)
{
	static const char *const words[] = {
		"ip",      "ip6",  "arp", "rarp",  "tcp",   "udp",  "sctp", "icmp",  "icmp6",
		"igmp",    "igrp", "pim", "vrrp",  "carp",  "ah",   "esp",  "atalk", "aarp",
		"decnet",  "lat",  "sca", "mopdl", "moprc", "iso",  "esis", "isis",  "clnp",
		"l1",      "l2",   "iih", "lsp",   "snp",   "csnp", "psnp", "stp",   "ipx",
		"netbeui", "ip",   "ip6", "tcp",   "udp",
	};

	buf_puts(b, PICK(words));
}

static void word_host(struct buf *b)
{
	static const char *const protos[] = {"", "", "", "ip ", "arp ", "rarp ", "ip6 ", "tcp "};
	static const char *const six[] = {"2001:db8::1", "fe80::2", "ff02::1"};
	const char *proto = one_in(20) ? "decnet " : PICK(protos), *dir = PICK(directions);

	buf_printf(b, "%s%shost ", proto, dir);
	if (*proto == 'd')
		buf_puts(b, one_in(2) ? "1.1" : "1.2");
	else if (strchr(proto, '6') || one_in(4))
		buf_puts(b, PICK(six));
	else
		host4(b);
}

static void word_net(struct buf *b)
{
	static const char *const nets[] = {"10",
					   "10.0.0.0/24",
					   "10.0.0",
					   "192.168.0.0/16",
					   "0.0.0.0/0",
					   "10.0.0.0 mask 255.0.0.0",
					   "2001:db8::/32",
					   "fe80::/64",
					   "::/0",
					   "2001:db8::/33",
					   "224.0.0.0/4",
					   "192.168"};

	buf_printf(b, "%snet %s", PICK(directions), PICK(nets));
}

static void word_ether(struct buf *b)
{
	static const char *const dirs[] = {
		"",       "src ",   "dst ",   "src or dst ", "src and dst ", "addr1 ",
		"addr2 ", "addr3 ", "addr4 ", "ra ",         "ta "};

	if (one_in(12)) {
		buf_printf(b, "link %shost $%02x", PICK(directions), below(3));
		return;
	}
	buf_printf(b, "%s %shost ", one_in(2) ? "ether" : "link",
		   one_in(3) ? PICK(dirs) : PICK(directions));
	mac(b);
}

static void word_port(struct buf *b)
{
	static const char *const protos[] = {"", "", "tcp ", "udp ", "sctp "};
	const char *proto = PICK(protos), *dir = PICK(directions);

	if (one_in(3))
		buf_printf(b, "%s%sportrange %u-%u", proto, dir, PICK(ports), PICK(ports));
	else
		buf_printf(b, "%s%sport %u", proto, dir, PICK(ports));
}

/* Names as the system knows them; what it does not know is refused by both. */
static void word_name(struct buf *b)
{
	static const char *const names[] = {
		"port http",
		"port domain",
		"udp port domain",
		"tcp port tftp",
		"src port tftp",
		"sctp port http",
		"port ssh or http",
		"portrange ftp-ssh",
		"portrange 20-http",
		"tcp portrange tftp-domain",
		"port nosuchport",
		"portrange http",
		"port http-alt",
		"udp dst portrange ftp-data-ssh",
		"host localhost",
		"ip host localhost",
		"ip6 src host localhost",
		"arp host localhost",

		"net loopback",
		"src net loopback",
		"ip proto \\tcp",
		"ip6 proto \\udp",
		"proto \\icmp",
		"ip proto ospf",
		"proto gre",
		"ip proto nosuchproto",
		"iso proto clnp",
		"iso proto \\esis",
		"iso proto \\isis",
		"ether host nosuchether",
		"link proto \\ip",
	};

	buf_puts(b, PICK(names));
}

static void word_number(struct buf *b)
{
	static const char *const names[] = {"\\ip", "\\arp", "aarp", "loopback", "stp",
					    "iso",  "\\ip6", "lat",  "netbeui",  "ipx"};
	static const char *const forms[] = {
		"ip proto %u",       "ip6 proto %u",  "proto %u",     "ip protochain %u",
		"ip6 protochain %u", "protochain %u", "iso proto %u", "isis proto %u"};
	static const u32 numbers[] = {6, 17, 1, 58, 0, 44, 51, 50, 59, 0x83, 0x81, 15, 300};

	if (one_in(3))
		buf_printf(b, "ether proto %s", PICK(names));
	else if (one_in(3))
		buf_printf(b, "ether proto %u", PICK(types));
	else
		buf_printf(b, PICK(forms), PICK(numbers));
}

static void word_small(struct buf *b)
{
	static const char *const words[] = {
		"broadcast",    "ether broadcast", "ip broadcast", "multicast",   "ether multicast",
		"ip multicast", "ip6 multicast",   "pppoed",       "inbound",     "outbound",
		"ifindex 1",    "ifindex 2",       "less 60",      "greater 100", "byte 0 = 2",
		"byte 3 < 5",   "byte 12 > 7"};

	buf_puts(b, PICK(words));
}

static void word_tag(struct buf *b)
{
	static const char *const words[] = {"vlan",     "vlan 100", "vlan 200", "mpls",
					    "mpls 100", "mpls 200", "pppoes",   "pppoes 7"};

	buf_puts(b, PICK(words));
}

static void word_special(struct buf *b)
{
	static const char *const words[] = {
		"llc",
		"llc i",
		"llc s",
		"llc u",
		"llc rr",
		"llc rnr",
		"llc rej",
		"llc ui",
		"llc test",
		"llc xid",
		"type mgt",
		"type ctl",
		"type data",
		"type data subtype qos-data",
		"subtype beacon",
		"subtype ack",
		"dir nods",
		"dir tods",
		"dir fromds",
		"dir dstods",
		"ifname em0",
		"on em0",
		"rset myke",
		"rnr 1",
		"srnr 2",
		"reason match",
		"reason short",
		"action pass",
		"action block",
		"lane",
		"metac",
		"bcc",
		"sc",
		"ilmic",
		"oam",
		"oamf4",
		"oamf4ec",
		"oamf4sc",
		"connectmsg",
		"metaconnect",
		"vpi 0",
		"vpi > 1",
		"vci 5",
		"vci <= 4",
		"vci (1 or 5)",
		"fisu",
		"lssu",
		"msu",
		"hfisu",
		"hlssu",
		"hmsu",
		"sio 0x85",
		"sio > 3",
		"opc 1",
		"dpc 5",
		"dpc < 1000",
		"opc >= 2",
		"sls 1",
		"hsio 1",
		"hopc 4",
		"hdpc 1",
		"hsls 0",
		"sls (1 or 2 or 3)",
	};

	buf_puts(b, PICK(words));
}

static void arith(struct buf *b, u32 depth);

static void bytes_of(struct buf *b, u32 depth)
{
	static const char *const of[] = {
		"ip",     "ip6",  "tcp",  "udp",   "sctp",  "icmp",  "icmp6", "igmp",  "igrp",
		"pim",    "vrrp", "carp", "arp",   "rarp",  "ether", "link",  "radio", "atalk",
		"decnet", "lat",  "sca",  "moprc", "mopdl", "ip",    "tcp"};
	static const char *const sizes[] = {"", "", ":1", ":2", ":4"};

	buf_printf(b, "%s[", PICK(of));
	if (depth && one_in(5))
		arith(b, depth - 1);
	else
		buf_printf(b, "%u", below(24));
	buf_printf(b, "%s]", PICK(sizes));
}

static void arith(struct buf *b, u32 depth)
{
	static const char *const ops[] = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
	static const u32 numbers[] = {0, 1, 2, 4, 15, 255, 0x1fff, 0xffffffff, 20, 3};

	if (!depth || one_in(3)) {
		if (one_in(3))
			buf_printf(b, "%u", PICK(numbers));
		else if (one_in(8))
			buf_puts(b, "len");
		else
			bytes_of(b, depth);
		return;
	}
	if (one_in(10)) {
		buf_puts(b, "-");
		bytes_of(b, depth - 1);
		return;
	}
	buf_puts(b, "(");
	bytes_of(b, depth - 1);
	buf_printf(b, " %s ", PICK(ops));
	arith(b, depth - 1);
	buf_puts(b, ")");
}

static void word_rel(struct buf *b)
{
	static const char *const rels[] = {"=", "!=", ">", ">=", "<", "<="};
	static const char *const good[] = {"tcp[tcpflags] & tcp-syn != 0",
					   "ip[0] & 15 > 5",
					   "icmp[icmptype] = icmp-echo",
					   "ip[6:2] & 0x1fff = 0",
					   "ether[0] & 1 = 0",
					   "ip[(ip[0]&15)<<2:2] = 80",
					   "udp[4:2] > 20",
					   "icmp6[0] = 128",
					   "len > 60"};

	if (one_in(4)) {
		buf_puts(b, PICK(good));
		return;
	}
	arith(b, 2);
	buf_printf(b, " %s ", PICK(rels));
	arith(b, 2);
}

static void word(struct buf *b)
{
	static void (*const kinds[])(struct buf *) = {
		word_proto, word_host, word_net, word_ether,   word_port, word_number,
		word_small, word_name, word_tag, word_special, word_rel,
	};

	PICK(kinds)(b);
}

static void words(struct buf *b, u32 depth)
{
	u32 n = depth ? 1 + below(3) : 1;

	for (u32 i = 0; i < n; i++) {
		if (i)
			buf_puts(b, one_in(2) ? " and " : " or ");
		if (one_in(6))
			buf_puts(b, "not ");
		if (depth && one_in(4)) {
			buf_puts(b, "(");
			words(b, depth - 1);
			buf_puts(b, ")");
		} else {
			word(b);
		}
	}
}

/* An expression; `geneve` only where all that follows depends on it. */
static void make_words(struct buf *b)
{
	buf_clear(b);
	if (one_in(12))
		buf_printf(b, "%s and ", one_in(2) ? "geneve" : "geneve 5");
	words(b, 2);
}

#endif
