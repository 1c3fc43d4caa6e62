/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the socket of a packet: in a test run Linux makes one, which is closed
 * and of no protocol. */
#include "kern/call.h"
#include "kern/packet.h"

#include <sys/socket.h>
#include <unistd.h>

struct bpf_sock *kern_sock_of(struct run *r, u64 at)
{
	struct kern_ctx *c = kern_ctx(r);

	if (c && c->pkt && reg_of(&c->pkt->sk) == at)
		return &c->pkt->sk;
	kern_no_object(r, at);
	return NULL;
}

BPF_HELPER(sk_fullsock) { return reg_of(kern_sock_of(r, r1)); }

/* What it is not: of TCP, listening, of UDP ... */
static u64 none_of(struct run *r, u64 sk) { return kern_sock_of(r, sk), 0; }

BPF_HELPER(tcp_sock) { return none_of(r, r1); }
BPF_HELPER(get_listener_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_tcp6_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_tcp_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_tcp_timewait_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_tcp_request_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_udp6_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_unix_sock) { return none_of(r, r1); }
BPF_HELPER(skc_to_mptcp_sock) { return none_of(r, r1); }

/* It is none of TCP's that listens. Linux: socket, IP header, its size, TCP header, its size */
static u64 no_listener(struct run *r, u64 sk) { return kern_sock_of(r, sk) ? minus(EINVAL) : 0; }

BPF_HELPER(tcp_check_syncookie) { return no_listener(r, r1); }
BPF_HELPER(tcp_gen_syncookie) { return no_listener(r, r1); }

/* ---- looking for one: no socket is known to a world ---- */

/* Linux: context, struct bpf_sock_tuple, its size, namespace, flags */
static u64 look(struct run *r, u64 tuple, u64 size)
{
	return kern_may(r, tuple, size_of(size), false), 0;
}

BPF_HELPER(sk_lookup_tcp) { return look(r, r2, r3); }
BPF_HELPER(sk_lookup_udp) { return look(r, r2, r3); }
BPF_HELPER(skc_lookup_tcp) { return look(r, r2, r3); }

/* Linux: context, map, key, flags. No map of a world's has a socket. */
BPF_HELPER(sk_select_reuseport) { return minus(ENOENT); }

BPF_HELPER(sk_release) { return none_of(r, r1); }

/* Linux: context, socket, flags. A packet's own is assigned to it only where it comes
 * in, and a look-up may choose none. */
BPF_HELPER(sk_assign)
{
	const u64 known = BPF_SK_LOOKUP_F_REPLACE | BPF_SK_LOOKUP_F_NO_REUSEPORT;
	const struct kern_ctx *c = kern_ctx(r);

	if (c && c->prog->type == PROGTYPE_SK_LOOKUP)
		return r2 ? kern_no_object(r, r2) : r3 & ~known ? minus(EINVAL) : 0;
	if (!kern_sock_of(r, r2))
		return 0;
	return minus(r3 ? EINVAL : EOPNOTSUPP);
}

/* SO_NETNS_COOKIE of a socket of this process; 1 is that of Linux's first namespace. */
static u64 netns_cookie(void)
{
	enum { NETNS_COOKIE = 71, FIRST = 1 };
	u64 cookie = FIRST;
	socklen_t n = sizeof(cookie);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s >= 0) {
		if (getsockopt(s, SOL_SOCKET, NETNS_COOKIE, &cookie, &n))
			cookie = FIRST;
		close(s);
	}
	return cookie;
}

BPF_HELPER(get_netns_cookie)
{
	if (!r1)
		return 1;
	return packet_of(r, r1, PKT_SKB) ? netns_cookie() : 0;
}
