/* SPDX-License-Identifier: BSD-2-Clause */
/* BOOTP and DHCP, RFC 951, 2131 and 2132. */
#include "print/bootp.h"

enum {
	OP = 0,
	HTYPE = 1,
	HLEN = 2,
	HOPS = 3,
	XID = 4,
	SECS = 8,
	FLAGS = 10,
	CLIENT = 12,
	YOURS = 16,
	SERVER = 20,
	GATEWAY = 24,
	HARDWARE = 28,
	SNAME = 44,
	FILE_NAME = 108,
	VENDOR = 236,
	COOKIE = 4,
};
enum { RFC1048 = 0x63825363, CMU = 0x434d5500 };

static const char *option_name(u8 tag) { return bootp_options[tag].name ?: "Unknown"; }

static void put_text(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_unctrl(s, p[i]);
}

static void put_quoted(struct print_state *s, const u8 *p, u32 n)
{
	put_c(s, '"');
	put_text(s, p, n);
	put_c(s, '"');
}

static void put_bool(struct print_state *s, u8 v)
{
	if (v < 2)
		put_c(s, v ? 'Y' : 'N');
	else
		put_f(s, "%u?", v);
}

/* One element of a list. */
static void element(struct print_state *s, u8 form, const u8 *p)
{
	switch (form) {
	case ADDRESSES:
		put_ip4(s, p);
		break;
	case LONGS:
		put_u(s, get_be32(p));
		break;
	case SIGNED:
		put_f(s, "%d", (s32)get_be32(p));
		break;
	case SHORTS:
		put_u(s, get_be16(p));
		break;
	case BYTES:
		put_u(s, *p);
		break;
	case BOOLS:
		put_bool(s, *p);
		break;
	case PAIRS:
		put_c(s, '(');
		put_ip4(s, p);
		put_c(s, ':');
		put_ip4(s, p + 4);
		put_c(s, ')');
		break;
	}
}

/* How many bytes are left over. */
static u32 list(struct print_state *s, u8 form, const u8 *p, u32 n)
{
	static const u8 sizes[] = {[ADDRESSES] = 4, [LONGS] = 4, [SIGNED] = 4, [SHORTS] = 2,
				   [BYTES] = 1,     [BOOLS] = 1, [PAIRS] = 8};
	u32 size = sizes[form];
	bool any = false;

	for (; n >= size; p += size, n -= size) {
		if (any)
			put_c(s, form == BYTES ? '.' : ',');
		element(s, form, p);
		any = true;
	}
	return n;
}

static u32 put_any(struct print_state *s, const u8 *p, u32 n)
{
	return list(s, n % 4 ? n % 2 ? BYTES : SHORTS : LONGS, p, n);
}

static const struct word kinds[] = {
	{1, "Discover"},         {2, "Offer"},         {3, "Request"},
	{4, "Decline"},          {5, "ACK"},           {6, "NACK"},
	{7, "Release"},          {8, "Inform"},        {10, "LeaseQuery"},
	{11, "LeaseUnassigned"}, {12, "LeaseUnknown"}, {13, "LeaseActive"},
};

static void put_parameters(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_f(s, "%s%s (%u)", i % 4 ? ", " : "\n\t      ", option_name(p[i]), p[i]);
}

static void put_mac(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		if (i)
			put_c(s, ':');
		put_x(s, p[i], 2);
	}
}

static void put_client(struct print_state *s, const u8 *p, u32 n)
{
	static const struct word types[] = {{1, "ether"}, {6, "ieee802"}, {24, "ieee1394"}};

	if (!p[0]) {
		put_quoted(s, p + 1, n - 1);
		return;
	}
	const char *name = word_of(types, LEN(types), p[0]);
	if (name)
		put_f(s, "%s ", name);
	else
		put_f(s, "hardware-type %u, ", p[0]);
	put_mac(s, p + 1, n - 1);
}

/* RFC 3046: how much is left over */
static u32 put_agent(struct print_state *s, const u8 *p, u32 n)
{
	static const struct word subs[] = {
		{1, "Circuit-ID"}, {2, "Remote-ID"}, {6, "Subscriber-ID"}};

	while (n >= 2) {
		const char *name = word_of(subs, LEN(subs), p[0]);
		u32 len = p[1];

		put_f(s, "\n\t      %s SubOption %u, length %u: ", name ?: "Unknown", p[0], len);
		if (len > n - 2) {
			say(s, "length goes past end of option");
			return 0;
		}
		if (name)
			put_text(s, p + 2, len);
		else
			put_dump(s, "\n\t\t", p + 2, len, false);
		p += len + 2;
		n -= len + 2;
	}
	return n;
}

/* RFC 3004 */
static void put_classes(struct print_state *s, const u8 *p, u32 n)
{
	if (n < 2) {
		say(s, "[ERROR: length < 2 bytes]");
		return;
	}
	for (u32 i = 1; n; i++) {
		u32 len = p[0];

		put_f(s, "\n\t      instance#%u: ", i);
		if (!len) {
			say(s, "[ERROR: suboption length == 0]");
			return;
		}
		if (n < len + 1) {
			say(s, "[ERROR: invalid option]");
			return;
		}
		put_quoted(s, p + 1, len);
		put_f(s, ", length %u", len);
		p += len + 1;
		n -= len + 1;
	}
}

/* RFC 4702 */
static void put_fqdn(struct print_state *s, const u8 *p, u32 n)
{
	if (n < 3) {
		say(s, "[ERROR: length < 3 bytes]");
		return;
	}
	if (p[0] & 0xf0)
		put_f(s, "[ERROR: MBZ nibble 0x%x != 0] ", p[0] >> 4);
	if (p[0] & 15)
		put_f(s, "[%s%s%s%s] ", p[0] & 1 ? "S" : "", p[0] & 2 ? "O" : "",
		      p[0] & 4 ? "E" : "", p[0] & 8 ? "N" : "");
	if (p[1] || p[2])
		put_f(s, "%u/%u ", p[1], p[2]);
	put_quoted(s, p + 3, n - 3);
}

/* RFC 3442 */
static void put_routes(struct print_state *s, const u8 *p, u32 n)
{
	bool any = false;

	if (n < 5) {
		say(s, "[ERROR: length < 5 bytes]");
		return;
	}
	for (u32 len; n; p += len, n -= len) {
		u32 width = p[0], bytes = (width + 7) / 8;

		if (any)
			put_c(s, ',');
		any = true;
		if (width > 32) {
			put_f(s, "[ERROR: Mask width (%u) > 32]", width);
			return;
		}
		len = 1 + bytes + 4;
		if (n < len) {
			put_f(s, "[ERROR: Remaining length (%u) < %u bytes]", n - 1, len - 1);
			return;
		}
		put_c(s, '(');
		if (!width)
			say(s, "default");
		for (u32 i = 0; i < 4 && width; i++)
			put_f(s, "%s%u", i ? "." : "", i < bytes ? p[1 + i] : 0);
		if (width)
			put_f(s, "/%u", width);
		put_c(s, ':');
		put_ip4(s, p + 1 + bytes);
		put_c(s, ')');
	}
}

/* How much of an option's data nothing is said about. */
static u32 value(struct print_state *s, u8 form, const u8 *p, u32 n)
{
	static const struct word nodes[] = {
		{1, "b-node"}, {2, "p-node"}, {4, "m-node"}, {8, "h-node"}};
	static const struct word places[] = {{1, "file"}, {2, "sname"}, {3, "file+sname"}};

	if (!n && (form == NODE || form == OVERLOAD || form == CLIENT_ID)) {
		say(s, "[ERROR: length < 1 bytes]");
		return 0;
	}
	switch (form) {
	case ANY:
		return put_any(s, p, n);
	case TEXT:
		put_quoted(s, p, n);
		return 0;
	case NODE:
		put_word(s, nodes, LEN(nodes), *p, "#%u");
		return n - 1;
	case OVERLOAD:
		put_word(s, places, LEN(places), *p, "#%u");
		return n - 1;
	case KIND:
		put_word(s, kinds, LEN(kinds), *p, "Unknown (%u)");
		return 0;
	case PARAMETERS:
		put_parameters(s, p, n);
		return 0;
	case CLIENT_ID:
		put_client(s, p, n);
		return 0;
	case AGENT:
		return put_agent(s, p, n);
	case USER_CLASS:
		put_classes(s, p, n);
		return 0;
	case FQDN:
		put_fqdn(s, p, n);
		return 0;
	case ROUTES:
		put_routes(s, p, n);
		return 0;
	}
	return list(s, form, p, n);
}

/* The padding from off on: the offset behind it. */
static u32 padding(struct print_state *s, struct pdu d, u32 off)
{
	u32 n = 0;

	while (pdu_has(d, off + n, 1) && d.p[off + n] == PAD)
		n++;
	say(s, "\n\t    PAD (0), length 0");
	if (n > 1)
		put_f(s, ", occurs %u", n);
	return off + n;
}

static void option_list(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; pdu_has(d, off, 1);) {
		u8 tag = d.p[off];

		if (tag == PAD && s->opt.verbose > 2) {
			off = padding(s, d, off);
			continue;
		}
		off++;
		if (tag == PAD)
			continue;
		if (tag == END && s->opt.verbose > 2)
			say(s, "\n\t    END (255), length 0");
		if (tag == END) {
			if (s->opt.verbose <= 2)
				return;
			continue;
		}
		u32 n = pdu_u8(s, d, off);
		put_f(s, "\n\t    %s (%u), length %u", option_name(tag), tag, n);
		off++;
		if (n)
			say(s, ": ");
		pdu_need(s, d, off, n);
		u8 form = bootp_options[tag].form;
		if (form == KIND && n != 1)
			form = BYTES;
		u32 over = value(s, form, d.p + off, n);
		if (over)
			put_f(s, "\n\t  trailing data length %u", over);
		off += n;
	}
}

static void rfc1048(struct print_state *s, struct pdu d)
{
	say(s, "\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363");
	option_list(s, pdu_skip(d, COOKIE));
}

static void cmu(struct print_state *s, struct pdu d)
{
	static const struct {
		u8 off;
		const char *name;
	} fields[] = {{12, " DG:"},   {8, " SM:"},    {16, " NS1:"}, {20, " NS2:"},
		      {24, " IEN1:"}, {28, " IEN2:"}, {32, " TS1:"}, {36, " TS2:"}};

	say(s, " vend-cmu");
	u8 flags = pdu_u8(s, d, COOKIE);
	if (flags & ~1)
		put_f(s, " F:0x%x", flags);
	for (size_t i = 0; i < LEN(fields); i++) {
		const u8 *p = pdu_need(s, d, fields[i].off, 4);

		if (!get_be32(p))
			continue;
		put_s(s, fields[i].name);
		put_ip4(s, p);
	}
}

static void put_addr_line(struct print_state *s, struct pdu d, u32 off, const char *name)
{
	if (!get_be32(pdu_need(s, d, off, 4)))
		return;
	put_f(s, "\n\t  %s ", name);
	put_ip4(s, d.p + off);
}

/* Text that ends at a zero or where its field does. */
static void put_name_line(struct print_state *s, struct pdu d, u32 off, u32 most, const char *name)
{
	if (!pdu_u8(s, d, off))
		return;
	put_f(s, "\n\t  %s \"", name);
	for (u32 i = 0; i < most && pdu_u8(s, d, off + i); i++)
		put_unctrl(s, d.p[off + i]);
	put_c(s, '"');
}

static void verbose(struct print_state *s, struct pdu d, bool ethernet)
{
	u16 flags = pdu_be16(s, d, FLAGS);

	put_f(s, ", xid 0x%x", pdu_be32(s, d, XID));
	if (pdu_be16(s, d, SECS))
		put_f(s, ", secs %u", pdu_be16(s, d, SECS));
	put_f(s, ", Flags [%s]", flags & 0x8000 ? "Broadcast" : "none");
	if (s->opt.verbose > 1)
		put_f(s, " (0x%04x)", flags);
	put_addr_line(s, d, CLIENT, "Client-IP");
	put_addr_line(s, d, YOURS, "Your-IP");
	put_addr_line(s, d, SERVER, "Server-IP");
	put_addr_line(s, d, GATEWAY, "Gateway-IP");
	if (ethernet) {
		pdu_need(s, d, HARDWARE, 6);
		say(s, "\n\t  Client-Ethernet-Address ");
		put_ether(s, d.p + HARDWARE);
	}
	put_name_line(s, d, SNAME, 64, "sname");
	put_name_line(s, d, FILE_NAME, 128, "file");
	pdu_need(s, d, VENDOR, 0);
	u32 left = d.len > VENDOR ? d.len - VENDOR : 0;
	if (!left)
		return;
	u32 magic = pdu_be32(s, d, VENDOR);
	if (magic == RFC1048)
		rfc1048(s, pdu_skip(d, VENDOR));
	else if (magic == CMU)
		cmu(s, pdu_skip(d, VENDOR));
	else if (magic)
		put_f(s, "\n\t  Vendor-#0x%x", magic);
}

static void bootp_print(struct print_state *s, struct pdu d)
{
	static const char *const ops[] = {NULL, "Request", "Reply"};

	s->name = "bootp";
	u8 op = pdu_u8(s, d, OP);
	say(s, "BOOTP/DHCP, ");
	if (op && op < LEN(ops))
		put_s(s, ops[op]);
	else
		put_f(s, "unknown (0x%02x)", op);
	u8 htype = pdu_u8(s, d, HTYPE), hlen = pdu_u8(s, d, HLEN);
	bool ethernet = htype == 1 && hlen == 6;
	if (ethernet && op == 1) {
		const u8 *p = pdu_need(s, d, HARDWARE, 6);
		say(s, " from ");
		put_ether(s, p);
	}
	put_f(s, ", length %u", d.len);
	if (!s->opt.verbose)
		return;
	pdu_need(s, d, SECS, 2);
	if (htype != 1)
		put_f(s, ", htype %u", htype);
	if (htype != 1 || hlen != 6)
		put_f(s, ", hlen %u", hlen);
	if (d.p[HOPS])
		put_f(s, ", hops %u", d.p[HOPS]);
	verbose(s, d, ethernet);
}

const struct printer bootp_printer = {"bootp", bootp_print};
