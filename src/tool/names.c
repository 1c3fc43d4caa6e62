/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in filters, looked up in the system. The compiler asks only for what
 * is not a number. Answers are remembered: a filter is compiled once more for
 * each link type, when looking up may be possible no more. */
#include "tool/expr.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdlib.h>

struct memo {
	struct memo *next;
	const char *kind; /* "host", a transport, ... */
	bool known;
	u64 number;
	struct filter_addrs addrs;
	char name[];
};

static struct memo *memos;

/* *fresh: it must be looked up. NULL: no memory. */
static struct memo *recall(const char *kind, const char *name, bool *fresh)
{
	for (struct memo *m = memos; m; m = m->next)
		if (!strcmp(m->kind, kind) && !strcmp(m->name, name)) {
			*fresh = false;
			return m;
		}
	size_t n = strlen(name) + 1;
	struct memo *m = calloc(1, sizeof(*m) + n);
	*fresh = true;
	if (!m)
		return NULL;
	m->kind = kind;
	memcpy(m->name, name, n);
	m->next = memos;
	memos = m;
	return m;
}

static bool look_up_host(const char *name, struct filter_addrs *ret)
{
	/* One socket type, so that each address comes once. */
	struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *list;
	bool ok = true;

	if (getaddrinfo(name, NULL, &want, &list) != 0)
		return false;
	for (struct addrinfo *a = list; a && ok; a = a->ai_next) {
		const void *sa = a->ai_addr;

		if (a->ai_family == AF_INET)
			ok = filter_addrs_add4(
				ret, ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr));
		else if (a->ai_family == AF_INET6)
			ok = filter_addrs_add6(
				ret, ((const struct sockaddr_in6 *)sa)->sin6_addr.s6_addr);
	}
	freeaddrinfo(list);
	return ok && ret->n;
}

static bool host(void *arg, const char *name, struct filter_addrs *ret)
{
	bool fresh;
	struct memo *m = recall("host", name, &fresh);

	(void)arg;
	if (!m)
		return false;
	if (fresh)
		m->known = look_up_host(name, &m->addrs);
	bool ok = m->known;
	for (u32 i = 0; ok && i < m->addrs.n; i++)
		ok = m->addrs.v[i].v6 ? filter_addrs_add6(ret, m->addrs.v[i].a6)
				      : filter_addrs_add4(ret, m->addrs.v[i].v4);
	return ok;
}

static bool port(void *arg, const char *name, const char *transport, u16 *ret)
{
	bool fresh;
	struct memo *m = recall(transport, name, &fresh);
	struct servent *s = m && fresh ? getservbyname(name, transport) : NULL;

	(void)arg;
	if (s) {
		m->known = true;
		m->number = ntohs((u16)s->s_port);
	}
	if (m && m->known)
		*ret = (u16)m->number;
	return m && m->known;
}

static bool proto(void *arg, const char *name, u8 *ret)
{
	bool fresh;
	struct memo *m = recall("proto", name, &fresh);
	struct protoent *p = m && fresh ? getprotobyname(name) : NULL;

	(void)arg;
	if (p && p->p_proto >= 0 && p->p_proto <= UINT8_MAX) {
		m->known = true;
		m->number = (u8)p->p_proto;
	}
	if (m && m->known)
		*ret = (u8)m->number;
	return m && m->known;
}

static bool net(void *arg, const char *name, u32 *ret)
{
	bool fresh;
	struct memo *m = recall("net", name, &fresh);
	struct netent *n = m && fresh ? getnetbyname(name) : NULL;

	(void)arg;
	if (n && n->n_addrtype == AF_INET) {
		m->known = true;
		m->number = n->n_net;
	}
	if (m && m->known)
		*ret = (u32)m->number;
	return m && m->known;
}

static bool ether(void *arg, const char *name, u8 ret[6])
{
	struct ether_addr addr;
	bool fresh;
	struct memo *m = recall("ether", name, &fresh);

	(void)arg;
	if (m && fresh && ether_hostton(name, &addr) == 0) {
		m->known = true;
		memcpy(&m->number, addr.ether_addr_octet, 6);
	}
	if (m && m->known)
		memcpy(ret, &m->number, 6);
	return m && m->known;
}

const struct filter_names expr_names = {
	.host = host,
	.port = port,
	.proto = proto,
	.net = net,
	.ether = ether,
};
