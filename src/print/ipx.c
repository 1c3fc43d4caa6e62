/* SPDX-License-Identifier: BSD-2-Clause */
/* Novell IPX, and its SAP and RIP. */
#include "print/part.h"

enum { LENGTH = 2, TYPE = 5, DST = 6, SRC = 18, HEADER = 30 };

static void put_address(struct print_state *s, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 12);

	put_f(s, "%08x.%02x:%02x:%02x:%02x:%02x:%02x", get_be32(p), p[4], p[5], p[6], p[7], p[8],
	      p[9]);
}

static void put_name(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	say(s, " '");
	for (u32 i = 0; i < n; i++) {
		u8 c = pdu_u8(s, d, off + i);

		if (!c)
			break;
		put_unctrl(s, c);
	}
	put_c(s, '\'');
}

static void sap(struct print_state *s, struct pdu d)
{
	if (d.len < 2)
		pdu_cut(s);
	u16 command = pdu_be16(s, d, 0);
	d = pdu_skip(d, 2);
	switch (command) {
	case 1:
	case 3:
		put_s(s, command == 1 ? "ipx-sap-req" : "ipx-sap-nearest-req");
		if (!d.len)
			return;
		if (d.len < 2)
			pdu_cut(s);
		put_f(s, " %x", pdu_be16(s, d, 0));
		put_name(s, d, 2, 48);
		return;
	case 2:
	case 4:
		put_s(s, command == 2 ? "ipx-sap-resp" : "ipx-sap-nearest-resp");
		for (u32 i = 0; i < 8 && d.len; i++) {
			if (d.len < 2)
				pdu_cut(s);
			put_f(s, " %04x", pdu_be16(s, d, 0));
			put_name(s, d, 2, 48);
			if (d.len < 60)
				pdu_cut(s);
			say(s, " addr ");
			put_address(s, d, 50);
			d = pdu_skip(d, 64);
		}
		return;
	}
	put_f(s, "ipx-sap-?%x", command);
}

static void rip(struct print_state *s, struct pdu d)
{
	if (d.len < 2)
		pdu_cut(s);
	u16 command = pdu_be16(s, d, 0);
	d = pdu_skip(d, 2);
	switch (command) {
	case 1:
		say(s, "ipx-rip-req");
		if (!d.len)
			return;
		if (d.len < 8)
			pdu_cut(s);
		put_f(s, " %08x/%u", pdu_be32(s, d, 0), pdu_be16(s, d, 4));
		put_f(s, ".%u", pdu_be16(s, d, 6));
		return;
	case 2:
		say(s, "ipx-rip-resp");
		for (u32 i = 0; i < 15 && d.len; i++) {
			if (d.len < 8)
				pdu_cut(s);
			put_f(s, " %08x/%u", pdu_be32(s, d, 0), pdu_be16(s, d, 4));
			put_f(s, ".%u", pdu_be16(s, d, 6));
			d = pdu_skip(d, 8);
		}
		return;
	}
	put_f(s, "ipx-rip-?%x", command);
}

static void payload(struct print_state *s, struct pdu d, u16 socket)
{
	switch (socket) {
	case 0x0452:
		sap(s, d);
		return;
	case 0x0453:
		rip(s, d);
		return;
	case 0x0455:
		put_f(s, "ipx-netbios %u", d.len);
		return;
	case 0x0456:
		put_f(s, "ipx-diags %u", d.len);
		return;
	case 0x0553:
		put_f(s, "ipx-nwlink-dgm %u", d.len);
		return;
	case 0x0451:
		put_f(s, "ipx-ncp %u", d.len);
		return;
	case 0x9086:
		put_f(s, "ipx-security %u", d.len);
		return;
	}
	put_f(s, "ipx-#%x %u", socket, d.len);
}

static void body(struct print_state *s, struct pdu d)
{
	s->name = "ipx";
	if (d.len < HEADER)
		pdu_cut(s);
	put_address(s, d, SRC);
	put_f(s, ".%04x > ", pdu_be16(s, d, SRC + 10));
	put_address(s, d, DST);
	u16 socket = pdu_be16(s, d, DST + 10);
	put_f(s, ".%04x: ", socket);
	u32 n = pdu_be16(s, d, LENGTH);
	if (n < HEADER) {
		put_f(s, "[length %u < %u]", n, HEADER);
		pdu_invalid(s);
	}
	payload(s, pdu_part(d, HEADER, n - HEADER), socket);
}

static void llc_ipx_print(struct print_state *s, struct pdu d)
{
	put_s(s, s->opt.link ? "IPX 802.2: " : "IPX ");
	body(s, d);
}

static void ipx_print(struct print_state *s, struct pdu d)
{
	say(s, "(NOV-ETHII) IPX ");
	body(s, d);
}

const struct printer ipx_printer = {"ipx", ipx_print};
const struct printer llc_ipx_printer = {"ipx", llc_ipx_print};
