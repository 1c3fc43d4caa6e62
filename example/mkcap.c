/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the small capture of the demonstration and of the checks: what one
 * station sees in a few seconds. The same bytes every time.
 *
 *     mkcap FILE    writes example/demo.pcap
 *     mkcap --hex   prints test/packets: a name and the bytes of each packet
 *
 * A packet is built from its outermost header on; send() fills in the lengths
 * and checksums that only then are known. */
#include <stdlib.h>

#include "base/base.h"

enum { ARP = 0x0806, IP4 = 0x0800, IP6 = 0x86dd, VLAN = 0x8100 };
enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct node {
	u8 mac[6], ip4[4], ip6[16];
};

static const struct node us = {
	{0x02, 0, 0, 0, 0, 0x0a}, {192, 0, 2, 10}, {0x20, 0x01, 0x0d, 0xb8, [15] = 10}};
static const struct node router = {
	{0x02, 0, 0, 0, 0, 0x01}, {192, 0, 2, 1}, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
static const struct node server = {
	{0x02, 0, 0, 0, 0, 0x16}, {192, 0, 2, 22}, {0x20, 0x01, 0x0d, 0xb8, [15] = 0x22}};
/* Further away: their frames come from the router. */
static const struct node web = {
	{0x02, 0, 0, 0, 0, 0x01}, {198, 51, 100, 80}, {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 0x80}};
static const struct node everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0}, {0}};

static struct {
	FILE *to;
	bool hex;
	u64 usec;
	const struct node *from, *dest;
	u8 b[1514];
	u32 n, ip, transport; /* offsets of the headers, 0 when there is none */
	u8 proto;
} now;

static void put(const void *p, u32 n)
{
	memcpy(now.b + now.n, p, n);
	now.n += n;
}

static void put8(u8 v) { put(&v, 1); }
static void put16(u16 v) { put((u8[]){(u8)(v >> 8), (u8)v}, 2); }
static void put32(u32 v)
{
	put16((u16)(v >> 16));
	put16((u16)v);
}
static void puts8(const char *s) { put(s, (u32)strlen(s)); }

/* ---- headers ---- */

static void ether(const struct node *from, const struct node *to, u16 type)
{
	now.n = now.ip = now.transport = 0;
	now.from = from;
	now.dest = to;
	put(to->mac, 6);
	put(from->mac, 6);
	put16(type);
}

static void ip4(u8 proto)
{
	static u16 id;

	now.ip = now.n;
	now.proto = proto;
	put16(0x4500);
	put16(0);
	put16(++id);
	put16(0x4000); /* don't fragment */
	put8(64);
	put8(proto);
	put16(0);
	put(now.from->ip4, 4);
	put(now.dest->ip4, 4);
	now.transport = now.n;
}

static void ip6(u8 proto)
{
	now.ip = now.n;
	now.proto = proto;
	put32(0x60000000);
	put16(0);
	put8(proto);
	put8(proto == ICMP6 ? 255 : 64);
	put(now.from->ip6, 16);
	put(now.dest->ip6, 16);
	now.transport = now.n;
}

static void udp(u16 from, u16 to)
{
	put16(from);
	put16(to);
	put32(0);
}

static void tcp(u16 from, u16 to, u32 seq, u32 ack, u8 flags)
{
	bool syn = flags & SYN;

	put16(from);
	put16(to);
	put32(seq);
	put32(ack);
	put8(syn ? 0xa0 : 0x80);
	put8(flags);
	put16(syn ? 64240 : 502);
	put32(0);
	if (syn) {
		put32(0x020405b4); /* largest segment: 1460 */
		put16(0x0402);     /* selective acknowledgements */
	} else {
		put16(0x0101);
	}
	put16(0x080a); /* time stamps */
	put32((u32)(now.usec / 1000));
	put32(ack ? (u32)(now.usec / 1000) - 1 : 0);
	if (syn)
		put32(0x01030307); /* window scale 7 */
}

static void icmp(u8 type, u16 seq)
{
	put8(type);
	put8(0);
	put16(0);
	put16(0x0a0a);
	put16(seq);
	puts8("abcdefghijklmnopqrstuvwabcdefghi");
}

/* ---- the end of a packet ---- */

static u32 sum(u32 so_far, const u8 *p, u32 n)
{
	for (; n > 1; p += 2, n -= 2)
		so_far += get_be16(p);
	return n ? so_far + (u32)*p * 256 : so_far;
}

static u16 folded(u32 s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (u16)~s;
}

static void fill_in(void)
{
	bool v6 = now.b[now.ip] >> 4 == 6;
	u8 *ip = now.b + now.ip, *t = now.b + now.transport;
	u32 n = now.n - now.transport, at = now.proto == TCP ? 16 : now.proto == UDP ? 6 : 2;
	u32 pseudo = sum(now.proto + n, ip + (v6 ? 8 : 12), v6 ? 32 : 8);

	if (v6) {
		put_be16(ip + 4, (u16)n);
	} else {
		put_be16(ip + 2, (u16)(now.n - now.ip));
		put_be16(ip + 10, folded(sum(0, ip, 20)));
	}
	if (now.proto == UDP)
		put_be16(t + 4, (u16)n);
	put_be16(t + at, folded(sum(now.proto == ICMP ? 0 : pseudo, t, n)));
}

static void send(const char *name, u32 usec_later)
{
	u8 head[16];

	now.usec += usec_later;
	if (now.transport)
		fill_in();
	while (now.n < 60) /* Ethernet's least */
		put8(0);
	put_le32(head, 1700000000 + (u32)(now.usec / 1000000));
	put_le32(head + 4, (u32)(now.usec % 1000000));
	put_le32(head + 8, now.n);
	put_le32(head + 12, now.n);
	if (!now.hex) {
		fwrite(head, 1, 16, now.to);
		fwrite(now.b, 1, now.n, now.to);
		return;
	}
	fprintf(now.to, "%s ", name);
	for (u32 i = 0; i < now.n; i++)
		fprintf(now.to, "%02x", now.b[i]);
	fputc('\n', now.to);
}

/* ---- what happens ---- */

static void arp(u16 what, const struct node *from, const struct node *to, const char *name)
{
	ether(from, what == 1 ? &everyone : to, ARP);
	put32(0x00010800);
	put16(0x0604);
	put16(what);
	put(from->mac, 6);
	put(from->ip4, 4);
	put(what == 1 ? everyone.ip4 : to->mac, what == 1 ? 4 : 6);
	if (what == 1)
		put16(0);
	put(to->ip4, 4);
	send(name, 250);
}

static void dns_question(u16 id, u16 flags, u16 answers)
{
	put16(id);
	put16(flags);
	put16(1);
	put16(answers);
	put32(0);
	put("\7example\3com\0\0\1\0\1", 17);
}

static void dns(void)
{
	ether(&us, &router, IP4);
	ip4(UDP);
	udp(40123, 53);
	dns_question(0x1f2e, 0x0100, 0);
	send("dns-query", 1200);

	ether(&router, &us, IP4);
	ip4(UDP);
	udp(53, 40123);
	dns_question(0x1f2e, 0x8180, 1);
	put("\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4", 12);
	put(web.ip4, 4);
	send("dns-answer", 18300);
}

static void segment(bool v6, bool back, const struct node *peer, u16 port, u32 seq, u32 ack,
		    u8 flags, const char *text, const char *name)
{
	u16 own = v6 ? 50022 : port == 80 ? 50080 : 50001;

	ether(back ? peer : &us, back ? &us : peer, v6 ? IP6 : IP4);
	if (v6)
		ip6(TCP);
	else
		ip4(TCP);
	tcp(back ? port : own, back ? own : port, seq, ack, flags);
	puts8(text);
	send(name, 430);
}

static void ssh4(void)
{
	segment(0, 0, &server, 22, 1000, 0, SYN, "", "ssh4-syn");
	segment(0, 1, &server, 22, 9000, 1001, SYN | ACK, "", "ssh4-synack");
	segment(0, 0, &server, 22, 1001, 9001, ACK, "", "ssh4-ack");
	segment(0, 1, &server, 22, 9001, 1001, PSH | ACK, "SSH-2.0-OpenSSH_9.2\r\n", "ssh4-server");
	segment(0, 0, &server, 22, 1001, 9022, PSH | ACK, "SSH-2.0-OpenSSH_9.6\r\n", "ssh4-client");
	segment(0, 0, &server, 22, 1022, 9022, FIN | ACK, "", "ssh4-fin");
}

static void ssh6(void)
{
	segment(1, 0, &server, 22, 5000, 0, SYN, "", "ssh6-syn");
	segment(1, 1, &server, 22, 7000, 5001, SYN | ACK, "", "ssh6-synack");
	segment(1, 0, &server, 22, 5001, 7001, ACK, "", "ssh6-ack");
	segment(1, 1, &server, 22, 7001, 5001, PSH | ACK, "SSH-2.0-OpenSSH_9.2\r\n", "ssh6-server");
}

static void http(void)
{
	segment(0, 0, &web, 80, 2001, 3001, PSH | ACK,
		"GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n", "http-get");
	segment(0, 1, &web, 80, 3001, 2051, PSH | ACK,
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n",
		"http-ok");
}

static void ping(void)
{
	ether(&us, &router, IP4);
	ip4(ICMP);
	icmp(8, 1);
	send("ping4", 5000);
	ether(&router, &us, IP4);
	ip4(ICMP);
	icmp(0, 1);
	send("pong4", 700);
	ether(&us, &router, IP6);
	ip6(ICMP6);
	icmp(128, 1);
	send("ping6", 5000);
	ether(&router, &us, IP6);
	ip6(ICMP6);
	icmp(129, 1);
	send("pong6", 700);
}

static void vlan(void)
{
	ether(&us, &router, VLAN);
	put16(100);
	put16(IP4);
	ip4(ICMP);
	icmp(8, 7);
	send("vlan-ping", 9000);

	ether(&us, &server, VLAN);
	put16(100);
	put16(IP4);
	ip4(UDP);
	udp(5060, 22);
	puts8("OPTIONS sip:server SIP/2.0\r\n\r\n");
	send("vlan-udp22", 600);
}

static void ntp(void)
{
	ether(&us, &web, IP4);
	ip4(UDP);
	udp(123, 123);
	put32(0x230a06ec);
	for (u32 i = 0; i < 11; i++)
		put32(0x9e3779b9 * i);
	send("ntp", 40000);
}

int main(int argc, char **argv)
{
	static const u8 head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [18] = 4, [20] = 1};

	if (argc != 2) {
		fputs("usage: mkcap FILE | mkcap --hex\n", stderr);
		return 2;
	}
	now.hex = !strcmp(argv[1], "--hex");
	now.to = now.hex ? stdout : fopen(argv[1], "wb");
	if (!now.to) {
		perror(argv[1]);
		return 2;
	}
	if (now.hex)
		fputs("# SPDX-License-Identifier: BSD-2-Clause\n"
		      "# Made by example/mkcap --hex: the packets of example/demo.pcap.\n",
		      now.to);
	else
		fwrite(head, 1, sizeof(head), now.to);
	arp(1, &us, &router, "arp-request");
	arp(2, &router, &us, "arp-reply");
	dns();
	ssh4();
	http();
	ssh6();
	ping();
	vlan();
	ntp();
	if (fflush(now.to) || ferror(now.to)) {
		perror(argv[1]);
		return 2;
	}
	return 0;
}
