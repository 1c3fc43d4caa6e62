/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the headers of frames of 64 bytes: Ethernet, VLAN, IPv4 or IPv6, TCP or
 * UDP; a hash of the flow of each. Eight times over. */
#include "prog.h"

enum { SIZE = 64, TIMES = 8, VLAN = 0x8100, IPV4 = 0x0800, IPV6 = 0x86dd, TCP = 6, UDP = 17 };

#define PACKED struct __attribute__((packed))

PACKED eth
{
	u8 to[6], from[6];
	u16 type;
};
PACKED vlan { u16 tag, type; };
PACKED ip4
{
	u8 ihl : 4, version : 4, tos;
	u16 len, id, frag;
	u8 ttl, proto;
	u16 sum;
	u32 from, to;
};
PACKED ip6
{
	u32 flow;
	u16 len;
	u8 next, hops;
	u32 from[4], to[4];
};
PACKED ports { u16 from, to; };

struct flow {
	u32 from, to;
	u16 from_port, to_port;
	u8 proto;
};

INLINE u16 be16(u16 v) { return __builtin_bswap16(v); }

/* The transport's header, or 0. */
INLINE const u8 *network(const u8 *p, const u8 *end, u16 type, struct flow *f)
{
	if (type == IPV4) {
		const struct ip4 *ip = (const void *)p;

		if (p + sizeof(*ip) > end || ip->version != 4 || ip->ihl != 5)
			return 0;
		if (be16(ip->frag) & 0x1fff)
			return 0;
		f->proto = ip->proto;
		f->from = ip->from;
		f->to = ip->to;
		return p + sizeof(*ip);
	}
	if (type == IPV6) {
		const struct ip6 *ip = (const void *)p;

		if (p + sizeof(*ip) > end)
			return 0;
		f->proto = ip->next;
		f->from = ip->from[0] ^ ip->from[1] ^ ip->from[2] ^ ip->from[3];
		f->to = ip->to[0] ^ ip->to[1] ^ ip->to[2] ^ ip->to[3];
		return p + sizeof(*ip);
	}
	return 0;
}

INLINE u32 parse(const u8 *p, const u8 *end, struct flow *f)
{
	const struct eth *eth = (const void *)p;
	const struct ports *ports;
	u16 type;

	if (p + sizeof(*eth) > end)
		return 0;
	type = be16(eth->type);
	p += sizeof(*eth);
	if (type == VLAN) {
		const struct vlan *vlan = (const void *)p;

		if (p + sizeof(*vlan) > end)
			return 0;
		type = be16(vlan->type);
		p += sizeof(*vlan);
	}
	p = network(p, end, type, f);
	if (!p || (f->proto != TCP && f->proto != UDP))
		return 0;
	ports = (const void *)p;
	if (p + sizeof(*ports) > end)
		return 0;
	f->from_port = be16(ports->from);
	f->to_port = be16(ports->to);
	return 1;
}

INLINE u32 hash(const struct flow *f)
{
	u32 h = (f->from ^ f->to) * 0x9e3779b1;

	h ^= (u32)f->from_port << 16 | f->to_port;
	return (h ^ h >> 15) * 0x85ebca77 + f->proto;
}

u64 prog(void *mem, u64 len)
{
	u64 all = 0;

	for (u32 i = 0; i < TIMES; i++)
		for (u64 at = 0; at + SIZE <= len; at += SIZE) {
			const u8 *p = (const u8 *)mem + at;
			struct flow f = {0, 0, 0, 0, 0};

			if (parse(p, p + SIZE, &f))
				all = (all << 1 | all >> 63) ^ hash(&f);
		}
	return all;
}
