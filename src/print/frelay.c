/* SPDX-License-Identifier: BSD-2-Clause */
/* Frame relay: Q.922 addresses, RFC 2427, and FRF.15 and FRF.16. */
#include "print/part.h"

enum {
	UI = 3,
	EA = 1,
	Q933 = 8,
	SNAP = 0x80,
	CLNP = 0x81,
	IP6 = 0x8e,
	FRF15 = 0xb1,
	IP4 = 0xcc,
	PPP = 0xcf
};

static const struct word nlpids[] = {
	{0x00, "NULL"},   {0x08, "Q.933"}, {0x09, "LMI"},      {0x80, "SNAP"}, {0x81, "CLNP"},
	{0x82, "ES-IS"},  {0x83, "IS-IS"}, {0x85, "IDRP"},     {0x8e, "IPv6"}, {0xb0, "FRF.9"},
	{0xb1, "FRF.15"}, {0xc0, "TRILL"}, {0xc1, "ISIS_SPB"}, {0xcc, "IPv4"}, {0xcf, "PPP"}};

/* C! and DE stand apart: {bit of our own, name}. */
static const struct word flag_words[] = {
	{0x01, "C!"}, {0x02, "DE"}, {0x04, "BECN"}, {0x08, "FECN"}, {0x10, "sdlcore"}};

struct address {
	u32 len, dlci, flags;
};

static bool parse(struct print_state *s, struct pdu d, struct address *a)
{
	u8 p0 = pdu_u8(s, d, 0);

	if (p0 & EA)
		return false;
	u8 p1 = pdu_u8(s, d, 1);
	a->len = 2;
	a->dlci = (p0 & 0xfcu) << 2 | p1 >> 4;
	a->flags = (p0 >> 1 & 1) | (p1 & 0x0e);
	if (p1 & EA)
		return true;
	u8 p2 = pdu_u8(s, d, 2);
	if (p2 & EA) {
		a->len = 3;
		a->dlci = a->dlci << 6 | p2 >> 2;
		a->flags |= p2 & 2 ? 0x10 : 0;
		return true;
	}
	a->dlci = a->dlci << 7 | p2 >> 1;
	u8 p3 = pdu_u8(s, d, 3);
	if (!(p3 & EA))
		return false;
	a->len = 4;
	a->dlci = a->dlci << 6 | p3 >> 2;
	a->flags |= p3 & 2 ? 0x10 : 0;
	return true;
}

static void put_header(struct print_state *s, const struct address *a, u32 proto, u32 len)
{
	if (s->opt.quick) {
		put_f(s, "Q.922, DLCI %u, length %u: ", a->dlci, len);
		return;
	}
	put_f(s, "Q.922, hdr-len %u, DLCI %u, Flags [", a->len, a->dlci);
	put_bits(s, WORDS(flag_words), a->flags, ", ", "none");
	if (proto > 0xff) {
		const char *name = ethertype_name((u16)proto);

		put_f(s, "], cisco-ethertype %s (0x%04x), length %u: ", name ? name : "unknown",
		      proto, len);
	} else {
		say(s, "], NLPID ");
		put_word(s, WORDS(nlpids), proto, "unknown");
		put_f(s, " (0x%02x), length %u: ", proto, len);
	}
}

static void put_fragment_flags(struct print_state *s, u8 b)
{
	static const struct word words[] = {{0x80, "Begin"}, {0x40, "End"}, {0x20, "Control"}};

	put_bits(s, WORDS(words), b & 0xe0, ", ", "none");
}

static void frf15(struct print_state *s, struct pdu d)
{
	s->name = "frf15";
	if (d.len < 2)
		pdu_cut(s);
	u8 b = pdu_u8(s, d, 0);
	put_f(s, "FRF.15, seq 0x%03x, Flags [", (b & 0x1eu) << 7 | pdu_u8(s, d, 1));
	put_fragment_flags(s, b & 0xc0);
	put_f(s, "],%s Fragmentation, length %u", b & 1 ? "Interface" : "End-to-End", d.len);
}

/* ITU-T Q.933: the local management of permanent circuits. */
static const struct word q933_types[] = {
	{0x01, "Alerting"},    {0x02, "Call proceeding"}, {0x03, "Progress"},
	{0x05, "Setup"},       {0x07, "Connect"},         {0x0f, "Connect ACK"},
	{0x45, "Disconnect"},  {0x4d, "Release"},         {0x5a, "Release Complete"},
	{0x46, "Restart"},     {0x4e, "Restart ACK"},     {0x75, "Status Enquiry"},
	{0x7d, "Status Reply"}};

static const struct word q933_elements[] = {
	{0x01, "ANSI Report Type"},  {0x03, "ANSI Link Verify"},  {0x07, "ANSI PVC Status"},
	{0x51, "CCITT Report Type"}, {0x53, "CCITT Link Verify"}, {0x57, "CCITT PVC Status"}};

static const struct word reports[] = {
	{0, "Full Status"}, {1, "Link verify"}, {2, "Async PVC Status"}};

static void q933_pvc(struct print_state *s, struct pdu d)
{
	u32 n = d.len;

	put_s(s, s->opt.verbose ? "" : ", ");
	if (n < 3 || (pdu_u8(s, d, 0) & 0x80) || (n == 3 && !(pdu_u8(s, d, 1) & 0x80)) ||
	    (n == 4 && ((pdu_u8(s, d, 1) & 0x80) || !(pdu_u8(s, d, 2) & 0x80))) || n > 5) {
		say(s, "Invalid DLCI in PVC STATUS IE");
		if (n < 3)
			pdu_invalid(s);
		return;
	}
	u32 dlci = (pdu_u8(s, d, 0) & 0x3fu) << 4 | (pdu_u8(s, d, 1) & 0x78) >> 3;
	if (n == 4)
		dlci = dlci << 6 | (pdu_u8(s, d, 2) & 0x7e) >> 1;
	else if (n == 5)
		dlci = dlci << 13 | (pdu_u8(s, d, 2) & 0x7fu) << 6 | (pdu_u8(s, d, 3) & 0x7e) >> 1;
	u8 state = pdu_u8(s, d, n - 1);
	put_f(s, "DLCI %u: status %s%s", dlci, state & 8 ? "New, " : "",
	      state & 2 ? "Active" : "Inactive");
}

static void q933_element(struct print_state *s, struct pdu d, u8 type)
{
	if (s->opt.verbose) {
		say(s, "\n\t");
		put_word(s, WORDS(q933_elements), type, "unknown");
		put_f(s, " IE (0x%02x), length %u: ", type, d.len);
	}
	pdu_need(s, d, 0, d.len);
	switch (type) {
	case 0x01:
	case 0x51:
		if (d.len < 1)
			pdu_invalid(s);
		if (s->opt.verbose) {
			put_word(s, WORDS(reports), pdu_u8(s, d, 0), "unknown type %u");
			put_f(s, " (%u)", pdu_u8(s, d, 0));
		}
		break;
	case 0x03:
	case 0x53:
		if (d.len < 2)
			pdu_invalid(s);
		put_f(s, "%sTX Seq: %3u, RX Seq: %3u", s->opt.verbose ? "" : ", ", pdu_u8(s, d, 0),
		      pdu_u8(s, d, 1));
		break;
	case 0x07:
	case 0x57:
		q933_pvc(s, d);
		break;
	default:
		if (s->opt.verbose)
			put_bytes(s, "\n\t", d, 0, d.len);
		return;
	}
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t  ", d, 0, d.len);
}

static void q933(struct print_state *s, struct pdu d)
{
	u32 whole = d.len, codeset = 0;

	s->name = "q.933";
	put_s(s, s->opt.link ? "" : "Q.933, ");
	if (d.len < 1)
		pdu_cut(s);
	u32 n = pdu_u8(s, d, 0) & 15, off = 1 + n;
	if (d.len < off + 2)
		pdu_cut(s);
	const u8 *ref = pdu_need(s, d, 1, n);
	u8 type = pdu_u8(s, d, off++), next = pdu_u8(s, d, off);
	bool ansi = (next & 0xf0) == 0x90;
	if (ansi) {
		codeset = next & 15;
		off++;
	}
	put_f(s, "%s, codeset %u", ansi ? "ANSI" : "CCITT", codeset);
	if (n) {
		say(s, ", Call Ref: 0x");
		put_hex(s, ref, n);
	}
	say(s, ", ");
	put_word(s, WORDS(q933_types), type, "unknown message");
	if (s->opt.verbose)
		put_f(s, " (0x%02x), length %u", type, whole);
	d = pdu_skip(d, off);
	while (d.len) {
		if (d.len < 2) {
			if (s->opt.verbose)
				say(s, "\n\t[|q.933]");
			break;
		}
		u8 kind = pdu_u8(s, d, 0), len = pdu_u8(s, d, 1);
		if (d.len < 2u + len) {
			if (s->opt.verbose) {
				say(s, "\n\t");
				put_word(s, WORDS(q933_elements), kind, "unknown");
				put_f(s, " IE (0x%02x), length %u: ", kind, len);
			} else {
				put_f(s, ", length %u", whole);
			}
			pdu_cut(s);
		}
		q933_element(s, pdu_part(d, 2, len), kind);
		d = pdu_skip(d, 2u + len);
	}
	if (!s->opt.verbose)
		put_f(s, ", length %u", whole);
}

static void payload(struct print_state *s, struct pdu d, u8 nlpid, const struct address *a, u32 hdr)
{
	struct pdu with = {d.p - 1, d.cap + 1, d.len + 1};

	switch (nlpid) {
	case IP4:
		print_ethertype(s, 0x0800, d);
		return;
	case IP6:
		print_ethertype(s, 0x86dd, d);
		return;
	case 0x81:
	case 0x82:
	case 0x83:
		isoclns_printer.print(s, with);
		return;
	case SNAP:
		if (print_snap_header(s, d))
			return;
		break;
	case Q933:
		q933(s, d);
		return;
	case FRF15:
		frf15(s, d);
		return;
	case PPP:
		print_ppp(s, d);
		return;
	}
	if (!s->opt.link)
		put_header(s, a, nlpid, d.len + hdr);
	put_unknown(s, d);
	s->name = "fr";
	if (d.cap < d.len)
		pdu_cut(s);
}

static u32 frames(struct print_state *s, struct pdu d)
{
	struct address a = {0};
	u32 whole = d.len;

	s->name = "fr";
	if (d.len < 4 || d.cap < 4) {
		put_cut(s);
		return d.cap;
	}
	if (!parse(s, d, &a)) {
		say(s, "Q.922, invalid address");
		return 0;
	}
	pdu_check(s, d, 0, a.len + 2);
	if (d.len < a.len + 2)
		pdu_cut(s);
	u8 control = pdu_u8(s, d, a.len);
	if (control != UI && a.dlci) {
		u16 type = pdu_be16(s, d, a.len);

		if (s->opt.link)
			put_header(s, &a, type, whole);
		struct pdu in = pdu_skip(d, a.len + 2);
		s->link_len = a.len + 2;
		if (print_ethertype(s, type, in))
			return a.len + 2;
		s->name = "fr";
		put_f(s, "UI %02x! ", control);
	}
	u32 hdr = a.len + 2;
	if (!pdu_u8(s, d, a.len + 1)) {
		if (a.len != 3)
			say(s, "Pad! ");
		hdr++;
	}
	u8 nlpid = pdu_u8(s, d, hdr - 1);
	if (s->opt.link)
		put_header(s, &a, nlpid, whole);
	s->link_len = hdr;
	payload(s, pdu_skip(d, hdr), nlpid, &a, hdr);
	return hdr;
}

static const struct word mfr_types[] = {
	{1, "Add Link"},  {2, "Add Link ACK"}, {3, "Add Link Reject"}, {4, "Hello"},
	{5, "Hello ACK"}, {6, "Remove Link"},  {7, "Remove Link ACK"}};

static const struct word mfr_elements[] = {{1, "Bundle ID"},
					   {2, "Link ID"},
					   {3, "Magic Number"},
					   {5, "Timestamp"},
					   {6, "Vendor Extension"}};

static void mfr_control(struct print_state *s, struct pdu d)
{
	u8 type = pdu_u8(s, d, 2);

	say(s, "FRF.16 Control, Flags [");
	put_fragment_flags(s, pdu_u8(s, d, 0));
	say(s, "], ");
	put_word(s, WORDS(mfr_types), type, "Unknown Message (0x%02x)");
	put_f(s, ", length %u", d.len);
	if (!s->opt.verbose)
		return;
	d = pdu_skip(d, 3);
	while (d.len) {
		if (d.len < 2)
			pdu_cut(s);
		u8 kind = pdu_u8(s, d, 0), n = pdu_u8(s, d, 1);
		say(s, "\n\tIE ");
		put_word(s, WORDS(mfr_elements), kind, "Unknown");
		put_f(s, " (%u), length %u: ", kind, n);
		if (n < 2 || n > d.len)
			pdu_cut(s);
		pdu_need(s, d, 0, n);
		struct pdu v = pdu_part(d, 2, n - 2u);
		if (kind == 3 && v.len != 4) {
			put_f(s, "[IE data length %u != 4]", v.len);
			put_invalid(s);
		} else if (kind == 3) {
			put_f(s, "0x%08x", pdu_be32(s, v, 0));
		} else if (kind == 1 || kind == 2) {
			put_padded(s, v, 0, v.len);
		} else if (s->opt.verbose <= 1) {
			put_bytes(s, "\n\t  ", v, 0, v.len);
		}
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", v, 0, v.len);
		d = pdu_skip(d, n);
	}
}

static u32 mfr_print(struct print_state *s, struct pdu d)
{
	s->name = "mfr";
	if (d.len < 4)
		pdu_cut(s);
	pdu_check(s, d, 0, 4);
	u8 b = pdu_u8(s, d, 0), low = pdu_u8(s, d, 1);
	if ((b & 0xe0) == 0xe0 && !low) {
		mfr_control(s, d);
		return d.len;
	}
	put_f(s, "FRF.16 Frag, seq %u, Flags [", (b & 0x1eu) << 7 | low);
	put_fragment_flags(s, b & 0xc0);
	put_c(s, ']');
	if (!(b & 0x80)) {
		put_bytes(s, "\n\t", d, 0, d.len);
		return d.len;
	}
	say(s, ", ");
	frames(s, pdu_skip(d, 2));
	return 2;
}

const struct link_printer frelay_link = {"fr", 107, frames};
const struct link_printer mfr_link = {"mfr", 182, mfr_print};
