/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's vsockmon: sockets between hosts and guests. */
#include "print/part.h"

enum {
	SRC_CID = 0,
	DST_CID = 8,
	SPORT = 16,
	DPORT = 20,
	OP = 24,
	TRANSPORT = 26,
	LEN_T = 28,
	HEADER = 32
};
enum { VIRTIO = 2, VIRTIO_HEADER = 44 };

static const struct word transports[] = {{0, "UNKNOWN"}, {1, "NO_INFO"}, {2, "VIRTIO"}};
static const struct word ops[] = {
	{0, "UNKNOWN"}, {1, "CONNECT"}, {2, "DISCONNECT"}, {3, "CONTROL"}, {4, "PAYLOAD"}};
static const struct word kinds[] = {{1, "STREAM"}};
static const struct word virtio_ops[] = {
	{0, "INVALID"},  {1, "REQUEST"}, {2, "RESPONSE"},      {3, "RST"},
	{4, "SHUTDOWN"}, {5, "RW"},      {6, "CREDIT UPDATE"}, {7, "CREDIT REQUEST"}};

static void put_virtio(struct print_state *s, struct pdu d)
{
	pdu_need(s, d, 0, VIRTIO_HEADER);
	put_f(s, "len %u, type ", pdu_le32(s, d, 24));
	put_word(s, WORDS(kinds), pdu_le16(s, d, 28), "Invalid type (%u)");
	say(s, ", op ");
	put_word(s, WORDS(virtio_ops), pdu_le16(s, d, 30), "Invalid op (%u)");
	put_f(s, ", flags %x, buf_alloc %u, fwd_cnt %u", pdu_le32(s, d, 32), pdu_le32(s, d, 36),
	      pdu_le32(s, d, 40));
}

static u32 vsock_print(struct print_state *s, struct pdu d)
{
	s->name = "vsock";
	if (d.len < HEADER || d.cap < HEADER) {
		say(s, "packet length");
		put_f(s, " %u < %u", d.len, HEADER);
		pdu_invalid(s);
	}
	u16 transport = pdu_le16(s, d, TRANSPORT), op = pdu_le16(s, d, OP),
	    n = pdu_le16(s, d, LEN_T);
	put_word(s, WORDS(transports), transport, "Invalid transport (%u)");
	if (s->opt.verbose && transport == VIRTIO) {
		say(s, " (");
		put_virtio(s, pdu_part(d, HEADER, n));
		put_c(s, ')');
	}
	put_s(s, s->opt.verbose ? "\n\t" : " ");
	put_f(s, "%llu.%u > %llu.%u ", (unsigned long long)get_le64(d.p + SRC_CID),
	      pdu_le32(s, d, SPORT), (unsigned long long)get_le64(d.p + DST_CID),
	      pdu_le32(s, d, DPORT));
	put_word(s, WORDS(ops), op, " invalid op (%u)");
	put_f(s, ", length %u", d.len);
	if (s->opt.verbose > 1 && d.len > (u32)HEADER + n)
		put_bytes(s, "\n\t", d, HEADER + n, d.len - HEADER - n);
	return HEADER;
}

const struct link_printer vsock_link = {"vsock", 271, vsock_print};
