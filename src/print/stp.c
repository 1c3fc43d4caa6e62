/* SPDX-License-Identifier: BSD-2-Clause */
/* The spanning tree: STP and RSTP (IEEE 802.1D), MSTP (802.1Q), SPB (802.1aq). */
#include "print/part.h"

enum { VERSION = 2, TYPE = 3, FLAGS = 4, ROOT = 5, COST = 13, BRIDGE = 17, PORT = 25 };
enum { AGE = 27, MAX_AGE = 29, HELLO = 31, DELAY = 33, V1_LENGTH = 35, RAPID_LEN = 36 };
enum { V3_LENGTH = 36, MCID = 39, REVISION = 71, DIGEST = 73, CIST_COST = 89 };
enum { CIST_BRIDGE = 93, HOPS = 101, MSTP_LEN = 102, MSTI_LEN = 16, MCID_LEN = 51 };
enum { STP = 0, RSTP = 2, MSTP = 3, SPB = 4, CONFIG = 0, RAPID = 2, CHANGE = 0x80 };

static const struct word versions[] = {
	{STP, "802.1d"}, {RSTP, "802.1w"}, {MSTP, "802.1s"}, {SPB, "802.1aq"}};

static const struct word types[] = {
	{CONFIG, "Config"}, {RAPID, "Rapid STP"}, {CHANGE, "Topology Change"}};

static const struct word flag_words[] = {
	{0x01, "Topology change"}, {0x02, "Proposal"},  {0x10, "Learn"},
	{0x20, "Forward"},         {0x40, "Agreement"}, {0x80, "Topology change ACK"},
};

static const char *const roles[] = {"Unknown", "Alternate", "Root", "Designated"};

static void put_flags(struct print_state *s, u8 flags)
{
	say(s, "Flags [");
	put_bits(s, WORDS(flag_words), flags, ", ", "none");
	put_c(s, ']');
}

static const char *role(u8 flags) { return roles[flags >> 2 & 3]; }

/* 8001.00:19:06:ea:b8:80 */
static void put_bridge(struct print_state *s, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 8);

	put_f(s, "%.2x%.2x.%.2x:%.2x:%.2x:%.2x:%.2x:%.2x", p[0], p[1], p[2], p[3], p[4], p[5], p[6],
	      p[7]);
}

static float seconds(struct print_state *s, struct pdu d, u32 off)
{
	return (float)pdu_be16(s, d, off) / 256;
}

static void put_times(struct print_state *s, struct pdu d)
{
	put_f(s, "\n\tmessage-age %.2fs", (double)seconds(s, d, AGE));
	put_f(s, ", max-age %.2fs", (double)seconds(s, d, MAX_AGE));
	put_f(s, ", hello-time %.2fs", (double)seconds(s, d, HELLO));
	put_f(s, ", forwarding-delay %.2fs", (double)seconds(s, d, DELAY));
}

static void config(struct print_state *s, struct pdu d)
{
	u8 type = pdu_u8(s, d, TYPE), flags = pdu_u8(s, d, FLAGS);

	say(s, ", ");
	put_flags(s, flags);
	say(s, ", bridge-id ");
	put_bridge(s, d, BRIDGE);
	put_f(s, ".%04x", pdu_be16(s, d, PORT));
	put_f(s, ", length %u", d.len);
	if (!s->opt.verbose)
		return;
	put_times(s, d);
	say(s, "\n\troot-id ");
	put_bridge(s, d, ROOT);
	put_f(s, ", root-pathcost %u", pdu_be32(s, d, COST));
	if (type == RAPID)
		put_f(s, ", port-role %s", role(flags));
}

/* One tree instance. */
static void msti(struct print_state *s, struct pdu d, u32 off)
{
	u8 flags = pdu_u8(s, d, off);

	put_f(s, "\n\tMSTI %u, ", pdu_be16(s, d, off + 1) & 0xfff);
	put_flags(s, flags);
	put_f(s, ", port-role %s\n\t\tMSTI regional-root-id ", role(flags));
	put_bridge(s, d, off + 1);
	put_f(s, ", pathcost %u", pdu_be32(s, d, off + 9));
	u8 bridge = pdu_u8(s, d, off + 13), port = pdu_u8(s, d, off + 14);
	put_f(s, "\n\t\tMSTI bridge-prio %u, port-prio %u, hops %u", bridge >> 4, port >> 4,
	      pdu_u8(s, d, off + 15));
}

/* What SPB adds: agreements, RFC-less, of 802.1aq. */
static void spb(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, "\n\tv4len %u, ", pdu_be16(s, d, off));
	say(s, "AUX Name ");
	put_padded(s, d, off + 3, 32);
	put_f(s, ", Rev %u,\n\t\tdigest ", pdu_be16(s, d, off + 35));
	put_hex(s, pdu_need(s, d, off + 37, 16), 16);
	u8 a = pdu_u8(s, d, off + 53);
	put_f(s, "\n\tAgreement num %u, Discarded Agreement num %u, Agreement valid-", a >> 6,
	      a >> 4 & 3);
	put_f(s, "flag %u,\n\tRestricted role-flag: %u, Format id %u cap %u, ", a >> 3 & 1,
	      a >> 2 & 1, pdu_u8(s, d, off + 55) >> 4, pdu_u8(s, d, off + 55) & 15);
	put_f(s, "Convention id %u cap %u,\n\tEdge count %u, ", pdu_be16(s, d, off + 56),
	      pdu_be16(s, d, off + 58), pdu_be16(s, d, off + 60));
	say(s, "Agreement digest ");
	put_hex(s, pdu_need(s, d, off + 62, 5), 5);
	for (u32 i = 67; i < 82; i += 5)
		put_hex(s, pdu_need(s, d, off + i, 5), 5);
	put_c(s, '\n');
}

static void cist(struct print_state *s, struct pdu d, u8 flags)
{
	put_f(s, "\n\tport-role %s, CIST root-id ", role(flags));
	put_bridge(s, d, ROOT);
	put_f(s, ", CIST ext-pathcost %u", pdu_be32(s, d, COST));
	say(s, "\n\tCIST regional-root-id ");
	put_bridge(s, d, BRIDGE);
	put_f(s, ", CIST port-id %04x,", pdu_be16(s, d, PORT));
	put_times(s, d);
	put_f(s, "\n\tv3len %u, ", pdu_be16(s, d, V3_LENGTH));
	say(s, "MCID Name ");
	put_padded(s, d, MCID, 32);
	put_f(s, ", rev %u,\n\t\tdigest ", pdu_be16(s, d, REVISION));
	put_hex(s, pdu_need(s, d, DIGEST, 16), 16);
	put_f(s, ", CIST int-root-pathcost %u,", pdu_be32(s, d, CIST_COST));
	say(s, "\n\tCIST bridge-id ");
	put_bridge(s, d, CIST_BRIDGE);
	put_f(s, ", CIST remaining-hops %u", pdu_u8(s, d, HOPS));
}

static void mstp(struct print_state *s, struct pdu d)
{
	u8 flags = pdu_u8(s, d, FLAGS);

	say(s, ", CIST ");
	put_flags(s, flags);
	/* the age field of the same packets in Cisco's older form has no length */
	put_f(s, ", length %u", d.len);
	if (!s->opt.verbose)
		return;
	cist(s, d, flags);
	u32 v3 = pdu_be16(s, d, V3_LENGTH), off = MSTP_LEN, left = 0;
	if (v3 > 64)
		left = v3 - 64;
	for (; left >= MSTI_LEN; left -= MSTI_LEN, off += MSTI_LEN)
		msti(s, d, off);
	if (pdu_u8(s, d, VERSION) == SPB)
		spb(s, d, V3_LENGTH + 2 + v3);
}

static void body(struct print_state *s, struct pdu d, u8 version, u8 type)
{
	if (type == CONFIG) {
		if (d.len < RAPID_LEN - 1)
			pdu_invalid(s);
		config(s, d);
	} else if (type == RAPID && version == RSTP) {
		if (d.len < RAPID_LEN)
			pdu_invalid(s);
		config(s, d);
	} else if (type == RAPID && (version == MSTP || version == SPB)) {
		if (d.len < RAPID_LEN)
			pdu_invalid(s);
		if (pdu_u8(s, d, V1_LENGTH) || d.len < MSTP_LEN ||
		    d.len < V3_LENGTH + 2u + pdu_be16(s, d, V3_LENGTH))
			pdu_invalid(s);
		mstp(s, d);
	}
}

static void stp_print(struct print_state *s, struct pdu d)
{
	s->name = "stp";
	if (d.len < FLAGS)
		pdu_invalid(s);
	u32 id = pdu_be16(s, d, 0);
	if (id) {
		put_f(s, "unknown STP version, length %u", d.len);
		return;
	}
	u8 version = pdu_u8(s, d, VERSION);
	say(s, "STP ");
	put_word(s, WORDS(versions), version, "Unknown STP protocol (0x%02x)");
	if (!word_of(WORDS(versions), version))
		return;
	u8 type = pdu_u8(s, d, TYPE);
	say(s, ", ");
	put_word(s, WORDS(types), type, "Unknown BPDU Type (0x%02x)");
	body(s, d, version, type);
}

const struct printer stp_printer = {"stp", stp_print};
