/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as an Ethernet of 1993 carried them, in a given mix. */
#include <stdlib.h>

#include "tool/bench.h"

enum { KEPT = 96, SHORTEST = 60, LONGEST = 1514 };
enum { IP = 0x0800, ARP = 0x0806, RARP = 0x8035, TCP = 6, UDP = 17, ICMP = 1 };

struct maker {
	u64 random;
	const struct mix *mix;
	u8 *p; /* the packet being made, zeros at first */
};

static u32 below(struct maker *m, u32 n)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (u32)(m->random >> 32) % n;
}

static bool percent(struct maker *m, u32 share) { return below(m, 100) < share; }

/* Two of three are on horse's own net, so that half of an address decides little. */
static u32 stranger(struct maker *m)
{
	return below(m, 3) ? 0xc0000200 + 20 + below(m, 200) : 0xc6336400 + below(m, 256);
}

static void addresses(struct maker *m, u8 *from, u8 *to)
{
	u32 a = stranger(m), b = stranger(m), roll = below(m, 100);

	if (roll < m->mix->pair) {
		a = HORSE;
		b = GAUGUIN;
	} else if (roll < m->mix->pair + m->mix->horse) {
		a = HORSE;
	}
	bool turn = below(m, 2);
	put_be32(turn ? to : from, a);
	put_be32(turn ? from : to, b);
}

static void make_ip(struct maker *m, u8 protocol)
{
	static const u16 listed[] = {79, 53, 513, 514}, usual[] = {23, 25, 20, 21, 119, 2049, 6000};
	u8 *ip = m->p + 14, *ports = ip + 20;
	bool hit = protocol == TCP && percent(m, m->mix->port);

	put_be16(m->p + 12, IP);
	ip[0] = 0x45;
	ip[8] = 30;
	ip[9] = protocol;
	addresses(m, ip + 12, ip + 16);
	if (protocol == UDP && percent(m, 5))
		put_be16(ip + 6, (u16)(185 * (1 + below(m, 5)))); /* fragments of NFS */
	u16 service = hit ? listed[below(m, LEN(listed))] : usual[below(m, LEN(usual))];
	u16 client = (u16)(1024 + below(m, 4000));
	bool reply = below(m, 2);
	put_be16(ports, reply ? service : client);
	put_be16(ports + 2, reply ? client : service);
}

static void make_arp(struct maker *m, u16 type)
{
	u8 *arp = m->p + 14;

	put_be16(m->p + 12, type);
	put_be16(arp, 1);
	put_be16(arp + 2, IP);
	arp[4] = 6;
	arp[5] = 4;
	put_be16(arp + 6, (u16)(1 + below(m, 2) + (type == RARP ? 2 : 0)));
	addresses(m, arp + 14, arp + 24);
}

static void make_other(struct maker *m)
{
	static const u16 types[] = {0x6003, 0x6004, 0x809b, 0x8137, 100}; /* DECnet, LAT, ... */

	put_be16(m->p + 12, types[below(m, LEN(types))]);
}

static void make(struct maker *m)
{
	const struct mix *x = m->mix;
	u32 roll = below(m, 100);

	for (u32 i = 0; i < 12; i++)
		m->p[i] = (u8)below(m, 256);
	if (roll < x->tcp)
		make_ip(m, TCP);
	else if ((roll -= x->tcp) < x->udp)
		make_ip(m, UDP);
	else if ((roll -= x->udp) < x->icmp)
		make_ip(m, ICMP);
	else if ((roll -= x->icmp) < x->arp)
		make_arp(m, ARP);
	else if ((roll -= x->arp) < x->rarp)
		make_arp(m, RARP);
	else
		make_other(m);
}

struct vm_pkt *packets_make(const struct mix *mix, u32 n)
{
	struct vm_pkt *pkt = calloc(n, sizeof(*pkt) + KEPT);
	struct maker m = {.random = 19930125, .mix = mix, .p = (u8 *)(pkt + n)};

	for (u32 i = 0; pkt && i < n; i++, m.p += KEPT) {
		u32 len = below(&m, 3) ? SHORTEST + below(&m, 40)
				       : SHORTEST + below(&m, LONGEST - SHORTEST + 1);

		make(&m);
		pkt[i] = (struct vm_pkt){.data = m.p, .caplen = MIN(len, KEPT), .len = len};
	}
	return pkt;
}
