/* SPDX-License-Identifier: BSD-2-Clause */
/* Slow protocols of IEEE 802.3: LACP and its markers, Ethernet OAM. */
#include "print/part.h"

enum { LACP = 1, MARKER = 2, OAM = 3 };

static const struct word names[] = {{LACP, "LACP"}, {MARKER, "MARKER"}, {OAM, "OAM"}};

static const struct word lacp_tlvs[] = {{0, "Terminator"},
					{1, "Actor Information"},
					{2, "Partner Information"},
					{3, "Collector Information"}};

static const struct word marker_tlvs[] = {
	{0, "Terminator"}, {1, "Marker Information"}, {2, "Marker Response Information"}};

static const struct word states[] = {{0x01, "Activity"},    {0x02, "Timeout"},
				     {0x04, "Aggregation"}, {0x08, "Synchronization"},
				     {0x10, "Collecting"},  {0x20, "Distributing"},
				     {0x40, "Default"},     {0x80, "Expired"}};

static const struct word oam_flags[] = {{0x0001, "Link Fault"},     {0x0002, "Dying Gasp"},
					{0x0004, "Critical Event"}, {0x0008, "Local Evaluating"},
					{0x0010, "Local Stable"},   {0x0020, "Remote Evaluating"},
					{0x0040, "Remote Stable"}};

static const struct word oam_codes[] = {{0, "Information"},      {1, "Event Notification"},
					{2, "Variable Request"}, {3, "Variable Response"},
					{4, "Loopback Control"}, {0xfe, "Vendor Private"}};

static const struct word information[] = {
	{0, "End of TLV marker"}, {1, "Local"}, {2, "Remote"}, {0xfe, "Organization specific"}};

static const struct word oam_config[] = {{0x01, "Active"},
					 {0x02, "Unidirectional"},
					 {0x04, "Remote-Loopback"},
					 {0x08, "Link-Events"},
					 {0x10, "Variable-Retrieval"}};

static const struct word parsers[] = {
	{0, "forwarding"}, {1, "looping back"}, {2, "discarding"}, {3, "reserved"}};
static const struct word muxes[] = {{0, "forwarding"}, {1, "discarding"}};

static const struct word events[] = {{0, "End of TLV marker"},
				     {1, "Errored Symbol Period Event"},
				     {2, "Errored Frame Event"},
				     {3, "Errored Frame Period Event"},
				     {4, "Errored Frame Seconds Summary Event"},
				     {0xfe, "Organization specific"}};

static const struct word loopbacks[] = {{1, "Enable OAM Remote Loopback"},
					{2, "Disable OAM Remote Loopback"}};

static void aggregator(struct print_state *s, struct pdu d)
{
	const u8 *p = pdu_need(s, d, 0, 15);

	say(s, "\n\t  System ");
	put_ether(s, p + 2);
	put_f(s, ", System Priority %u, Key %u, Port %u, Port Priority %u", get_be16(p),
	      get_be16(p + 8), get_be16(p + 12), get_be16(p + 10));
	say(s, "\n\t  State Flags [");
	put_bits(s, WORDS(states), p[14], ", ", "none");
	put_c(s, ']');
}

static void bad_length(struct print_state *s, u32 want)
{
	put_f(s, "\n\t  ERROR: illegal length - should be %u", want);
}

static void marker_or_lacp(struct print_state *s, struct pdu d, bool lacp)
{
	while (d.len) {
		u8 type = pdu_u8(s, d, 0), n = pdu_u8(s, d, 1);

		say(s, "\n\t");
		put_word(s, lacp ? lacp_tlvs : marker_tlvs,
			 lacp ? LEN(lacp_tlvs) : LEN(marker_tlvs), type, "Unknown");
		put_f(s, " TLV (0x%02x), length %u", type, n);
		if (!type)
			return;
		if (n < 2) {
			say(s, "\n\t    ERROR: illegal length - should be >= 2");
			return;
		}
		if (n > d.len) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		pdu_need(s, d, 0, n);
		struct pdu v = pdu_part(d, 2, n - 2);
		if (lacp && (type == 1 || type == 2)) {
			if (n != 20) {
				bad_length(s, 20);
				pdu_invalid(s);
			}
			aggregator(s, v);
		} else if (lacp && type == 3) {
			if (n != 16) {
				bad_length(s, 16);
				pdu_invalid(s);
			}
			put_f(s, "\n\t  Max Delay %u", pdu_be16(s, v, 0));
		} else if (!lacp && (type == 1 || type == 2)) {
			if (n != 16) {
				bad_length(s, 16);
				pdu_invalid(s);
			}
			say(s, "\n\t  Request System ");
			put_ether(s, pdu_need(s, v, 2, 6));
			put_f(s, ", Request Port %u, Request Transaction ID 0x%08x",
			      pdu_be16(s, v, 0), pdu_be32(s, v, 8));
		} else if (s->opt.verbose <= 1) {
			put_bytes(s, "\n\t  ", v, 0, v.len);
		}
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", v, 0, v.len);
		d = pdu_skip(d, n);
	}
}

static void oam_information(struct print_state *s, struct pdu d)
{
	while (d.len) {
		if (d.len < 2) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		u8 type = pdu_u8(s, d, 0), n = pdu_u8(s, d, 1);
		say(s, "\n\t  ");
		put_word(s, WORDS(information), type, "Reserved");
		put_f(s, " Information Type (%u), length %u", type, n);
		if (!type)
			return;
		if (n < 2) {
			say(s, "\n\t    ERROR: illegal length - should be >= 2");
			return;
		}
		if (n > d.len) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		pdu_need(s, d, 0, n);
		if (type == 1 || type == 2) {
			if (n != 16) {
				bad_length(s, 16);
				pdu_invalid(s);
			}
			u8 state = pdu_u8(s, d, 5);
			put_f(s, "\n\t    OAM-Version %u, Revision %u", pdu_u8(s, d, 2),
			      pdu_be16(s, d, 3));
			say(s, "\n\t    State-Parser-Action ");
			put_word(s, WORDS(parsers), state & 3, "value %u");
			say(s, ", State-MUX-Action ");
			put_word(s, WORDS(muxes), state >> 2 & 1, "value %u");
			say(s, "\n\t    OAM-Config Flags [");
			put_bits(s, WORDS(oam_config), pdu_u8(s, d, 6), ", ", "none");
			put_f(s, "], OAM-PDU-Config max-PDU size %u", pdu_be16(s, d, 7));
			put_f(s, "\n\t    OUI %s (0x%06x), Vendor-Private 0x%08x",
			      oui_name(pdu_be24(s, d, 9)), pdu_be24(s, d, 9), pdu_be32(s, d, 12));
		}
		d = pdu_skip(d, n);
	}
}

static void oam_events(struct print_state *s, struct pdu d)
{
	static const u8 lengths[] = {0, 40, 26, 28, 18};

	if (d.len < 2) {
		say(s, "\n\t\t packet is too short");
		return;
	}
	put_f(s, "\n\t  Sequence Number %u", pdu_be16(s, d, 0));
	d = pdu_skip(d, 2);
	while (d.len) {
		if (d.len < 2) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		u8 type = pdu_u8(s, d, 0), n = pdu_u8(s, d, 1);
		say(s, "\n\t  ");
		put_word(s, WORDS(events), type, "Reserved");
		put_f(s, " Link Event Type (%u), length %u", type, n);
		if (!type)
			return;
		if (n < 2) {
			say(s, "\n\t    ERROR: illegal length - should be >= 2");
			return;
		}
		if (n > d.len) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		pdu_need(s, d, 0, n);
		if (type == 1 && n == 40) {
			put_f(s, "\n\t    Timestamp %u ms, Errored Window %llu",
			      pdu_be16(s, d, 2) * 100, (unsigned long long)pdu_be64(s, d, 4));
			put_f(s, "\n\t    Errored Threshold %llu",
			      (unsigned long long)pdu_be64(s, d, 12));
			put_f(s, "\n\t    Errors %llu", (unsigned long long)pdu_be64(s, d, 20));
			put_f(s, "\n\t    Error Running Total %llu",
			      (unsigned long long)pdu_be64(s, d, 28));
			put_f(s, "\n\t    Event Running Total %u", pdu_be32(s, d, 36));
		} else if (type < LEN(lengths)) {
			put_f(s, "\n\t    ERROR: illegal length - should be %u", 40);
			put_bytes(s, "\n\t  ", d, 0, n);
		} else {
			put_bytes(s, "\n\t  ", d, 0, n);
		}
		d = pdu_skip(d, n);
	}
}

static void oam(struct print_state *s, struct pdu d)
{
	if (d.len < 3)
		pdu_invalid(s);
	u16 flags = pdu_be16(s, d, 0);
	u8 code = pdu_u8(s, d, 2);
	say(s, "\n\tCode ");
	put_word(s, WORDS(oam_codes), code, "Unknown (%u)");
	say(s, " OAM PDU, Flags [");
	put_bits(s, WORDS(oam_flags), flags, ", ", "none");
	put_c(s, ']');
	d = pdu_skip(d, 3);
	if (code == 0) {
		oam_information(s, d);
	} else if (code == 1) {
		oam_events(s, d);
	} else if (code == 4) {
		say(s, "\n\t  Command ");
		put_word(s, WORDS(loopbacks), pdu_u8(s, d, 0), "Unknown");
		put_f(s, " (%u)", pdu_u8(s, d, 0));
		if (s->opt.verbose > 1 && d.len > 1)
			put_bytes(s, "\n\t  ", d, 1, d.len - 1);
	} else if (s->opt.verbose <= 1) {
		put_bytes(s, "\n\t  ", d, 0, d.len);
	}
	if (s->opt.verbose > 1 && code != 4)
		put_bytes(s, "\n\t  ", d, 0, d.len);
}

static void slow_print(struct print_state *s, struct pdu d)
{
	s->name = "slow";
	if (d.len < 1)
		pdu_cut(s);
	u8 type = pdu_u8(s, d, 0);
	const char *name = word_of(WORDS(names), type);
	if (type == LACP || type == MARKER) {
		u8 version = pdu_u8(s, d, 1);

		if (version != 1) {
			put_f(s, "%s version %u packet not supported", name, version);
			return;
		}
		put_f(s, "%sv%u, length %u", name, version, d.len);
		if (s->opt.verbose)
			marker_or_lacp(s, pdu_skip(d, 2), type == LACP);
		return;
	}
	if (name)
		put_s(s, name);
	else
		put_f(s, "unknown (%u)", type);
	put_f(s, ", length %u", d.len);
	if (type == OAM && s->opt.verbose)
		oam(s, pdu_skip(d, 1));
	else if (type != OAM)
		put_bytes(s, "\n\t", d, 0, d.len);
}

const struct printer slow_printer = {"slow", slow_print};
