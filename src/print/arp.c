/* SPDX-License-Identifier: BSD-2-Clause */
/* ARP and RARP, RFC 826 and 903. */
#include "print/priv.h"

/* hardware type 2, protocol type 2, their lengths 1 and 1, operation 2, then
 * sender's and target's hardware and protocol addresses. */
enum { HRD = 0, PRO = 2, HLN = 4, PLN = 5, OP = 6, SHA = 8 };
enum { REQUEST = 1, REPLY, REV_REQUEST, REV_REPLY, INV_REQUEST = 8, INV_REPLY, NAK };
enum { HW_ETHER = 1, HW_FRELAY = 15 };

static const struct word ops[] = {
	{REQUEST, "Request"},
	{REPLY, "Reply"},
	{REV_REQUEST, "Reverse Request"},
	{REV_REPLY, "Reverse Reply"},
	{INV_REQUEST, "Inverse Request"},
	{INV_REPLY, "Inverse Reply"},
	{NAK, "NACK Reply"},
};

static const struct word hardware[] = {
	{1, "Ethernet"}, {6, "TokenRing"}, {7, "ArcNet"},     {15, "FrameRelay"},
	{19, "ATM"},     {23, "Strip"},    {24, "IEEE 1394"}, {32, "InfiniBand"},
};

struct arp {
	u16 hrd, pro, op;
	u8 hln, pln;
	const u8 *sha, *spa, *tha, *tpa;
};

/* The number in a Q.922 address of 2 to 4 bytes; false when it is not one. */
static bool dlci(struct print_state *s, const u8 *p, u32 n)
{
	if (n < 2 || (p[0] & 1))
		return false;
	u32 v = (p[0] & 0xfcu) << 2 | p[1] >> 4;
	if (!(p[1] & 1)) {
		if (n < 3)
			return false;
		v = v << 7 | p[2] >> 1;
		if (!(p[2] & 1)) {
			if (n < 4)
				return false;
			v = v << 6 | p[3] >> 2;
		}
	}
	put_f(s, "DLCI %u", v);
	return true;
}

static void put_hw(struct print_state *s, const struct arp *a, const u8 *p)
{
	if (!a->hln)
		say(s, "<empty>");
	else if (a->hrd == HW_FRELAY) {
		if (!dlci(s, p, a->hln))
			say(s, "<Invalid DLCI>");
	} else if (a->hrd == HW_ETHER && a->hln == 6)
		put_ether(s, p);
	else
		for (u32 i = 0; i < a->hln; i++) {
			if (i)
				put_c(s, ':');
			put_x(s, p[i], 2);
		}
}

static void put_ip(struct print_state *s, const struct arp *a, const u8 *p)
{
	if (a->pro != 0x0800 && a->pro != 0x1000) {
		say(s, "<wrong proto type>");
		return;
	}
	if (a->pln != 4) {
		say(s, "<wrong len>");
		return;
	}
	put_ip4(s, p);
}

static bool zero(const u8 *p, u32 n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

/* False for an operation that is not known. */
static bool put_op(struct print_state *s, const struct arp *a)
{
	switch (a->op) {
	case REQUEST:
		say(s, " who-has ");
		put_ip(s, a, a->tpa);
		if (a->hln && !zero(a->tha, a->hln)) {
			say(s, " (");
			put_hw(s, a, a->tha);
			put_c(s, ')');
		}
		say(s, " tell ");
		put_ip(s, a, a->spa);
		break;
	case REPLY:
		put_c(s, ' ');
		put_ip(s, a, a->spa);
		say(s, " is-at ");
		put_hw(s, a, a->sha);
		break;
	case REV_REQUEST:
		say(s, " who-is ");
		put_hw(s, a, a->tha);
		say(s, " tell ");
		put_hw(s, a, a->sha);
		break;
	case REV_REPLY:
		put_c(s, ' ');
		put_hw(s, a, a->tha);
		say(s, " at ");
		put_ip(s, a, a->tpa);
		break;
	case INV_REQUEST:
		say(s, " who-is ");
		put_hw(s, a, a->tha);
		say(s, " tell ");
		put_hw(s, a, a->sha);
		break;
	case INV_REPLY:
		put_c(s, ' ');
		put_hw(s, a, a->sha);
		say(s, " at ");
		put_ip(s, a, a->spa);
		break;
	default:
		return false;
	}
	return true;
}

static bool operation(struct print_state *s, struct pdu d, const struct arp *a)
{
	put_word(s, ops, LEN(ops), a->op, "Unknown (%u)");
	if (put_op(s, a))
		return true;
	put_c(s, ' ');
	put_dump(s, "\n\t", d.p, d.cap, true);
	return false;
}

static void arp_print(struct print_state *s, struct pdu d)
{
	s->name = "arp";
	pdu_need(s, d, 0, SHA);
	struct arp a = {.hrd = pdu_be16(s, d, HRD),
			.pro = pdu_be16(s, d, PRO),
			.hln = pdu_u8(s, d, HLN),
			.pln = pdu_u8(s, d, PLN),
			.op = pdu_be16(s, d, OP)};
	u32 need = SHA + 2u * a.hln + 2u * a.pln;
	const char *pro = ethertype_name(a.pro);

	pdu_need(s, d, 0, need);
	a.sha = d.p + SHA;
	a.spa = a.sha + a.hln;
	a.tha = a.spa + a.pln;
	a.tpa = a.tha + a.hln;
	if (!s->opt.link)
		say(s, "ARP, ");
	bool odd = (a.pro != 0x0800 && a.pro != 0x1000) || a.pln != 4 || !a.hln;
	if (odd || s->opt.verbose) {
		put_word(s, hardware, LEN(hardware), a.hrd, "Unknown Hardware (%u)");
		put_f(s, " (len %u), ", a.hln);
		if (pro)
			put_s(s, pro);
		else
			put_f(s, "Unknown Protocol (0x%04x)", a.pro);
		put_f(s, " (len %u)", a.pln);
		if (s->opt.verbose)
			say(s, ", ");
	}
	if ((!odd || s->opt.verbose) && !operation(s, d, &a))
		return;
	say(s, ", length ");
	put_u(s, d.len);
}

const struct printer arp_printer = {"arp", arp_print};
const struct printer rarp_printer = {"rarp", arp_print};
