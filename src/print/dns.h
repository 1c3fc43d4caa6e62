/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the DNS printer share. Offsets count from the message. */
#ifndef PRINT_DNS_H
#define PRINT_DNS_H

#include "print/priv.h"

struct dns {
	struct pdu msg;
	bool multicast;
};

/* One resource record: the offset behind it, 0 when it is cut. */
u32 put_dns_record(struct print_state *s, const struct dns *m, u32 off);
/* The offset behind a name, 0 when it is cut. */
u32 skip_dns_name(struct pdu msg, u32 off);
void put_dns_label(struct print_state *s, struct pdu msg, u32 off, u32 n);
void put_dns_type(struct print_state *s, u16 type);
void put_dns_class(struct print_state *s, u16 class); /* " CHAOS"; nothing for IN */
/* RFC 6891: the options in [off, end). */
void put_edns(struct print_state *s, struct pdu msg, u32 off, u32 end);

#endif
