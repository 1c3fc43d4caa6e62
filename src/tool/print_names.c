/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for printed packets: hosts, ports, protocols, Ethernet addresses. What
 * was looked up is remembered, the misses too. */
#include "tool/dump.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOTS = 4096 };

struct known {
	u64 key; /* a hash of kind and address; 0: empty */
	u8 addr[16];
	char name[HELPER_NAME]; /* "": it has none */
};

struct cache {
	bool short_names;
	int fd;             /* any socket, to ask the kernel for the names of interfaces */
	struct known *slot; /* SLOTS of them; a newer name takes an older one's place */
};

/* Finds a slot; *fresh when it must be filled. NULL: no memory. */
static struct known *look(struct cache *c, u32 kind, const u8 *addr, u32 n, bool *fresh)
{
	u8 full[16] = {0};
	u64 half[2], key = kind;

	memcpy(full, addr, MIN(n, 16));
	memcpy(half, full, 16);
	key = hash_add(hash_add(hash_u64(key + 1), half[0]), half[1]) | 1;
	if (!c->slot)
		c->slot = calloc(SLOTS, sizeof(*c->slot));
	if (!c->slot)
		return NULL;
	struct known *k = &c->slot[(key >> 32) % SLOTS];
	*fresh = k->key != key || memcmp(k->addr, full, 16) != 0;
	if (*fresh) {
		k->key = key;
		memcpy(k->addr, full, 16);
		k->name[0] = 0;
	}
	return k;
}

/* ---- in the helper ---- */

static void host_name(const u8 *addr, u32 n, char to[HELPER_NAME])
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const void *sa = n == 4 ? (void *)&v4 : (void *)&v6;
	char name[NI_MAXHOST];

	memcpy(n == 4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr, addr, MIN(n, 16));
	if (getnameinfo(sa, n == 4 ? sizeof(v4) : sizeof(v6), name, sizeof(name), NULL, 0,
			NI_NAMEREQD) == 0)
		snprintf(to, HELPER_NAME, "%.*s", HELPER_NAME - 1, name);
}

static void set(char to[HELPER_NAME], const char *name)
{
	if (name)
		snprintf(to, HELPER_NAME, "%s", name);
}

static void ether_name(const u8 *addr, char to[HELPER_NAME])
{
	struct ether_addr a;
	char name[256];

	memcpy(a.ether_addr_octet, addr, 6);
	if (ether_ntohost(name, &a) == 0)
		snprintf(to, HELPER_NAME, "%.*s", HELPER_NAME - 1, name);
}

void name_look_up(enum ask kind, const u8 *addr, u32 n, char to[HELPER_NAME])
{
	struct servent *s;
	struct protoent *p;

	switch (kind) {
	case HELPER_HOST:
		host_name(addr, n, to);
		break;
	case HELPER_TCP:
	case HELPER_UDP:
		s = getservbyport(htons(get_be16(addr)), kind == HELPER_TCP ? "tcp" : "udp");
		set(to, s ? s->s_name : NULL);
		break;
	case HELPER_PROTO:
		p = getprotobynumber(*addr);
		set(to, p ? p->p_name : NULL);
		break;
	case HELPER_ETHER:
		ether_name(addr, to);
		break;
	case HELPER_COMMAND:
		break;
	}
}

/* ---- for the printer ---- */

static const char *name_of(void *arg, enum ask kind, const u8 *addr, u32 n)
{
	struct cache *c = arg;
	bool fresh;
	struct known *k = look(c, 100 * kind + n, addr, n, &fresh);

	if (k && fresh && helper_name(kind, addr, n, k->name) && kind == HELPER_HOST &&
	    c->short_names)
		k->name[strcspn(k->name, ".")] = 0;
	return k && *k->name ? k->name : NULL;
}

static const char *host(void *arg, const u8 *addr, u32 n)
{
	return name_of(arg, HELPER_HOST, addr, n);
}

static const char *port(void *arg, bool tcp, u16 nr)
{
	u8 key[2];

	put_be16(key, nr);
	return name_of(arg, tcp ? HELPER_TCP : HELPER_UDP, key, 2);
}

static const char *proto(void *arg, u8 nr) { return name_of(arg, HELPER_PROTO, &nr, 1); }

static const char *ether(void *arg, const u8 *addr) { return name_of(arg, HELPER_ETHER, addr, 6); }

static const char *iface(void *arg, u32 index)
{
	static struct ifreq r;
	const struct cache *c = arg;

	r.ifr_ifindex = (int)index;
	return ioctl(c->fd, SIOCGIFNAME, &r) ? NULL : r.ifr_name;
}

const struct print_names *dump_names(const struct dump_cmd *c)
{
	static struct cache cache;
	static struct print_names names = {
		.arg = &cache,
		.port = port,
		.proto = proto,
		.ether = ether,
		.iface = iface,
	};

	cache.short_names = c->short_names;
	if (!cache.fd)
		cache.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	names.host = c->foreign ? NULL : host;
	return &names;
}
