/* SPDX-License-Identifier: BSD-2-Clause */
/* The Basic Encoding Rules of ASN.1, as far as SNMP needs them. */
#ifndef PRINT_SNMP_H
#define PRINT_SNMP_H

#include "print/part.h"

enum ber_kind {
	BER_OCTET,
	BER_OID,
	BER_INT,
	BER_NULL,
	BER_STR,
	BER_SEQ,
	BER_ADDRESS,
	BER_UNSIGNED,
	BER_UNSIGNED64,
	BER_PDU,
	BER_NO_OBJECT,
	BER_NO_INSTANCE,
	BER_END_OF_VIEW,
	BER_ANY,
};

/* An element: its value is n bytes at off. */
struct ber {
	u8 kind, id;
	s64 v;
	u32 off, n;
};

/* The element at off, of which `left` bytes are its parent's: how many it
 * takes, or -1 with the reason printed. */
int ber_parse(struct print_state *s, struct pdu d, u32 off, u32 left, struct ber *e);
void ber_print(struct print_state *s, struct pdu d, const struct ber *e);
/* Text in quotes, or hexadecimal where a byte is not printable. */
void ber_put_string(struct print_state *s, struct pdu d, const struct ber *e);
const char *snmp_pdu_name(u8 id);

#endif
