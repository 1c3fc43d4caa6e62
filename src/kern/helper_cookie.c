/* SPDX-License-Identifier: BSD-2-Clause */
/* SYN cookies: a TCP sequence number that tells by itself what was agreed on. RFC 4987
 * 3.6; net/ipv4/syncookies.c.
 *
 *	cookie = hash of the addresses and ports + the client's sequence number
 *	         + minutes << 24 + (hash of those and the minutes + index of the MSS) % 2^24
 *
 * The secret is the world's; of a library user's runs it is the process's. */
#include "kern/call.h"
#include "kern/helper.h"
#include "kern/world.h"

#include <linux/tcp.h>
#include <pthread.h>
#include <sys/random.h>

enum {
	BITS = 24,
	MINUTES = 2, /* how long one is good, and less than one more */
	MSS_DEFAULT = 536,
	MSS_DEFAULT6 = 1280 - 60,
	HEAD = sizeof(struct tcphdr),
	ADDR4_AT = 12,
	ADDR6_AT = 8,
};
static const u32 mask = (1u << BITS) - 1;

struct family {
	u16 mss[4];
	u32 header, addr, bytes; /* of the IP header: its size; its two addresses */
	u16 usual;
};
static const struct family v4 = {{536, 1300, 1440, 1460}, 20, ADDR4_AT, 8, MSS_DEFAULT};
static const struct family v6 = {{1220, 1420, 1440, 8940}, 40, ADDR6_AT, 32, MSS_DEFAULT6};

/* ---- SipHash-2-4 ---- */

static u64 rotate(u64 x, u32 by) { return x << by | x >> (64 - by); }

static void sip_round(u64 v[4])
{
	v[0] += v[1], v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1], v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static u64 siphash(const u64 key[2], const u64 *word, u32 n)
{
	u64 v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		    key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};

	for (u32 i = 0; i <= n; i++) {
		u64 m = i < n ? word[i] : (u64)n * 8 << 56;
		v[3] ^= m;
		for (u32 k = 0; k < 2; k++)
			sip_round(v);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	for (u32 k = 0; k < 4; k++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- cookies ---- */

static u64 own_secret[4];
static void make_secret(void)
{
	if (getrandom(own_secret, sizeof(own_secret), 0) != sizeof(own_secret))
		own_secret[0] = clock_ns(CLOCK_MONOTONIC);
}

static const u64 *secret(const struct run *r)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct world *w = kern_ctx(r) ? world() : NULL;

	if (w)
		return w->page->secret;
	pthread_once(&once, make_secret);
	return own_secret;
}

struct segment {
	const struct family *f;
	const u64 *secret;
	const u8 *ip, *tcp;
};

static u32 hash(const struct segment *s, u32 minute, u32 which)
{
	u64 word[5] = {0};

	memcpy(word, s->ip + s->f->addr, s->f->bytes);
	word[s->f->bytes / 8] = get_le32(s->tcp) | (u64)minute << 32;
	return (u32)siphash(s->secret + 2 * which, word, s->f->bytes / 8 + 1);
}

static u32 now(void) { return (u32)(clock_ns(CLOCK_MONOTONIC) / 60000000000); }

static u32 make_cookie(const struct segment *s, u32 index)
{
	u32 minute = now();

	return hash(s, 0, 0) + get_be32(s->tcp + 4) + (minute << BITS) +
	       ((hash(s, minute, 1) + index) & mask);
}

/* Of an ACK that answers one. */
static bool good_cookie(const struct segment *s)
{
	u32 cookie = get_be32(s->tcp + 8) - 1 - hash(s, 0, 0) - (get_be32(s->tcp + 4) - 1);
	u32 minute = now(), ago = (minute - (cookie >> BITS)) & (UINT32_MAX >> BITS);

	return ago < MINUTES && ((cookie - hash(s, minute - ago, 1)) & mask) < LEN(s->f->mss);
}

/* What the options say, 0: nothing. RFC 9293 3.1 */
static u16 mss_of(const u8 *tcp, u32 n)
{
	enum { END, NOP, MSS, MSS_BYTES = 4 };
	u16 mss = 0;

	for (u32 at = HEAD, size; at < n && tcp[at] != END; at += size) {
		size = tcp[at] == NOP ? 1 : n - at < 2 ? 0 : tcp[at + 1];
		if (tcp[at] != NOP && (size < 2 || size > n - at))
			break;
		if (tcp[at] == MSS && size == MSS_BYTES && get_be16(tcp + at + 2))
			mss = get_be16(tcp + at + 2);
	}
	return mss;
}

static u64 generate(struct run *r, const struct family *f, u64 ip, u64 tcp, u32 n)
{
	struct segment s = {f, secret(r), addr_of(ip), addr_of(tcp)};
	u32 i = LEN(f->mss) - 1;

	if (!kern_may(r, ip, f->header, false) || !kern_may(r, tcp, n, false))
		return 0;
	if (n < HEAD || n != (u32)(s.tcp[12] >> 4) * 4)
		return minus(EINVAL);
	u16 mss = mss_of(s.tcp, n);
	for (mss = mss ? mss : f->usual; i && mss < f->mss[i];)
		i--;
	return make_cookie(&s, i) | (u64)f->mss[i] << 32;
}

static u64 check(struct run *r, const struct family *f, u64 ip, u64 tcp)
{
	struct segment s = {f, secret(r), addr_of(ip), addr_of(tcp)};

	if (!kern_may(r, ip, f->header, false) || !kern_may(r, tcp, HEAD, false))
		return 0;
	return good_cookie(&s) ? 0 : minus(EACCES);
}

/* Linux: IP header, TCP header, its size with the options */
BPF_HELPER(tcp_raw_gen_syncookie_ipv4) { return generate(r, &v4, r1, r2, size_of(r3)); }
BPF_HELPER(tcp_raw_gen_syncookie_ipv6) { return generate(r, &v6, r1, r2, size_of(r3)); }
/* Linux: IP header, TCP header */
BPF_HELPER(tcp_raw_check_syncookie_ipv4) { return check(r, &v4, r1, r2); }
BPF_HELPER(tcp_raw_check_syncookie_ipv6) { return check(r, &v6, r1, r2); }
