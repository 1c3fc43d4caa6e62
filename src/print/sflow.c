/* SPDX-License-Identifier: BSD-2-Clause */
/* sFlow, version 5. */
#include "print/part.h"

enum { HEADER4 = 28, HEADER6 = 40, SAMPLE = 8, RECORD = 8 };
enum { FLOW = 1, COUNTER, WIDE_FLOW, WIDE_COUNTER };

static const struct word samples[] = {{FLOW, "flow sample"},
				      {COUNTER, "counter sample"},
				      {WIDE_FLOW, "expanded flow sample"},
				      {WIDE_COUNTER, "expanded counter sample"}};

static const struct word flows[] = {
	{1, "Raw packet"},
	{2, "Ethernet frame"},
	{3, "IPv4 Data"},
	{4, "IPv6 Data"},
	{1001, "Extended Switch data"},
	{1002, "Extended Router data"},
	{1003, "Extended Gateway data"},
	{1004, "Extended User data"},
	{1005, "Extended URL data"},
	{1006, "Extended MPLS data"},
	{1007, "Extended NAT data"},
	{1008, "Extended MPLS tunnel"},
	{1009, "Extended MPLS VC"},
	{1010, "Extended MPLS FEC"},
	{1011, "Extended MPLS LVP FEC"},
	{1012, "Extended VLAN Tunnel"},
};

static const struct word counters[] = {
	{1, "Generic counter"},    {2, "Ethernet counter"}, {3, "Token ring counter"},
	{4, "100 BaseVG counter"}, {5, "Vlan counter"},     {1001, "Processor counter"},
};

static const struct word protocols[] = {
	{1, "Ethernet"},
	{11, "IPv4"},
	{12, "IPv6"},
};

static const struct word directions[] = {
	{1, "full-duplex"},
	{2, "half-duplex"},
	{3, "in"},
	{4, "out"},
};

/* A record's fields are printed by a text in which each %u stands for the
 * next four bytes, each %l for the next eight. */
static void put_fields(struct print_state *s, struct pdu d, u32 off, const char *text)
{
	for (; *text; text++) {
		if (*text != '%') {
			put_c(s, *text);
		} else if (*++text == 'l') {
			put_f(s, "%llu", (unsigned long long)pdu_be64(s, d, off));
			off += 8;
		} else {
			put_u(s, pdu_be32(s, d, off));
			off += 4;
		}
	}
}

static void interface(struct print_state *s, struct pdu d, u32 off)
{
	u32 status = pdu_be32(s, d, off + 20), direction = pdu_be32(s, d, off + 16);

	put_fields(s, d, off, "\n\t      ifindex %u, iftype %u, ifspeed %l, ifdirection %u");
	put_f(s, " (%s)", word_of(WORDS(directions), direction) ?: "Unknown");
	put_f(s, "\n\t      ifstatus %u, adminstatus: %s, operstatus: %s", status,
	      status & 1 ? "up" : "down", status & 2 ? "up" : "down");
	put_fields(
		s, d, off + 24,
		"\n\t      In octets %l, unicast pkts %u, multicast pkts %u, broadcast pkts %u, "
		"discards %u\n\t      In errors %u, unknown protos %u"
		"\n\t      Out octets %l, unicast pkts %u, multicast pkts %u, broadcast pkts %u, "
		"discards %u\n\t      Out errors %u, promisc mode %u");
}

static const struct layout {
	u32 type, n;
	const char *text;
} layouts[] = {
	{2, 52,
	 "\n\t      align errors %u, fcs errors %u, single collision %u, multiple collision %u, "
	 "test error %u\n\t      deferred %u, late collision %u, excessive collision %u, "
	 "mac trans error %u\n\t      carrier error %u, frames too long %u, mac receive errors %u, "
	 "symbol errors %u"},
	{4, 80,
	 "\n\t      in high prio frames %u, in high prio octets %l"
	 "\n\t      in norm prio frames %u, in norm prio octets %l"
	 "\n\t      in ipm errors %u, oversized %u, in data errors %u, null addressed frames %u"
	 "\n\t      out high prio frames %u, out high prio octets %l, trans into frames %u"
	 "\n\t      in hc high prio octets %l, in hc norm prio octets %l, "
	 "out hc high prio octets %l"},
	{5, 28,
	 "\n\t      vlan_id %u, octets %l, unicast_pkt %u, multicast_pkt %u, broadcast_pkt %u, "
	 "discards %u"},
	{1001, 28, "\n\t      5sec %u, 1min %u, 5min %u, total_mem %l, total_mem %l"},
};

/* False: it is not whole. */
static bool counter(struct print_state *s, struct pdu d, u32 off, u32 type, u32 n)
{
	if (type == 1) {
		if (n < 88)
			return false;
		interface(s, d, off);
		return true;
	}
	for (size_t i = 0; i < LEN(layouts); i++) {
		if (layouts[i].type != type)
			continue;
		if (n < layouts[i].n)
			return false;
		put_fields(s, d, off, layouts[i].text);
		return true;
	}
	if (type != 3 && s->opt.verbose <= 1)
		put_bytes(s, "\n\t\t", d, off, n);
	return true;
}

static bool flow(struct print_state *s, struct pdu d, u32 off, u32 type, u32 n)
{
	switch (type) {
	case 1:
		if (n < 16)
			return false;
		put_f(s, "\n\t      protocol %s",
		      word_of(WORDS(protocols), pdu_be32(s, d, off)) ?: "Unknown");
		put_fields(s, d, off, " (%u), length %u, stripped bytes %u, header_size %u");
		return n - 16 >= pdu_be32(s, d, off + 12);
	case 2:
		if (n < 24)
			return false;
		put_f(s, "\n\t      frame len %u, type %u", pdu_be32(s, d, off),
		      pdu_be32(s, d, off + 20));
		return true;
	case 1001:
		if (n < 16)
			return false;
		put_fields(s, d, off, "\n\t      src vlan %u, src pri %u, dst vlan %u, dst pri %u");
		return true;
	}
	if (!word_of(WORDS(flows), type) && s->opt.verbose <= 1)
		put_bytes(s, "\n\t\t", d, off, n);
	return true;
}

/* The records of a sample, n bytes at off: false when one is not whole. */
static bool records(struct print_state *s, struct pdu d, u32 off, u32 n, u32 count, bool counts)
{
	for (; count; count--) {
		if (n < RECORD)
			return false;
		u32 format = pdu_be32(s, d, off), len = pdu_be32(s, d, off + 4);
		u32 enterprise = format >> 20, type = format & 0xfff;

		put_f(s, "\n\t    enterprise %u%s %s (%u) length %u", enterprise, counts ? "," : "",
		      (enterprise ? NULL
		       : counts   ? word_of(WORDS(counters), type)
				  : word_of(WORDS(flows), type))
			      ?: "Unknown",
		      type, len);
		off += RECORD;
		n -= RECORD;
		if (n < len)
			return false;
		if (!enterprise &&
		    !(counts ? counter(s, d, off, type, len) : flow(s, d, off, type, len)))
			return false;
		off += len;
		n -= len;
	}
	return true;
}

static bool flow_sample(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 32)
		return false;
	pdu_need(s, d, off, 32);
	put_f(s, " seqnum %u, type %u, idx %u", pdu_be32(s, d, off), pdu_be32(s, d, off + 4) >> 24,
	      pdu_be32(s, d, off + 4) & 0xffffff);
	put_fields(s, d, off + 8, ", rate %u, pool %u, drops %u, input %u output %u records %u");
	return records(s, d, off + 32, n - 32, pdu_be32(s, d, off + 28), false);
}

static bool wide_flow_sample(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 44)
		return false;
	pdu_need(s, d, off, 44);
	put_fields(s, d, off, " seqnum %u, type %u, idx %u, rate %u, pool %u, drops %u");
	u32 count = pdu_be32(s, d, off + 40);
	put_f(s, ", records %u", count);
	return records(s, d, off + 44, n - 44, count, false);
}

static bool counter_sample(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 12)
		return false;
	pdu_need(s, d, off, 12);
	u32 source = pdu_be32(s, d, off + 4), count = pdu_be32(s, d, off + 8);
	put_f(s, " seqnum %u, type %u, idx %u, records %u", pdu_be32(s, d, off), source >> 24,
	      source & 0xffffff, count);
	return records(s, d, off + 12, n - 12, count, true);
}

static bool wide_counter_sample(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 16)
		return false;
	pdu_need(s, d, off, 16);
	put_fields(s, d, off, " seqnum %u, type %u, idx %u, records %u");
	return records(s, d, off + 16, n - 16, pdu_be32(s, d, off + 12), true);
}

static bool sample(struct print_state *s, struct pdu d, u32 off, u32 n, u32 type)
{
	if (word_of(WORDS(samples), type))
		pdu_need(s, d, off, n);
	switch (type) {
	case FLOW:
		return flow_sample(s, d, off, n);
	case COUNTER:
		return counter_sample(s, d, off, n);
	case WIDE_FLOW:
		return wide_flow_sample(s, d, off, n);
	case WIDE_COUNTER:
		return wide_counter_sample(s, d, off, n);
	}
	if (s->opt.verbose <= 1)
		put_bytes(s, "\n\t    ", d, off, n);
	return true;
}

static void sflow_print(struct print_state *s, struct pdu d)
{
	s->name = "sflow";
	u32 version = pdu_be32(s, d, 0);
	if (version != 5) {
		put_f(s, "sFlow version %u packet not supported", version);
		return;
	}
	u32 kind = pdu_be32(s, d, 4), head = kind == 1 ? HEADER4 : HEADER6;
	if (d.len < head) {
		put_f(s, "sFlowv%u", version);
		put_f(s, " [length %u < %u]", d.len, head);
		put_invalid(s);
		return;
	}
	pdu_check(s, d, 0, head);
	put_f(s, "sFlowv%u, %s agent ", version, kind == 1 ? "IPv4" : "IPv6");
	if (kind == 1)
		put_ip4(s, d.p + 8);
	else
		put_ip6(s, d.p + 8);
	const u8 *p = d.p + head - 16;
	u32 count = get_be32(p + 12);
	put_f(s, ", agent-id %u, ", get_be32(p));
	if (!s->opt.verbose) {
		put_f(s, "length %u", d.len);
		return;
	}
	put_f(s, "seqnum %u, uptime %u, samples %u, length %u", get_be32(p + 4), get_be32(p + 8),
	      count, d.len);
	for (u32 off = head, left = d.len - head; left && count; count--) {
		if (left < SAMPLE)
			break;
		u32 type = pdu_be32(s, d, off) & 0xfff, len = pdu_be32(s, d, off + 4);

		put_f(s, "\n\t%s (%u), length %u,", word_of(WORDS(samples), type) ?: "Unknown",
		      type, len);
		off += SAMPLE;
		left -= SAMPLE;
		if (left < len || !sample(s, d, off, len, type)) {
			put_invalid(s);
			return;
		}
		off += len;
		left -= len;
	}
}

const struct printer sflow_printer = {"sflow", sflow_print};
