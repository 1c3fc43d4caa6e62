/* SPDX-License-Identifier: BSD-2-Clause */
/* ATA over Ethernet, MS NLB heartbeats, the Ethernet loopback test, CALM FAST. */
#include "print/part.h"

static const struct word aoe_commands[] = {{0, "Issue ATA Command"},
					   {1, "Query Config Information"},
					   {2, "MAC Mask List"},
					   {3, "Reserve/Release"}};

static const struct word aoe_flags[] = {{0x08, "Response"}, {0x04, "Error"}};

static const struct word aoe_errors[] = {
	{1, "Unrecognized command code"}, {2, "Bad argument parameter"}, {3, "Device unavailable"},
	{4, "Config string present"},     {5, "Unsupported version"},    {6, "Target is reserved"}};

static const struct word ata_flags[] = {{0x80, "MBZ-7"},  {0x40, "Ext48"}, {0x20, "MBZ-5"},
					{0x10, "Device"}, {0x02, "Async"}, {0x01, "Write"}};

static const struct word config_commands[] = {{0, "read config string"},
					      {1, "test config string"},
					      {2, "test config string prefix"},
					      {3, "set config string"},
					      {4, "force set config string"}};

static const struct word mask_commands[] = {{0, "Read Mac Mask List"}, {1, "Edit Mac Mask List"}};
static const struct word mask_errors[] = {
	{1, "Unspecified Error"}, {2, "Bad DCmd Directive"}, {3, "Mask List Full"}};
static const struct word directives[] = {{0, "No directive"},
					 {1, "Add mac address to mask list"},
					 {2, "Delete mac address from mask list"}};
static const struct word reserve_commands[] = {
	{0, "Read reserve list"}, {1, "Set reserve list"}, {2, "Force set reserve list"}};

static void ata(struct print_state *s, struct pdu d)
{
	if (d.len < 12)
		pdu_invalid(s);
	say(s, "\n\tAFlags: [");
	put_bits(s, WORDS(ata_flags), pdu_u8(s, d, 0), ", ", "none");
	put_c(s, ']');
	static const char *const names[] = {", Err/Feature", ", Sector Count", ", Cmd/Status",
					    "\n\tlba0",      ", lba1",         ", lba2",
					    ", lba3",        ", lba4",         ", lba5"};
	for (u32 i = 0; i < LEN(names); i++) {
		u8 v = pdu_u8(s, d, i + 1);

		put_f(s, "%s: %u", names[i], v);
	}
	pdu_need(s, d, 0, 12);
	if (d.len > 12)
		put_f(s, "\n\tData: %u bytes", d.len - 12);
}

static void config(struct print_state *s, struct pdu d)
{
	if (d.len < 8)
		pdu_invalid(s);
	u16 w = pdu_be16(s, d, 0);
	put_f(s, "\n\tBuffer Count: %u", w);
	w = pdu_be16(s, d, 2);
	put_f(s, ", Firmware Version: %u", w);
	u8 v = pdu_u8(s, d, 4);
	put_f(s, ", Sector Count: %u", v);
	v = pdu_u8(s, d, 5);
	put_f(s, ", AoE: %u, CCmd: ", v >> 4);
	put_word(s, WORDS(config_commands), v & 15, "Unknown (0x%02x)");
	u32 n = pdu_be16(s, d, 6);
	if (n > 1024 || n > d.len - 8)
		pdu_invalid(s);
	if (!n)
		return;
	put_f(s, "\n\tConfig String (length %u): ", n);
	put_padded(s, d, 8, n);
}

static void masks(struct print_state *s, struct pdu d)
{
	if (d.len < 4)
		pdu_invalid(s);
	say(s, "\n\tMCmd: ");
	put_word(s, WORDS(mask_commands), pdu_u8(s, d, 1), "Unknown (0x%02x)");
	say(s, ", MError: ");
	put_word(s, WORDS(mask_errors), pdu_u8(s, d, 2), "Unknown (0x%02x)");
	u32 n = pdu_u8(s, d, 3), off = 4;
	put_f(s, ", Dir Count: %u", n);
	if (off + n * 8 > d.len)
		pdu_invalid(s);
	for (u32 i = 0; i < n; i++, off += 8) {
		say(s, "\n\t DCmd: ");
		put_word(s, WORDS(directives), pdu_u8(s, d, off + 1), "Unknown (0x%02x)");
		const u8 *p = pdu_need(s, d, off + 2, 6);
		say(s, ", Ethernet Address: ");
		put_ether(s, p);
	}
}

static void reserve(struct print_state *s, struct pdu d)
{
	if (d.len < 2 || (d.len - 2) % 6)
		pdu_invalid(s);
	say(s, "\n\tRCmd: ");
	put_word(s, WORDS(reserve_commands), pdu_u8(s, d, 0), "Unknown (0x%02x)");
	u32 n = pdu_u8(s, d, 1);
	put_f(s, ", NMacs: %u", n);
	if (2 + n * 6 > d.len)
		pdu_invalid(s);
	for (u32 i = 0; i < n; i++) {
		put_f(s, "\n\tEthernet Address %u: ", i);
		put_ether(s, pdu_need(s, d, 2 + 6 * i, 6));
	}
}

static void aoe_print(struct print_state *s, struct pdu d)
{
	s->name = "aoe";
	put_f(s, "AoE length %u", d.len);
	if (d.len < 10)
		pdu_invalid(s);
	u8 b0 = pdu_u8(s, d, 0), flags = b0 & 15, version = b0 >> 4;
	put_f(s, ", Ver %u", version);
	if (version != 1)
		return;
	say(s, ", Flags: [");
	put_bits(s, WORDS(aoe_flags), flags, ", ", "none");
	put_c(s, ']');
	if (!s->opt.verbose)
		return;
	u8 error = pdu_u8(s, d, 1), command = pdu_u8(s, d, 5);
	if (flags & 0x04) {
		say(s, "\n\tError: ");
		put_word(s, WORDS(aoe_errors), error, "Invalid (%u)");
	}
	put_f(s, "\n\tMajor: 0x%04x", pdu_be16(s, d, 2));
	put_f(s, ", Minor: 0x%02x, Command: ", pdu_u8(s, d, 4));
	put_word(s, WORDS(aoe_commands), command, "Unknown (0x%02x)");
	put_f(s, ", Tag: 0x%08x", pdu_be32(s, d, 6));
	d = pdu_skip(d, 10);
	switch (command) {
	case 0:
		ata(s, d);
		break;
	case 1:
		config(s, d);
		break;
	case 2:
		masks(s, d);
		break;
	case 3:
		reserve(s, d);
		break;
	}
}

static void msnlb_print(struct print_state *s, struct pdu d)
{
	s->name = "msnlb";
	say(s, "MS NLB heartbeat");
	u32 priority = pdu_le32(s, d, 8);
	put_f(s, ", host priority: %u", priority);
	const u8 *cluster = pdu_need(s, d, 12, 4);
	say(s, ", cluster IP: ");
	put_ip4(s, cluster);
	const u8 *host = pdu_need(s, d, 16, 4);
	say(s, ", host IP: ");
	put_ip4(s, host);
}

static void loopback_print(struct print_state *s, struct pdu d)
{
	s->name = "loopback";
	say(s, "Loopback");
	if (d.len < 4)
		pdu_invalid(s);
	u16 skip = pdu_le16(s, d, 0);
	put_f(s, ", skipCount %u", skip);
	if (skip % 8)
		say(s, " (bogus)");
	if (skip > d.len - 4)
		pdu_invalid(s);
	pdu_need(s, d, 2, skip);
	struct pdu f = pdu_skip(d, 2 + skip);
	if (f.len < 2)
		pdu_invalid(s);
	u16 function = pdu_le16(s, f, 0);
	say(s, ", ");
	if (function == 1)
		say(s, "Reply");
	else if (function == 2)
		say(s, "Forward Data");
	else
		put_f(s, " invalid (%u)", function);
	if (function == 1) {
		if (f.len < 4)
			pdu_invalid(s);
		put_f(s, ", receipt number %u, data (%u octets)", pdu_le16(s, f, 2), f.len - 4);
	} else if (function == 2) {
		if (f.len < 8)
			pdu_invalid(s);
		const u8 *p = pdu_need(s, f, 2, 6);
		say(s, ", forwarding address ");
		put_ether(s, p);
		put_f(s, ", data (%u octets)", f.len - 8);
	}
	if (function == 1 || function == 2)
		pdu_need(s, f, 0, f.len);
}

static void calm_print(struct print_state *s, struct pdu d)
{
	s->name = "calm_fast";
	if (d.len < 2)
		pdu_cut(s);
	put_f(s, "CALM FAST; SrcNwref:%u; ", pdu_u8(s, d, 0));
	put_f(s, "DstNwref:%u; ", pdu_u8(s, d, 1));
	d = pdu_skip(d, 2);
	if (!s->opt.verbose)
		return;
	put_unknown(s, d);
	if (d.cap < d.len)
		pdu_cut(s);
}

const struct printer calm_printer = {"calm_fast", calm_print};
const struct printer aoe_printer = {"aoe", aoe_print};
const struct printer msnlb_printer = {"msnlb", msnlb_print};
const struct printer loopback_printer = {"loopback", loopback_print};
