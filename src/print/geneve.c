/* SPDX-License-Identifier: BSD-2-Clause */
/* Geneve, RFC 8926. */
#include "print/part.h"

enum { HEADER = 8, OPTION = 4, TEB = 0x6558 };

static const char *class_name(u16 class)
{
	if (class <= 0xff)
		return "Standard";
	if (class == 0x0100)
		return "Linux";
	if (class == 0x0101)
		return "Open vSwitch";
	if (class == 0x0102)
		return "Open Virtual Networking (OVN)";
	if (class == 0x0103)
		return "In-band Network Telemetry (INT)";
	if (class == 0x0104)
		return "VMware";
	return class >= 0xfff0 ? "Experimental" : "Unknown";
}

static void options(struct print_state *s, struct pdu d)
{
	const char *sep = "";

	for (u32 off = 0; off < d.len;) {
		u16 class = pdu_be16(s, d, off);
		u8 type = pdu_u8(s, d, off + 2), len = OPTION + (pdu_u8(s, d, off + 3) & 31) * 4u;

		put_s(s, sep);
		sep = ", ";
		put_f(s, "class %s (0x%x) type 0x%x%s len %u", class_name(class), class, type,
		      type & 0x80 ? "(C)" : "", len);
		if (d.len - off < len) {
			say(s, " [bad option length]");
			return;
		}
		if (s->opt.verbose > 1 && len > OPTION) {
			say(s, " data");
			for (u32 i = OPTION; i < len; i += 4)
				put_f(s, " %08x", pdu_be32(s, d, off + i));
		}
		off += len;
	}
}

static void geneve_print(struct print_state *s, struct pdu d)
{
	s->name = "geneve";
	say(s, "Geneve");
	if (d.len < HEADER) {
		put_f(s, " [length %u < %u]", d.len, HEADER);
		pdu_invalid(s);
	}
	u8 b0 = pdu_u8(s, d, 0), flags = pdu_u8(s, d, 1), reserved;
	if (b0 >> 6) {
		put_f(s, " ERROR: unknown-version %u", b0 >> 6);
		return;
	}
	put_f(s, ", Flags [%s%s%s]", flags & 0x80 ? "O" : "", flags & 0x40 ? "C" : "",
	      flags & 0x3f ? "R" : "");
	if (!flags) {
		s->o--;
		say(s, "none]");
	}
	u16 type = pdu_be16(s, d, 2);
	u32 vni = pdu_be24(s, d, 4);
	reserved = pdu_u8(s, d, 7);
	put_f(s, ", vni 0x%x", vni);
	if (reserved)
		put_f(s, ", rsvd 0x%x", reserved);
	if (s->opt.link) {
		const char *name = ethertype_name(type);

		put_f(s, ", proto %s (0x%04x)", name ? name : "unknown", type);
	}
	u32 opts = (b0 & 0x3f) * 4u;
	struct pdu rest = pdu_skip(d, HEADER);
	if (rest.len < opts) {
		put_f(s, ", opts-len %u > payload-len %u", opts, rest.len);
		pdu_invalid(s);
	}
	pdu_need(s, rest, 0, opts);
	if (opts) {
		say(s, ", options [");
		if (!s->opt.verbose)
			put_f(s, "%u bytes", opts);
		else
			options(s, pdu_part(rest, 0, opts));
		put_c(s, ']');
	}
	put_s(s, s->opt.verbose ? "\n\t" : ": ");
	rest = pdu_skip(rest, opts);
	if (!print_enter(s))
		return;
	u32 link_len = s->link_len;
	if (type == TEB) {
		print_ether(s, rest);
	} else if (!print_ethertype(s, type, rest)) {
		put_f(s, "geneve-proto-0x%x", type);
	}
	s->link_len = link_len;
	print_leave(s);
}

const struct printer geneve_printer = {"geneve", geneve_print};
