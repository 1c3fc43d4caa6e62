/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the IKE printer share. */
#ifndef PRINT_IKE_H
#define PRINT_IKE_H

#include "print/part.h"

/* Where a payload stands: what the ones around it said. */
struct ike {
	u32 phase, doi, proto, depth;
};

/* A payload: its generic header and body, n bytes at d; d goes on behind it.
 * False: it is cut, and the mark of it printed. */
typedef bool ike_payload(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at);

/* The payload's printer; NULL prints its name only. */
ike_payload *ike1_payload(u8 type);
ike_payload *ike2_payload(u8 type);
void put_ike_name(struct print_state *s, u8 type);
/* " [|name]" */
bool ike_cut(struct print_state *s, u8 type);
/* The chain of payloads at the head of d, of which end bytes belong to it; the
 * first is of `type`: false when one was cut. */
bool ike_chain(struct print_state *s, struct pdu d, u32 end, u8 type, struct ike at);
/* " data=(first ten bytes...the rest)" */
void put_ike_some(struct print_state *s, struct pdu d, u32 off);
void put_ike_proto(struct print_state *s, u8 proto);

/* An attribute, RFC 2408 3.3: a table of its types with their values. */
struct ike_attr {
	const char *name;
	const struct word *values;
	u32 n;
};

/* How many bytes it takes; 0: cut. */
u32 ike_attribute(struct print_state *s, struct pdu d, u32 off, u32 end,
		  const struct ike_attr *table, u32 n);

extern const struct word ike_groups[19];
extern const struct word ike_ciphers[13];
extern const struct ike_attr ike_attrs[17];

#endif
