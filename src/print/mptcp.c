/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCP option of Multipath TCP, RFC 6824 and RFC 8684. Offsets count from
 * the option's kind. */
#include "print/priv.h"

enum { SUB = 2, FLAG = 3, SYN = 2, ACK = 16 };

/* Each prints an option of n bytes; false: this length is wrong for it. */
typedef bool sub_print(struct print_state *s, struct pdu d, u32 n, u8 flags);

static u64 be64(struct print_state *s, struct pdu d, u32 off)
{
	return get_be64(pdu_need(s, d, off, 8));
}

static void put_key(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, "0x%llx", (unsigned long long)be64(s, d, off));
}

static bool capable(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	if (flags & SYN ? n != 4 && n != 12 : n != 20 && n != 22)
		return false;
	u8 version = pdu_u8(s, d, SUB) & 15;
	if (version > 1) {
		put_f(s, " Unknown Version (%u)", version);
		return true;
	}
	put_f(s, " v%u", version);
	if (pdu_u8(s, d, FLAG) & 0x80)
		say(s, " csum");
	if (n == 4)
		return true;
	say(s, " {");
	put_key(s, d, 4);
	if (n >= 20) {
		put_c(s, ',');
		put_key(s, d, 12);
	}
	put_c(s, '}');
	return true;
}

static bool join(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	if (!(flags & SYN && n == 12) && !(flags & SYN && flags & ACK && n == 16) &&
	    !(flags & ACK && n == 24))
		return false;
	if (n != 24) {
		if (pdu_u8(s, d, SUB) & 1)
			say(s, " backup");
		put_f(s, " id %u", pdu_u8(s, d, FLAG));
	}
	if (n == 12) {
		say(s, " token ");
		put_f(s, "0x%x nonce 0x%x", pdu_be32(s, d, 4), pdu_be32(s, d, 8));
	} else if (n == 16) {
		say(s, " hmac ");
		put_key(s, d, 4);
		put_f(s, " nonce 0x%x", pdu_be32(s, d, 12));
	} else {
		say(s, " hmac 0x");
		put_hex(s, pdu_need(s, d, 4, 20), 20);
	}
	return true;
}

enum { DSS_ACK = 1, DSS_ACK8 = 2, DSS_MAP = 4, DSS_MAP8 = 8, DSS_FIN = 16 };

/* Four or eight bytes: the offset behind them. */
static u32 put_number(struct print_state *s, struct pdu d, u32 off, bool wide)
{
	if (wide)
		put_f(s, "%llu", (unsigned long long)be64(s, d, off));
	else
		put_u(s, pdu_be32(s, d, off));
	return off + (wide ? 8 : 4);
}

static bool dss(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	u32 off = 4;

	if (n < off || flags & SYN)
		return false;
	u8 has = pdu_u8(s, d, FLAG);
	if (has & DSS_FIN)
		say(s, " fin");
	if (has & DSS_ACK) {
		say(s, " ack ");
		if (n < off + (has & DSS_ACK8 ? 8 : 4))
			return false;
		off = put_number(s, d, off, has & DSS_ACK8);
	}
	if (has & DSS_MAP) {
		say(s, " seq ");
		if (n < off + (has & DSS_MAP8 ? 8 : 4))
			return false;
		off = put_number(s, d, off, has & DSS_MAP8);
		if (n < off + 4)
			return false;
		put_f(s, " subseq %u", pdu_be32(s, d, off));
		if (n < off + 6)
			return false;
		put_f(s, " len %u", pdu_be16(s, d, off + 4));
		off += 6;
		if (n >= off + 2) {
			put_f(s, " csum 0x%x", pdu_be16(s, d, off));
			off += 2;
		}
	}
	return n == off;
}

static bool add_addr(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	u8 low = pdu_u8(s, d, SUB) & 15;
	u32 addr = n == 20 || n == 22 || n == 28 || n == 30 ? 16 : 4;
	u32 off = 4, port = n % 4 == 2 ? 2 : 0, mac = n == off + addr + port + 8 ? 8 : 0;

	(void)flags;
	if (n != off + addr + port + mac)
		return false;
	switch (low) {
	case 0:
		say(s, " v1");
		break;
	case 1:
		say(s, " v1-echo");
		break;
	case 4:
	case 6:
		put_f(s, " v0-ip%u", low);
		break;
	default:
		say(s, " [bad version/echo]");
	}
	put_f(s, " id %u ", pdu_u8(s, d, FLAG));
	if (addr == 4)
		put_ip4(s, pdu_need(s, d, off, 4));
	else
		put_ip6(s, pdu_need(s, d, off, 16));
	off += addr;
	if (port)
		put_f(s, ":%u", pdu_be16(s, d, off));
	if (mac) {
		say(s, " hmac ");
		put_key(s, d, off + port);
	}
	return true;
}

static bool remove_addr(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	(void)flags;
	if (n < 4)
		return false;
	say(s, " id");
	for (u32 i = FLAG; i < n; i++)
		put_f(s, " %u", pdu_u8(s, d, i));
	return true;
}

static bool prio(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	(void)flags;
	if (n != 3 && n != 4)
		return false;
	put_s(s, pdu_u8(s, d, SUB) & 1 ? " backup" : " non-backup");
	if (n == 4)
		put_f(s, " id %u", pdu_u8(s, d, FLAG));
	return true;
}

static bool fail(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	(void)flags;
	if (n != 12)
		return false;
	put_f(s, " seq %llu", (unsigned long long)be64(s, d, 4));
	return true;
}

static bool fast_close(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	(void)flags;
	if (n != 12)
		return false;
	say(s, " key ");
	put_key(s, d, 4);
	return true;
}

static const struct {
	const char *name;
	sub_print *print;
} subs[] = {
	{" capable", capable},      {" join", join}, {" dss", dss},   {" add-addr", add_addr},
	{" rem-addr", remove_addr}, {" prio", prio}, {" fail", fail}, {" fast-close", fast_close},
};

bool print_mptcp(struct print_state *s, struct pdu d, u32 n, u8 flags)
{
	if (n < 3)
		return false;
	u8 sub = pdu_u8(s, d, SUB) >> 4;
	s->name = "mptcp";
	put_f(s, " %u", n);
	if (sub >= LEN(subs)) {
		say(s, " unknown");
		return true;
	}
	put_s(s, subs[sub].name);
	return subs[sub].print(s, d, n, flags);
}
