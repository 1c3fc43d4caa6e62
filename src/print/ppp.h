/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of PPP share. */
#ifndef PRINT_PPP_H
#define PRINT_PPP_H

#include "print/priv.h"

enum {
	PPP_IPCP = 0x8021,
	PPP_IP6CP = 0x8057,
	PPP_CCP = 0x80fd,
	PPP_LCP = 0xc021,
	PPP_PAP = 0xc023,
	PPP_LQM = 0xc025,
	PPP_SPAP = 0xc027,
	PPP_BACP = 0xc02b,
	PPP_OLD_SPAP = 0xc123,
	PPP_CHAP = 0xc223,
	PPP_EAP = 0xc227,
};

extern const struct printer pap_printer, chap_printer;

/* The name of a protocol, or NULL. */
const char *ppp_name(u16 proto);
/* A message of the control protocol: its number of two bytes stands before d. */
void print_ppp_control(struct print_state *s, u16 proto, struct pdu d);

#endif
