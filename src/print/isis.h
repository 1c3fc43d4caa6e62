/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of IS-IS and its OSI relatives share. */
#ifndef PRINT_ISIS_H
#define PRINT_ISIS_H

#include "print/part.h"

/* How a TLV ended: it was printed, cut, or damaged. */
enum isis_end { ISIS_OK, ISIS_CUT, ISIS_BAD, ISIS_UNKNOWN };

void put_system_id(struct print_state *s, const u8 *p); /* 1111.1111.1111 */
void put_node_id(struct print_state *s, const u8 *p);   /* 1111.1111.1111.00 */
void put_lsp_id(struct print_state *s, const u8 *p);    /* 1111.1111.1111.00-00 */
/* " (correct)" and the like, for a check sum of ISO 8473 at off of n bytes. */
void put_osi_sum(struct print_state *s, struct pdu d, u16 sum, u32 off, u32 n);
const char *nlpid_name(u8 id); /* never NULL */

/* The value of a TLV; pdu: the whole packet, for its check sum. */
enum isis_end isis_tlv(struct print_state *s, struct pdu d, u8 type, struct pdu pdu);
const char *isis_tlv_name(u8 type);
/* Of a metric of RFC 1195. */
enum { ISIS_METRIC = 0x3f, ISIS_EXTERNAL = 0x40, ISIS_ABSENT = 0x80 };
const char *isis_metric_kind(u8 metric);
/* Those behind the first, each behind indent. */
void isis_put_metrics(struct print_state *s, const u8 *p, const char *indent);
enum isis_end isis_extended(struct print_state *s, struct pdu d, u32 off);
enum isis_end isis_alias(struct print_state *s, struct pdu d);
enum isis_end isis_topologies_list(struct print_state *s, struct pdu d);
enum isis_end isis_old_ip(struct print_state *s, struct pdu d);
enum isis_end isis_prefix_list(struct print_state *s, struct pdu d, u32 off, bool six);
bool isis_topology(struct print_state *s, struct pdu d, u32 off);
/* RFC 5305 and its like: n bytes of sub-TLVs from off on. */
enum isis_end isis_reach_subs(struct print_state *s, struct pdu d, u32 off, u32 n);
enum isis_end isis_prefix_subs(struct print_state *s, struct pdu d, u32 off, u32 n);
/* IEEE 802.1aq */
enum isis_end isis_spb_port(struct print_state *s, struct pdu d);
enum isis_end isis_spb(struct print_state *s, struct pdu d);

/* Each prints the packet from its NLPID on. */
void print_clnp(struct print_state *s, struct pdu d);
void print_esis(struct print_state *s, struct pdu d);
void print_isis(struct print_state *s, struct pdu d);

#endif
