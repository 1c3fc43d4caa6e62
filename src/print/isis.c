/* SPDX-License-Identifier: BSD-2-Clause */
/* IS-IS (ISO 10589, RFC 1195): its packets; and what else OSI puts behind LLC. */
#include "print/isis.h"

enum { HLEN = 1, VERSION = 2, ID_LEN = 3, TYPE = 4, PDU_VERSION = 5, MAX_AREA = 7, COMMON = 8 };
enum { L1_IIH = 15, L2_IIH = 16, P2P_IIH = 17, L1_LSP = 18, L2_LSP = 20 };
enum { L1_CSNP = 24, L2_CSNP = 25, L1_PSNP = 26, L2_PSNP = 27 };
enum { CLNP = 0x81, ESIS = 0x82, ISIS = 0x83, NULLNS = 0, IP4 = 0xcc, IP6 = 0x8e };

static const struct word types[] = {
	{L1_IIH, "L1 Lan IIH"}, {L2_IIH, "L2 Lan IIH"}, {P2P_IIH, "p2p IIH"},
	{L1_LSP, "L1 LSP"},     {L2_LSP, "L2 LSP"},     {L1_CSNP, "L1 CSNP"},
	{L2_CSNP, "L2 CSNP"},   {L1_PSNP, "L1 PSNP"},   {L2_PSNP, "L2 PSNP"},
};

static const struct word circuits[] = {
	{1, "Level 1 only"}, {2, "Level 2 only"}, {3, "Level 1, Level 2"}};

static const struct word nlpids[] = {
	{0x00, "NULL"},  {0x08, "Q.933"},    {0x80, "SNAP"}, {0x81, "CLNP"},  {0x82, "ES-IS"},
	{0x83, "IS-IS"}, {0x85, "IDRP"},     {0x8e, "IPv6"}, {0xb0, "FRF.9"}, {0xb1, "FRF.12"},
	{0xc0, "TRILL"}, {0xc1, "ISIS_SPB"}, {0xcc, "IPv4"}, {0xcf, "PPP"},
};

const char *nlpid_name(u8 id)
{
	const char *name = word_of(WORDS(nlpids), id);

	return name ? name : "unknown";
}

void put_system_id(struct print_state *s, const u8 *p)
{
	for (u32 i = 0; i < 6; i += 2) {
		if (i)
			put_c(s, '.');
		put_hex(s, p + i, 2);
	}
}

void put_node_id(struct print_state *s, const u8 *p)
{
	put_system_id(s, p);
	put_c(s, '.');
	put_hex(s, p + 6, 1);
}

void put_lsp_id(struct print_state *s, const u8 *p)
{
	put_node_id(s, p);
	put_c(s, '-');
	put_hex(s, p + 7, 1);
}

/* ISO 8473, annex C: the two bytes that make both sums zero. */
static u16 osi_sum(const u8 *p, u32 off, u32 n)
{
	s32 c0 = 0, c1 = 0;

	for (u32 i = 0; i < n; i++) {
		if (i != off && i != off + 1)
			c0 += p[i];
		c0 %= 255;
		c1 = (c1 + c0) % 255;
	}
	s32 mul = (s32)((n - off) % 255) * c0 % 255;
	s32 x = ((mul - c0 - c1) % 255 + 255) % 255, y = ((c1 - mul) % 255 + 255) % 255;
	if (!x)
		x = 255;
	if (!y)
		y = 255;
	return (u16)(x << 8 | y);
}

void put_osi_sum(struct print_state *s, struct pdu d, u16 sum, u32 off, u32 n)
{
	if (!sum || !off || !pdu_has(d, 0, n) || off + 2 > n) {
		say(s, " (unverified)");
		return;
	}
	u16 right = osi_sum(d.p, off, n);
	if (sum == right)
		say(s, " (correct)");
	else
		put_f(s, " (incorrect should be 0x%04x)", right);
}

static void brief(struct print_state *s, struct pdu d, u8 type)
{
	switch (type) {
	case L1_IIH:
	case L2_IIH:
		say(s, ", src-id ");
		put_system_id(s, pdu_need(s, d, COMMON + 1, 6));
		say(s, ", lan-id ");
		put_node_id(s, pdu_need(s, d, COMMON + 12, 7));
		put_f(s, ", prio %u", pdu_u8(s, d, COMMON + 11));
		break;
	case P2P_IIH:
		say(s, ", src-id ");
		put_system_id(s, pdu_need(s, d, COMMON + 1, 6));
		break;
	case L1_LSP:
	case L2_LSP:
		say(s, ", lsp-id ");
		put_lsp_id(s, pdu_need(s, d, COMMON + 4, 8));
		put_f(s, ", seq 0x%08x, lifetime %5us", pdu_be32(s, d, COMMON + 12),
		      pdu_be16(s, d, COMMON + 2));
		break;
	case L1_CSNP:
	case L2_CSNP:
	case L1_PSNP:
	case L2_PSNP:
		say(s, ", src-id ");
		put_node_id(s, pdu_need(s, d, COMMON + 2, 7));
		break;
	}
}

static void put_circuit(struct print_state *s, u8 v)
{
	say(s, ", Flags: [");
	put_word(s, WORDS(circuits), v & 3, "unknown circuit type 0x%02x");
	put_c(s, ']');
}

static void lan_hello(struct print_state *s, struct pdu d, u32 len)
{
	say(s, "\n\t  source-id: ");
	put_system_id(s, pdu_need(s, d, COMMON + 1, 6));
	put_f(s, ",  holding time: %us", pdu_be16(s, d, COMMON + 7));
	put_circuit(s, pdu_u8(s, d, COMMON));
	say(s, "\n\t  lan-id:    ");
	put_node_id(s, pdu_need(s, d, COMMON + 12, 7));
	put_f(s, ", Priority: %u, PDU length: %u", pdu_u8(s, d, COMMON + 11), len);
}

static void p2p_hello(struct print_state *s, struct pdu d, u32 len)
{
	say(s, "\n\t  source-id: ");
	put_system_id(s, pdu_need(s, d, COMMON + 1, 6));
	put_f(s, ", holding time: %us", pdu_be16(s, d, COMMON + 7));
	put_circuit(s, pdu_u8(s, d, COMMON));
	put_f(s, "\n\t  circuit-id: 0x%02x, PDU length: %u", pdu_u8(s, d, COMMON + 11), len);
}

static void lsp_flags(struct print_state *s, u8 v)
{
	static const struct word levels[] = {{0, "Unused 0x0 (invalid)"},
					     {1, "L1 IS"},
					     {2, "Unused 0x2 (invalid)"},
					     {3, "L2 IS"}};
	static const struct word attached[] = {
		{0x08, "default "}, {0x10, "delay "}, {0x20, "expense "}, {0x40, "error "}};

	put_f(s, ", Flags: [ %s", v & 4 ? "Overload bit set, " : "");
	if (v & 0x78) {
		put_bits(s, WORDS(attached), v, "", "");
		say(s, "ATT bit set, ");
	}
	put_f(s, "%s%s ]", v & 0x80 ? "P bit set, " : "", word_of(WORDS(levels), v & 3));
}

static void lsp(struct print_state *s, struct pdu d, u32 len)
{
	say(s, "\n\t  lsp-id: ");
	put_lsp_id(s, pdu_need(s, d, COMMON + 4, 8));
	put_f(s, ", seq: 0x%08x, lifetime: %5us", pdu_be32(s, d, COMMON + 12),
	      pdu_be16(s, d, COMMON + 2));
	u16 sum = pdu_be16(s, d, COMMON + 16);
	put_f(s, "\n\t  chksum: 0x%04x", sum);
	if (pdu_be16(s, d, COMMON + 2) || !sum)
		put_osi_sum(s, pdu_skip(d, COMMON + 4), sum, 12, len > 12 ? len - 12 : 0);
	else
		say(s, " (purged)");
	put_f(s, ", PDU length: %u", len);
	lsp_flags(s, pdu_u8(s, d, COMMON + 18));
}

static void snp(struct print_state *s, struct pdu d, u32 len, bool complete)
{
	say(s, "\n\t  source-id:    ");
	put_node_id(s, pdu_need(s, d, COMMON + 2, 7));
	put_f(s, ", PDU length: %u", len);
	if (!complete)
		return;
	say(s, "\n\t  start lsp-id: ");
	put_lsp_id(s, pdu_need(s, d, COMMON + 9, 8));
	say(s, "\n\t  end lsp-id:   ");
	put_lsp_id(s, pdu_need(s, d, COMMON + 17, 8));
}

/* The header's length by type; 0 for an unknown type. */
static u32 header_length(u8 type)
{
	switch (type) {
	case L1_IIH:
	case L2_IIH:
	case L1_LSP:
	case L2_LSP:
		return 27;
	case P2P_IIH:
		return 20;
	case L1_CSNP:
	case L2_CSNP:
		return 33;
	case L1_PSNP:
	case L2_PSNP:
		return 17;
	}
	return 0;
}

static void fixed_part(struct print_state *s, struct pdu d, u8 type, u32 len)
{
	switch (type) {
	case L1_IIH:
	case L2_IIH:
		lan_hello(s, d, len);
		break;
	case P2P_IIH:
		p2p_hello(s, d, len);
		break;
	case L1_LSP:
	case L2_LSP:
		lsp(s, d, len);
		break;
	default:
		snp(s, d, len, type == L1_CSNP || type == L2_CSNP);
	}
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t  ", d, COMMON, header_length(type) - COMMON);
}

static void tlvs(struct print_state *s, struct pdu d, u32 off, u32 len)
{
	while (off < len) {
		if (len - off < 2) {
			put_f(s, "\n\t\t packet length %u != %u", len, off);
			pdu_invalid(s);
		}
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);
		off += 2;
		put_f(s, "\n\t    %s TLV #%u, length: %u", isis_tlv_name(type), type, n);
		if (n > len - off)
			pdu_cut(s);
		pdu_check(s, d, off, n);
		if (!n) {
			continue;
		}
		struct pdu value = pdu_part(d, off, n);
		enum isis_end end = isis_tlv(s, value, type, pdu_part(d, 0, len));
		if (end == ISIS_CUT)
			put_cut(s);
		if (end == ISIS_BAD)
			put_invalid(s);
		if (end == ISIS_UNKNOWN && s->opt.verbose < 2)
			put_bytes(s, "\n\t\t", value, 0, n);
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t      ", value, 0, n);
		off += n;
	}
}

/* Why the rest is not read, and all of it. */
static bool refuse(struct print_state *s, struct pdu d, const char *what, const char *is, u32 v)
{
	if (!s->opt.link)
		say(s, "IS-IS");
	put_f(s, "%s %u%s not supported", what, v, is);
	put_bytes(s, "\n\t", d, 0, d.len);
	return false;
}

/* The header that all have; false when nothing more can be said. */
static bool common(struct print_state *s, struct pdu d, u8 type)
{
	u8 version = pdu_u8(s, d, VERSION), ids = pdu_u8(s, d, ID_LEN),
	   areas = pdu_u8(s, d, MAX_AREA);

	if (version != 1)
		return refuse(s, d, "version", " packet", version);
	if (ids != 0 && ids != 6)
		return refuse(s, d, "system ID length of", " is", ids);
	if (pdu_u8(s, d, PDU_VERSION) != 1)
		return refuse(s, d, "version", " packet", pdu_u8(s, d, PDU_VERSION));
	if (d.len < pdu_u8(s, d, HLEN)) {
		if (!s->opt.link)
			say(s, "IS-IS");
		put_f(s, "fixed header length %u > packet length %u", pdu_u8(s, d, HLEN), d.len);
		put_bytes(s, "\n\t", d, 0, d.len);
		return false;
	}
	if (!s->opt.verbose) {
		put_s(s, s->opt.link ? "" : "IS-IS, ");
		put_word(s, WORDS(types), type, "unknown PDU-Type %u");
		return true;
	}
	put_f(s, "%slength %u\n\t", s->opt.link ? "" : "IS-IS, ", d.len);
	put_word(s, WORDS(types), type, "unknown, type %u");
	put_f(s, ", hlen: %u, v: %u, pdu-v: %u, sys-id-len: %u (%u), max-area: %u (%u)",
	      pdu_u8(s, d, HLEN), version, pdu_u8(s, d, PDU_VERSION), ids ? ids : 6, ids,
	      areas ? areas : 3, areas);
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t", d, 0, COMMON);
	return true;
}

void print_isis(struct print_state *s, struct pdu d)
{
	s->name = "isis";
	u32 whole = d.len;
	if (d.len < COMMON)
		pdu_invalid(s);
	pdu_check(s, d, 0, COMMON);
	u8 type = pdu_u8(s, d, TYPE), hlen = pdu_u8(s, d, HLEN);
	if (!common(s, d, type))
		return;
	if (!s->opt.verbose) {
		pdu_check(s, d, 0, header_length(type));
		brief(s, d, type);
		put_f(s, ", length %u", whole);
		return;
	}
	u32 want = header_length(type);
	if (!want) {
		put_bytes(s, "\n\t  ", d, COMMON, d.len - COMMON);
		put_bytes(s, "\n\t", d, 0, d.len);
		return;
	}
	if (hlen != want) {
		put_f(s, ", bogus fixed header length %u should be %u", hlen, want);
		return;
	}
	pdu_check(s, d, 0, want);
	u32 len = pdu_be16(
		s, d,
		type == L1_LSP || type == L2_LSP || want == 33 || want == 17 ? COMMON : COMMON + 9);
	fixed_part(s, d, type, len);
	if (len < want) {
		put_f(s, " [packet length %u < %u]", len, want);
		pdu_invalid(s);
	}
	tlvs(s, d, want, len);
}

static void isoclns_print(struct print_state *s, struct pdu d)
{
	s->name = "isoclns";
	if (!d.cap || (d.cap < d.len && !word_of(WORDS(nlpids), d.p[0]))) {
		put_cut(s);
		return;
	}
	u8 id = d.p[0];
	if (s->opt.link) {
		const char *name = word_of(WORDS(nlpids), id);

		put_f(s, "OSI NLPID ");
		if (name)
			put_f(s, "%s (0x%02x): ", name, id);
		else
			put_f(s, "Unknown (0x%02x): ", id);
	}
	switch (id) {
	case CLNP:
		print_clnp(s, d);
		break;
	case ESIS:
		print_esis(s, d);
		break;
	case ISIS:
		print_isis(s, d);
		break;
	case NULLNS:
		put_f(s, "%slength: %u", s->opt.link ? "" : ", ", d.len);
		break;
	case IP4:
		print_ethertype(s, 0x0800, pdu_skip(d, 1));
		break;
	case IP6:
		print_ethertype(s, 0x86dd, pdu_skip(d, 1));
		break;
	case 0xcf:
		print_ppp(s, pdu_skip(d, 1));
		break;
	default:
		if (!s->opt.link)
			put_f(s, "OSI NLPID 0x%02x unknown, ", id);
		put_f(s, "length: %u", d.len);
		if (d.cap > 1)
			put_bytes(s, "\n\t", d, 0, d.len);
	}
}

const struct printer isoclns_printer = {"isoclns", isoclns_print};
