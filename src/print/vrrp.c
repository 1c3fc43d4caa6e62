/* SPDX-License-Identifier: BSD-2-Clause */
/* VRRP, versions 2 (RFC 2338) and 3 (RFC 5798). */
#include "print/part.h"

enum { VRRP = 112, HEADER = 8, SUM = 6 };

static const struct word types[] = {{1, "Advertisement"}};
static const struct word auths[] = {{0, "none"}, {1, "simple"}, {2, "ah"}};

static bool bad_sum(struct print_state *s, struct pdu d, u32 version)
{
	if (!pdu_has(d, 0, d.len))
		return false;
	return version == 2 ? sum_of(d.p, d.len) : sum_pseudo(s, VRRP, d.p, d.len);
}

static void details(struct print_state *s, struct pdu d, u32 version, u8 auth)
{
	u32 n = pdu_u8(s, d, 3), off = HEADER;
	char c = ' ';

	if (bad_sum(s, d, version))
		put_f(s, ", (bad vrrp cksum %x)", pdu_be16(s, d, SUM));
	put_f(s, ", addrs");
	if (n != 1)
		put_f(s, "(%u)", n);
	put_c(s, ':');
	for (u32 i = 0; i < n; i++) {
		const u8 *p = pdu_need(s, d, off, s->net.ver == 6 ? 16 : 4);

		put_c(s, c);
		c = ',';
		put_addr(s, p);
		off += s->net.ver == 6 ? 16 : 4;
	}
	if (version == 2 && auth == 1) {
		say(s, " auth \"");
		put_padded(s, d, off, 8);
		put_c(s, '"');
	}
}

static void vrrp_print(struct print_state *s, struct pdu d)
{
	s->name = "vrrp";
	if (!d.cap)
		say(s, "VRRP");
	u8 b0 = pdu_u8(s, d, 0);
	u32 version = b0 >> 4, type = b0 & 15;

	put_f(s, "VRRPv%u, ", version);
	put_word(s, WORDS(types), type, "unknown type (%u)");
	if (s->net.ttl != 255)
		put_f(s, ", (ttl %u)", s->net.ttl);
	if (version < 2 || version > 3 || type != 1)
		return;
	u8 vrid = pdu_u8(s, d, 1), prio = pdu_u8(s, d, 2);
	put_f(s, ", vrid %u, prio %u", vrid, prio);
	u8 auth = pdu_u8(s, d, 4);
	if (version == 2) {
		say(s, ", authtype ");
		put_word(s, WORDS(auths), auth, "#%u");
		put_f(s, ", intvl %us, length %u", pdu_u8(s, d, 5), d.len);
	} else {
		put_f(s, ", intvl %ucs, length %u", pdu_be16(s, d, 4) & 0xfff, d.len);
	}
	if (s->opt.verbose)
		details(s, d, version, auth);
}

const struct printer vrrp_printer = {"vrrp", vrrp_print};
