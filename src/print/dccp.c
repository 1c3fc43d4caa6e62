/* SPDX-License-Identifier: BSD-2-Clause */
/* DCCP, RFC 4340. */
#include "print/part.h"

enum { DCCP = 33, HEADER = 12, LONG = 16 };
enum { REQUEST, RESPONSE, DATA, ACK, DATAACK, CLOSEREQ, CLOSE, RESET, SYNC, SYNCACK };

static const char *const types[] = {"DCCP-Request", "DCCP-Response", "DCCP-Data",  "DCCP-Ack",
				    "DCCP-DataAck", "DCCP-CloseReq", "DCCP-Close", "DCCP-Reset",
				    "DCCP-Sync",    "DCCP-SyncAck"};

static const char *const resets[] = {
	"unspecified",      "closed",       "aborted",         "no_connection",
	"packet_error",     "option_error", "mandatory_error", "connection_refused",
	"bad_service_code", "too_busy",     "bad_init_cookie", "aggression_penalty"};

static const struct word options[] = {{0, "nop"},
				      {1, "mandatory"},
				      {2, "slowreceiver"},
				      {32, "change_l"},
				      {33, "confirm_l"},
				      {34, "change_r"},
				      {35, "confirm_r"},
				      {36, "initcookie"},
				      {37, "ndp_count"},
				      {38, "ack_vector0"},
				      {39, "ack_vector1"},
				      {40, "data_dropped"},
				      {41, "timestamp"},
				      {42, "timestamp_echo"},
				      {43, "elapsed_time"},
				      {44, "data_checksum"},
				      {193, "CCID3 loss_event_rate"},
				      {194, "CCID3 loss_intervals"},
				      {195, "CCID3 receive_rate"}};

static const char *const features[] = {
	"reserved",           "ccid",           "allow_short_seqno",
	"sequence_window",    "ecn_incapable",  "ack_ratio",
	"send_ack_vector",    "send_ndp_count", "minimum_csum_coverage",
	"check_data_checksum"};

static void put_ends(struct print_state *s, u16 sport, u16 dport)
{
	if (s->net.src) {
		put_addr(s, s->net.src);
		put_f(s, ".%u > ", sport);
		put_addr(s, s->net.dst);
		put_f(s, ".%u: ", dport);
	} else {
		put_f(s, "%u > %u: ", sport, dport);
	}
}

/* The length of the part that the check sum covers. */
static u32 coverage(struct pdu d, u8 doff, u8 cov)
{
	if (!cov)
		return d.len;
	u32 n = (doff + (cov - 1u)) * 4;
	return n > d.len ? d.len : n;
}

static void check_sum(struct print_state *s, struct pdu d)
{
	u16 field = pdu_be16(s, d, 6);
	u32 n = coverage(d, d.p[4], d.p[5] & 15);

	put_f(s, "cksum 0x%04x ", field);
	if (!pdu_has(d, 0, d.len)) {
		s->o--;
		return;
	}
	/* the pseudo header has the length of all */
	u32 v = (u16)~sum_pseudo(s, DCCP, d.p, n) + (d.len - n);
	u16 sum = (u16) ~((v & 0xffff) + (v >> 16));
	if (sum)
		put_f(s, "(incorrect -> 0x%04x)", sum_should(field, sum));
	else
		say(s, "(correct)");
}

static void put_ack(struct print_state *s, struct pdu d, bool with_48)
{
	if (with_48) {
		u64 v = (u64)pdu_be16(s, d, 18) << 32 | pdu_be32(s, d, 20);

		put_f(s, "(ack=%llu) ", (unsigned long long)v);
	} else {
		put_f(s, "(ack=%u) ", pdu_be24(s, d, 13));
	}
}

/* The option at off: its length, 0 to end. */
static u32 option(struct print_state *s, struct pdu d, u32 off, u32 end)
{
	u8 type = pdu_u8(s, d, off), n = 1;

	if (type >= 32) {
		n = pdu_u8(s, d, off + 1);
		if (n < 2) {
			put_word(s, WORDS(options), type, "Option %u");
			put_f(s, " optlen too short");
			return 1;
		}
	}
	if (n > end - off) {
		put_word(s, WORDS(options), type, type < 128 ? "Option %u" : "CCID option %u");
		say(s, " optlen goes past header length");
		return n;
	}
	pdu_need(s, d, off, n);
	if (type < 128) {
		put_word(s, WORDS(options), type, "Option %u");
		if (n == 2 && type != 37)
			return n;
	} else {
		put_word(s, WORDS(options), type, "CCID option %u");
	}
	switch (type) {
	case 32:
	case 33:
	case 34:
	case 35:
		if (n < 3) {
			say(s, " optlen too short");
			return n;
		}
		if (pdu_u8(s, d, off + 2) >= LEN(features))
			break;
		put_f(s, " %s", features[pdu_u8(s, d, off + 2)]);
		for (u32 i = 3; i < n; i++)
			put_f(s, " %u", pdu_u8(s, d, off + i));
		break;
	case 36:
		say(s, " 0x");
		for (u32 i = 2; i < n; i++)
			put_f(s, "%02x", pdu_u8(s, d, off + i));
		break;
	case 37:
		for (u32 i = 2; i < n; i++)
			put_f(s, " %u", pdu_u8(s, d, off + i));
		break;
	case 38:
	case 39:
	case 40:
		say(s, " 0x");
		for (u32 i = 2; i < n; i++)
			put_f(s, "%02x", pdu_u8(s, d, off + i));
		break;
	case 41:
	case 42:
		if (n < 6)
			say(s, " optlen != 6");
		else
			put_f(s, " %u", pdu_be32(s, d, off + 2));
		break;
	case 43:
		if (n == 4)
			put_f(s, " %u", pdu_be16(s, d, off + 2));
		else if (n == 6)
			put_f(s, " %u", pdu_be32(s, d, off + 2));
		else
			say(s, " optlen != 4 or 6");
		break;
	case 44:
		say(s, " 0x");
		for (u32 i = 2; i < n; i++)
			put_f(s, "%02x", pdu_u8(s, d, off + i));
		break;
	default:
		if (type < 128)
			break;
		for (u32 i = 2; i < n; i++)
			put_f(s, i == 2 ? " 0x%02x" : "%02x", pdu_u8(s, d, off + i));
	}
	return n;
}

static u32 base_length(u8 type, u32 fixed, bool with_48)
{
	u32 ack = with_48 ? 8 : 4;

	switch (type) {
	case REQUEST:
		return fixed + 4;
	case RESPONSE:
		return fixed + ack + 4;
	case ACK:
	case DATAACK:
	case CLOSEREQ:
	case CLOSE:
	case SYNC:
	case SYNCACK:
		return fixed + ack;
	case RESET:
		return fixed + ack + 4;
	}
	return fixed;
}

static void dccp_print(struct print_state *s, struct pdu d)
{
	s->name = "dccp";
	if (d.cap < 4) {
		pdu_need(s, d, 0, 4);
	}
	u16 sport = pdu_be16(s, d, 0), dport = pdu_be16(s, d, 2);
	put_ends(s, sport, dport);
	if (d.len < HEADER) {
		put_f(s, "truncated-dccp - %u bytes missing!", HEADER - d.len);
		return;
	}
	pdu_need(s, d, 0, 9);
	u8 b = pdu_u8(s, d, 8), type = b >> 1 & 15;
	bool with_48 = b & 1;
	u32 fixed = with_48 ? LONG : HEADER;
	if (d.len < fixed) {
		put_f(s, "truncated-dccp - %u bytes missing!", fixed - d.len);
		return;
	}
	pdu_need(s, d, 0, fixed);
	say(s, "DCCP");
	if (s->opt.quick) {
		put_f(s, " %u", d.len - pdu_u8(s, d, 4) * 4u);
		return;
	}
	if (s->opt.verbose) {
		put_f(s, " (CCVal %u, CsCov %u", pdu_u8(s, d, 5) >> 4, pdu_u8(s, d, 5) & 15);
		if (pdu_has(d, 0, d.len)) {
			say(s, ", ");
			check_sum(s, d);
		}
		put_c(s, ')');
	}
	put_c(s, ' ');
	u32 extra = base_length(type, fixed, with_48);
	switch (type) {
	case REQUEST:
		if (d.len < extra) {
			put_f(s, "truncated-%s - %u bytes missing!", types[type], extra - d.len);
			return;
		}
		pdu_need(s, d, 0, extra);
		put_f(s, "%s (service=%u) ", types[type], pdu_be32(s, d, fixed));
		break;
	case RESPONSE:
		if (d.len < extra) {
			put_f(s, "truncated-%s - %u bytes missing!", types[type], extra - d.len);
			return;
		}
		pdu_need(s, d, 0, extra);
		put_f(s, "%s (service=%u) ", types[type], pdu_be32(s, d, extra - 4));
		break;
	case RESET: {
		if (d.len < extra) {
			put_f(s, "truncated-%s - %u bytes missing!", types[type], extra - d.len);
			return;
		}
		u8 code = pdu_u8(s, d, extra - 4);

		pdu_need(s, d, 0, extra);
		if (code < LEN(resets))
			put_f(s, "%s (code=%s) ", types[type], resets[code]);
		else
			put_f(s, "%s (code=%s) ", types[type], "reserved");
		break;
	}
	default:
		if (type >= LEN(types)) {
			put_f(s, "unknown packet type: %u ", type);
			break;
		}
		put_f(s, "%s ", types[type]);
		if (d.len < extra) {
			s->o--;
			put_f(s, " [truncated-%s - %u bytes missing!]", types[type], extra - d.len);
			return;
		}
	}
	if (type != DATA && type != REQUEST && type < LEN(types))
		put_ack(s, d, with_48);
	if (s->opt.verbose > 1 && with_48)
		put_f(s, "seq %llu",
		      (unsigned long long)((u64)pdu_be16(s, d, 10) << 32 | pdu_be32(s, d, 12)));
	else if (s->opt.verbose > 1)
		put_f(s, "seq %u", pdu_be24(s, d, 9));
	u32 all = pdu_u8(s, d, 4) * 4u;
	if (s->opt.verbose < 2 || all <= extra)
		return;
	say(s, " <");
	for (u32 off = extra; off < all;) {
		u32 n = option(s, d, off, all);

		if (!n)
			break;
		off += n;
		if (off < all)
			say(s, ", ");
	}
	put_c(s, '>');
}

const struct printer dccp_printer = {"dccp", dccp_print};
