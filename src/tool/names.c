/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in filters, looked up in the system. The compiler asks only for what
 * is not a number. */
#include "tool/expr.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>

static bool host(void *arg, const char *name, struct filter_addrs *ret)
{
	/* One socket type, so that each address comes once. */
	struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *list;
	bool ok = true;

	(void)arg;
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

static bool port(void *arg, const char *name, const char *transport, u16 *ret)
{
	struct servent *s = getservbyname(name, transport);

	(void)arg;
	if (s)
		*ret = ntohs((u16)s->s_port);
	return s;
}

static bool proto(void *arg, const char *name, u8 *ret)
{
	struct protoent *p = getprotobyname(name);

	(void)arg;
	if (!p || p->p_proto < 0 || p->p_proto > UINT8_MAX)
		return false;
	*ret = (u8)p->p_proto;
	return true;
}

static bool net(void *arg, const char *name, u32 *ret)
{
	struct netent *n = getnetbyname(name);

	(void)arg;
	if (!n || n->n_addrtype != AF_INET)
		return false;
	*ret = n->n_net;
	return true;
}

static bool ether(void *arg, const char *name, u8 ret[6])
{
	struct ether_addr addr;

	(void)arg;
	if (ether_hostton(name, &addr) != 0)
		return false;
	memcpy(ret, addr.ether_addr_octet, 6);
	return true;
}

const struct filter_names expr_names = {
	.host = host,
	.port = port,
	.proto = proto,
	.net = net,
	.ether = ether,
};
