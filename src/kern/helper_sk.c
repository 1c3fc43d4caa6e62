/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the socket of a packet: in a test run Linux makes one, which is closed
 * and of no protocol. */
#include "kern/packet.h"

#include <sys/socket.h>
#include <unistd.h>

/* The run's socket at this address; else that is the run's fault. */
static struct bpf_sock *sock_of(struct run *r, u64 addr)
{
	struct kern_ctx *c = kern_ctx(r);

	if (c && c->pkt && (u64)(uintptr_t)&c->pkt->sk == addr)
		return &c->pkt->sk;
	r->fault = FAULT_READ;
	r->fault_addr = addr;
	r->fault_size = sizeof(struct bpf_sock);
	return NULL;
}

u64 helper_sk_fullsock(u64 sk, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return (u64)(uintptr_t)sock_of(r, sk);
}

u64 helper_tcp_sock(u64 sk, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return sock_of(r, sk), 0;
}

u64 helper_get_listener_sock(u64 sk, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return sock_of(r, sk), 0;
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

u64 helper_get_netns_cookie(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	if (!ctx)
		return 1;
	return packet_of(r, ctx, PKT_SKB) ? netns_cookie() : 0;
}
