/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic engineering, RFC 3471: names that OSPF, IS-IS and RSVP share. */
#include "print/gmpls.h"

const struct word gmpls_protections[8] = {
	{0x01, "Extra Traffic"}, {0x02, "Unprotected"}, {0x04, "Shared"},   {0x08, "Dedicated 1:1"},
	{0x10, "Dedicated 1+1"}, {0x20, "Enhanced"},    {0x40, "Reserved"}, {0x80, "Reserved"},
};

const struct word gmpls_switchings[8] = {
	{1, "Packet-Switch Capable-1"}, {2, "Packet-Switch Capable-2"},
	{3, "Packet-Switch Capable-3"}, {4, "Packet-Switch Capable-4"},
	{51, "Layer-2 Switch Capable"}, {100, "Time-Division-Multiplex"},
	{150, "Lambda-Switch Capable"}, {200, "Fiber-Switch Capable"},
};

const struct word gmpls_encodings[11] = {
	{1, "Packet"},
	{2, "Ethernet V2/DIX"},
	{3, "ANSI/ETSI PDH"},
	{4, "Reserved"},
	{5, "SDH ITU-T G.707/SONET ANSI T1.105"},
	{6, "Reserved"},
	{7, "Digital Wrapper"},
	{8, "Lambda (photonic)"},
	{9, "Fiber"},
	{10, "Reserved"},
	{11, "FiberChannel"},
};

const struct word bandwidth_models[3] = {
	{0, "maximum allocation"}, {1, "russian dolls"}, {2, "Reserved"}};

void put_mbps(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, "%.3f Mbps", (double)(pdu_float(s, d, off) * 8 / 1000000));
}
