/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.2 LLC, and SNAP. */
#include "print/priv.h"

enum { SAP_IP = 0x06, SAP_SNAP = 0xaa, UI = 0x03, XID = 0xaf, XID_BASIC = 0x81 };
enum { POLL_U = 0x10, POLL = 0x100, RESPONSE = 1, SNAP_LEN = 5 };
enum {
	OUI_ETHER = 0,
	OUI_CISCO = 0xc,
	OUI_CISCO_90 = 0xf8,
	OUI_BRIDGED = 0x80c2,
	OUI_APPLETALK = 0x80007
};

static const struct word saps[] = {
	/* clang-format off */
	{0x00, "Null"}, {0x02, "802.1B I"}, {0x04, "SNA"}, {0x06, "IP"}, {0x0e, "ProWay NM"},
	{0x42, "STP"}, {0x4e, "RS511"}, {0x7e, "ISO8208"}, {0x8e, "ProWay"}, {0xaa, "SNAP"},
	{0xe0, "IPX"}, {0xf0, "NetBeui"}, {0xfe, "OSI"},
	/* clang-format on */
};

static const struct word commands[] = {
	{0x03, "ui"},    {0x0f, "dm"},   {0x43, "disc"}, {0x63, "ua"},
	{0x6f, "sabme"}, {0x87, "frmr"}, {0xaf, "xid"},  {0xe3, "test"},
};

static const struct word ouis[] = {
	{OUI_ETHER, "Ethernet"},
	{OUI_CISCO, "Cisco"},
	{0x00005e, "IANA"},
	{0x000081, "Nortel Networks SONMP"},
	{OUI_CISCO_90, "Cisco bridged"},
	{0x001018, "Broadcom"},
	{0x00120f, "IEEE 802.3 Private"},
	{0x0012bb, "ANSI/TIA"},
	{0x0015ad, "Netronome"},
	{0x001b21, "DCBX"},
	{0x002320, "Nicira Networks"},
	{OUI_BRIDGED, "Ethernet bridged"},
	{0x009069, "Juniper"},
	{0x00a03e, "ATM Forum"},
	{OUI_APPLETALK, "Appletalk"},
	{0x080009, "Hewlett-Packard"},
	{0x5c16c7, "Big Switch Networks"},
};

static const struct word cisco_pids[] = {
	{0x010b, "PVST"}, {0x010c, "VLAN Bridge"}, {0x0111, "UDLD"},
	{0x2000, "CDP"},  {0x2003, "VTP"},         {0x2004, "DTP"},
};

static const struct word bridged_pids[] = {
	{0x1, "Ethernet + FCS"},
	{0x2, "802.4 + FCS"},
	{0x3, "Token Ring + FCS"},
	{0x4, "FDDI + FCS"},
	{0x5, "802.6 + FCS"},
	{0x7, "Ethernet w/o FCS"},
	{0x8, "802.4 w/o FCS"},
	{0x9, "Token Ring w/o FCS"},
	{0xa, "FDDI w/o FCS"},
	{0xb, "802.6 w/o FCS"},
	{0xe, "BPDU"},
};

const char *oui_name(u32 oui)
{
	const char *name = word_of(ouis, LEN(ouis), oui);

	return name ? name : "Unknown";
}

static const char *pid_name(u32 oui, u16 pid)
{
	const char *name = NULL;

	if (oui == OUI_ETHER || oui == OUI_CISCO_90 || oui == OUI_APPLETALK)
		name = ethertype_name(pid);
	else if (oui == OUI_CISCO)
		name = word_of(cisco_pids, LEN(cisco_pids), pid);
	else if (oui == OUI_BRIDGED)
		name = word_of(bridged_pids, LEN(bridged_pids), pid);
	return name ? name : "Unknown";
}

static void put_oui(struct print_state *s, u32 oui)
{
	put_f(s, "oui %s (0x%06x), ", oui_name(oui), oui);
}

static void put_ends(struct print_state *s)
{
	if (!s->l2_src)
		return;
	put_ether(s, s->l2_src);
	say(s, " > ");
	put_ether(s, s->l2_dst);
	put_c(s, ' ');
}

bool print_snap_header(struct print_state *s, struct pdu d)
{
	s->name = "snap";
	if (d.len < SNAP_LEN || !pdu_has(d, 0, SNAP_LEN)) {
		put_cut(s);
		return true;
	}
	u32 oui = get_be32(d.p) >> 8;
	u16 pid = get_be16(d.p + 3);
	d = pdu_skip(d, SNAP_LEN);
	s->link_len += SNAP_LEN;
	const char *kind = oui == OUI_ETHER ? "ethertype" : "pid";
	if (s->opt.link) {
		put_oui(s, oui);
		put_f(s, "%s %s (0x%04x), length %u: ", kind, pid_name(oui, pid), pid, d.len);
	}
	if ((oui == OUI_ETHER || oui == OUI_CISCO_90) && print_ethertype(s, pid, d))
		return true;
	const u8 *src = s->l2_src, *dst = s->l2_dst;
	if (print_snap(s, oui, pid, d))
		return true;
	s->l2_src = src;
	s->l2_dst = dst;
	if (s->opt.link)
		return false;
	put_ends(s);
	say(s, "SNAP, ");
	if (oui != OUI_ETHER)
		put_oui(s, oui);
	put_f(s, "%s %s (0x%04x), length %u: ", kind, pid_name(oui, pid), pid, d.len);
	return false;
}

static void put_header(struct print_state *s, u8 dsap, u8 ssap, u32 control, bool u)
{
	const char *to = word_of(saps, LEN(saps), dsap & 0xfe);
	const char *from = word_of(saps, LEN(saps), ssap & 0xfe);

	put_f(s, "LLC, dsap %s (0x%02x) %s, ssap %s (0x%02x) %s", to ? to : "Unknown", dsap & 0xfe,
	      dsap & 1 ? "Group" : "Individual", from ? from : "Unknown", ssap & 0xfe,
	      ssap & RESPONSE ? "Response" : "Command");
	put_f(s, u ? ", ctrl 0x%02x: " : ", ctrl 0x%04x: ", control);
}

static void put_saps(struct print_state *s, u8 dsap, u8 ssap)
{
	if (s->l2_src) {
		put_ether(s, s->l2_src);
		put_c(s, ' ');
	}
	if (ssap != dsap)
		put_word(s, saps, LEN(saps), ssap, "Unknown SSAP 0x%02x");
	if (s->l2_src || ssap != dsap)
		put_s(s, s->l2_src && ssap == dsap ? "> " : " > ");
	if (s->l2_src) {
		put_ether(s, s->l2_dst);
		put_c(s, ' ');
	}
	put_word(s, saps, LEN(saps), dsap, "Unknown DSAP 0x%02x");
	put_c(s, ' ');
}

static const char *flag_name(u8 ssap, bool poll)
{
	static const char *const names[] = {"Command", "Response", "Poll", "Final"};

	return names[(ssap & RESPONSE) | poll << 1];
}

/* True when nothing is left to print. */
static bool unnumbered(struct print_state *s, struct pdu d, u8 ssap, u8 control)
{
	u8 command = control & ~POLL_U;

	say(s, "Unnumbered, ");
	put_word(s, commands, LEN(commands), command, "%02x");
	put_f(s, ", Flags [%s], length %u", flag_name(ssap, control & POLL_U), d.len + 3);
	if (command != XID)
		return false;
	if (!d.len)
		return true;
	if (!d.cap) {
		put_cut(s);
		return true;
	}
	if (d.p[0] != XID_BASIC)
		return false;
	if (d.cap < 3 || d.len < 3) {
		put_cut(s);
		put_dump(s, "\n\t", d.p, d.cap, true);
	} else {
		put_f(s, ": %02x %02x", d.p[1], d.p[2]);
	}
	return true;
}

static bool numbered(struct print_state *s, struct pdu d, u8 ssap, u16 control)
{
	static const char *const names[] = {"Receiver Ready", "Receiver not Ready", "Reject", "?"};
	bool information = !(control & 1);

	if (information)
		put_f(s, "Information, send seq %u", control >> 1 & 0x7f);
	else
		put_f(s, "Supervisory, %s", names[control >> 2 & 3]);
	put_f(s, ", rcv seq %u, Flags [%s], length %u", control >> 9,
	      flag_name(ssap, control & POLL), d.len + 4);
	return !information;
}

static int cut(struct print_state *s, struct pdu d)
{
	put_cut(s);
	put_dump(s, "\n\t", d.p, MIN(d.cap, d.len), true);
	return (int)MIN(d.cap, d.len);
}

int print_llc(struct print_state *s, struct pdu d)
{
	s->name = "llc";
	if (d.cap < 3 || d.len < 3)
		return cut(s, d);
	u8 dsap = d.p[0], ssap = d.p[1];
	bool u = (d.p[2] & 3) == 3;
	if (!u && (d.cap < 4 || d.len < 4))
		return cut(s, d);
	u16 control = u ? d.p[2] : get_le16(d.p + 2);
	int hdr = u ? 3 : 4;
	if (s->opt.link)
		put_header(s, dsap, ssap, control, u);
	d = pdu_skip(d, (u32)hdr);
	s->link_len += (u32)hdr;
	u8 to = dsap & 0xfe, from = ssap & 0xfe;
	if (from == SAP_SNAP && to == SAP_SNAP && control == UI)
		return print_snap_header(s, d) ? hdr + SNAP_LEN : -(hdr + SNAP_LEN);
	if (from == SAP_IP && to == SAP_IP && control == UI) {
		print_ethertype(s, 0x0800, d);
		return hdr;
	}
	if (print_sap(s, to, from, control, d))
		return hdr;
	if (!s->opt.link)
		put_saps(s, to, from);
	bool done = u ? unnumbered(s, d, ssap, (u8)control) : numbered(s, d, ssap, control);
	return done ? hdr : -hdr;
}
