/* SPDX-License-Identifier: BSD-2-Clause */
/* TFTP, RFC 1350, 2347. */
#include "print/part.h"

enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };

static const struct word ops[] = {
	{RRQ, " RRQ"}, {WRQ, " WRQ"},     {DATA, " DATA"},
	{ACK, " ACK"}, {ERROR, " ERROR"}, {OACK, " OACK"},
};

static const struct word errors[] = {
	{0, "EUNDEF"}, {1, "ENOTFOUND"}, {2, "EACCESS"}, {3, "ENOSPACE"},
	{4, "EBADOP"}, {5, "EBADID"},    {6, "EEXISTS"}, {7, "ENOUSER"},
};

/* Text up to its zero byte: the offset behind it, or 0 when it has none. */
static u32 string(struct print_state *s, struct pdu d, u32 off)
{
	for (; off < d.len; off++) {
		if (!pdu_has(d, off, 1))
			return 0;
		if (!d.p[off])
			return off + 1;
		put_unctrl(s, d.p[off]);
	}
	return 0;
}

static void options(struct print_state *s, struct pdu d, u32 off)
{
	while (off < d.len) {
		if (pdu_u8(s, d, off))
			put_c(s, ' ');
		off = string(s, d, off);
		if (!off)
			pdu_cut(s);
	}
}

static void request(struct print_state *s, struct pdu d)
{
	if (d.len <= 2)
		pdu_cut(s);
	say(s, " \"");
	u32 off = string(s, d, 2);
	put_c(s, '"');
	if (!off || off >= d.len)
		pdu_cut(s);
	put_c(s, ' ');
	off = string(s, d, off);
	if (!off)
		pdu_cut(s);
	options(s, d, off);
}

static void error(struct print_state *s, struct pdu d)
{
	if (d.len < 4)
		pdu_cut(s);
	u16 code = pdu_be16(s, d, 2);
	put_c(s, ' ');
	put_word(s, WORDS(errors), code, "tftp-err-#%u \"");
	if (d.len <= 4)
		pdu_cut(s);
	say(s, " \"");
	bool whole = string(s, d, 4);
	put_c(s, '"');
	if (!whole)
		pdu_cut(s);
}

static void tftp_print(struct print_state *s, struct pdu d)
{
	s->name = "tftp";
	put_f(s, "TFTP, length %u", d.len);
	if (d.len < 2)
		pdu_cut(s);
	u16 op = pdu_be16(s, d, 0);
	const char *name = word_of(WORDS(ops), op);
	if (!name)
		put_f(s, ", tftp-#%u", op);
	else
		put_f(s, ",%s", name);
	switch (op) {
	case RRQ:
	case WRQ:
		request(s, d);
		break;
	case OACK:
		options(s, d, 2);
		break;
	case DATA:
	case ACK:
		if (d.len < 4)
			pdu_cut(s);
		put_f(s, " block %u", pdu_be16(s, d, 2));
		break;
	case ERROR:
		error(s, d);
		break;
	}
}

const struct printer tftp_printer = {"tftp", tftp_print};
