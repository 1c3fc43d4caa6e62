/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkt/priv.h"
static bool is_pcapng(const u8 magic[4]) { return get_le32(magic) == 0x0a0d0d0a; }
static struct ob_err *open_pcapng(struct pkt_reader *r) { return damage(r, 0, "pcapng: to come"); }
static enum pkt_status next_pcapng(struct pkt_reader *r, struct pkt *ret)
{
	(void)r;
	(void)ret;
	return PKT_EOF;
}
const struct format format_pcapng = {"pcapng", is_pcapng, open_pcapng, next_pcapng};
