/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside tap. */
#ifndef TAP_PRIV_H
#define TAP_PRIV_H

#include "tap/tap.h"

enum { /* LINKTYPE_ numbers */
       LINK_ETHERNET = 1,
       LINK_RAW = 101,
       LINK_802_11 = 105,
       LINK_RADIOTAP = 127,
       LINK_SLL2 = 276,
};

/* The header of LINKTYPE_LINUX_SLL2, big-endian:
 *
 *	 0 protocol:16, 0:16
 *	 4 interface:32
 *	 8 ARPHRD_:16, packet type:8, address length:8
 *	12 address: 8 bytes
 */
enum { SLL2_LEN = 20 };

/* A filter for LINUX_SLL2 becomes one for the kernel, which sees the packet
 * without that header and knows its fields by other means. False when a load
 * cannot be had there. Changes code in place, and no offset of a jump. */
bool cooked_filter(struct ob_cbpf *code, u32 n);

#endif
