/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of an interface, and whether packets may be had at all. */
#include "tap/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ones from the left. */
static u32 prefix(const u8 *mask, u32 n)
{
	u32 bits = 0;

	while (bits < 8 * n && mask[bits / 8] >> (7 - bits % 8) & 1)
		bits++;
	return bits;
}

static const u8 *address(const struct sockaddr *a, u32 *n)
{
	if (a && a->sa_family == AF_INET) {
		*n = 4;
		return (const u8 *)&((const struct sockaddr_in *)(const void *)a)->sin_addr;
	}
	if (a && a->sa_family == AF_INET6) {
		*n = 16;
		return ((const struct sockaddr_in6 *)(const void *)a)->sin6_addr.s6_addr;
	}
	return NULL;
}

static void add(const struct ifaddrs *i, struct buf *to)
{
	char text[INET6_ADDRSTRLEN];
	u32 n, m;
	const u8 *a = address(i->ifa_addr, &n), *mask = address(i->ifa_netmask, &m);

	if (!a || !inet_ntop(i->ifa_addr->sa_family, a, text, sizeof(text)))
		return;
	buf_printf(to, "%s%s", to->n ? " " : "", text);
	if (mask)
		buf_printf(to, "/%u", prefix(mask, m));
}

void tap_iface_addrs(const struct tap_iface *i, struct buf *to)
{
	struct ifaddrs *all;

	if (!i->index || getifaddrs(&all))
		return;
	for (const struct ifaddrs *a = all; a; a = a->ifa_next)
		if (!strcmp(a->ifa_name, i->name))
			add(a, to);
	freeifaddrs(all);
}

int tap_permitted(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* of no protocol */
	int failed = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return failed;
}
