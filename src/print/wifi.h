/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of IEEE 802.11 share. */
#ifndef PRINT_WIFI_H
#define PRINT_WIFI_H

#include "print/part.h"

const char *wifi_reason(u32 code);
const char *wifi_status(u32 code);

/* The body of a management frame; src is its sender. False when it is cut. */
bool wifi_management(struct print_state *s, u16 control, const u8 *src, struct pdu d);
/* IV:10203 Pad 0 KeyID 1; false when it is cut. */
bool wifi_wep(struct print_state *s, struct pdu d);
/* A frame, and its header's length. pad: the header is padded to 4 bytes;
 * fcs: so many bytes of check sum are at the end. */
u32 print_wifi(struct print_state *s, struct pdu d, bool pad, u32 fcs);

#endif
