/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the BGP printer share. Offsets count from the head of the
 * TCP payload, so that lengths that lie read on as they do in tcpdump. */
#ifndef PRINT_BGP_H
#define PRINT_BGP_H

#include "print/part.h"

enum { AFI_INET = 1, AFI_INET6 = 2, AFI_NSAP = 3, AFI_VPLS = 25, AFI_L2VPN = 196 };
enum {
	SAFI_UNICAST = 1,
	SAFI_MULTICAST = 2,
	SAFI_BOTH = 3,
	SAFI_LABELED = 4,
	SAFI_MVPN = 5,
	SAFI_VPLS = 65,
	SAFI_MDT = 66,
	SAFI_VPN = 128,
	SAFI_VPN_MULTICAST = 129,
	SAFI_VPN_BOTH = 130,
	SAFI_RT = 132,
};

const char *bgp_afi(u16 afi);
const char *bgp_safi(u8 safi);
void put_bgp_rd(struct print_state *s, struct pdu d, u32 off);
/* An extended community, of eight bytes. */
void put_bgp_community(struct print_state *s, const u8 *p);

/* The kinds of routes: how an item is printed, what it returns: the bytes it
 * takes, or one of these. */
enum { ROUTE_BAD = -1, ROUTE_CUT = -2, ROUTE_SHORT = -3 };

/* False when no decoder knows the family. */
bool bgp_known_family(u16 afi, u8 safi);
/* The routes of a family from off, `left` bytes of them: false when cut. */
bool bgp_routes(struct print_state *s, struct pdu d, u32 off, u32 left, u16 afi, u8 safi);
/* Plain IPv4 routes of an UPDATE: false when cut. */
bool bgp_ip4_routes(struct print_state *s, struct pdu d, u32 off, u32 left);
/* The path attributes in n bytes at off: false when cut. */
bool bgp_attributes(struct print_state *s, struct pdu d, u32 off, u32 n, u32 level);

#endif
