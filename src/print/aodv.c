/* SPDX-License-Identifier: BSD-2-Clause */
/* AODV, RFC 3561, and its drafts for IPv6. */
#include "print/part.h"

enum { RREQ = 1, RREP, RERR, ACK, DRAFT6 = 16, HELLO = 1 };

/* The forms of the messages; in the draft, sequence numbers go before the
 * addresses. */
static const struct form {
	u8 addr; /* bytes of an address */
	bool before;
	u8 request, reply;
} forms[] = {{4, false, 24, 20}, {16, false, 48, 44}, {16, true, 48, 44}};

static void put_any(struct print_state *s, const struct form *f, const u8 *p)
{
	if (f->addr == 16)
		put_ip6(s, p);
	else
		put_ip4(s, p);
}

static void extensions(struct print_state *s, struct pdu d, u32 off)
{
	u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);

	if (type != HELLO) {
		put_f(s, "\n\text %u %u", type, n);
		return;
	}
	say(s, "\n\text HELLO");
	if (n < 4)
		put_f(s, " - bad length %u", n);
	else
		put_f(s, " %u ms", pdu_be32(s, d, off + 2));
}

static void request(struct print_state *s, struct pdu d, const struct form *f)
{
	u32 second = 8 + f->addr + 4u;

	pdu_check(s, d, 0, f->request);
	if (d.len < f->request)
		pdu_cut(s);
	put_f(s, " %srreq %u %s hops %u id 0x%08x\n\tdst ",
	      f->addr == 16 && !f->before ? "v6 " : "", d.len, f->before ? "[D]" : "", d.p[3],
	      get_be32(d.p + 4));
	put_any(s, f, d.p + (f->before ? 16 : 8));
	put_f(s, " seq %u src ", get_be32(d.p + (f->before ? 8 : 8 + f->addr)));
	put_any(s, f, d.p + (f->before ? 32 : second));
	put_f(s, " seq %u", get_be32(d.p + (f->before ? 12 : second + f->addr)));
	if (d.len >= f->request + 2u)
		extensions(s, d, f->request);
}

static void reply(struct print_state *s, struct pdu d, const struct form *f)
{
	u32 second = 4 + f->addr + 4u;

	pdu_check(s, d, 0, f->reply);
	if (d.len < f->reply)
		pdu_cut(s);
	put_f(s, " rrep %u  prefix %u hops %u\n\tdst ", d.len, d.p[2] & 0x1f, d.p[3]);
	put_any(s, f, d.p + (f->before ? 8 : 4));
	put_f(s, " dseq %u src ", get_be32(d.p + (f->before ? 4 : 4 + f->addr)));
	put_any(s, f, d.p + second);
	put_f(s, " %u ms", get_be32(d.p + second + f->addr));
	if (d.len >= f->reply + 2u)
		extensions(s, d, f->reply);
}

static void error(struct print_state *s, struct pdu d, const struct form *f)
{
	pdu_check(s, d, 0, 4);
	if (d.len < 4)
		pdu_cut(s);
	u32 count = d.p[3], size = f->addr + 4u;
	put_f(s, " rerr %s [items %u] [%u]:", d.p[1] & 0x80 ? "[D]" : "", count, d.len);
	for (u32 off = 4; count; count--, off += size) {
		if (off + size > d.len)
			pdu_cut(s);
		const u8 *p = pdu_need(s, d, off, size);

		say(s, " {");
		put_any(s, f, p);
		put_f(s, "}(%u)", get_be32(p + f->addr));
	}
}

static void aodv_print(struct print_state *s, struct pdu d)
{
	s->name = "aodv";
	u8 type = pdu_u8(s, d, 0), kind = type < DRAFT6 ? type : type - DRAFT6 + 1;
	const struct form *f = &forms[type >= DRAFT6 ? 2 : s->net.ver == 6 ? 1 : 0];

	say(s, " aodv");
	switch (kind) {
	case RREQ:
		request(s, d, f);
		break;
	case RREP:
		reply(s, d, f);
		break;
	case RERR:
		error(s, d, f);
		break;
	case ACK:
		put_f(s, " rrep-ack %u", d.len);
		break;
	default:
		put_f(s, " type %u %u", type, d.len);
	}
}

const struct printer aodv_printer = {"aodv", aodv_print};
