/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for printed packets: hosts, ports, protocols, Ethernet addresses. What
 * was looked up is remembered, the misses too. */
#include "tool/dump.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdlib.h>

enum { SLOTS = 4096, NAME = 64 };

struct known {
	u64 key; /* a hash of kind and address; 0: empty */
	u8 addr[16];
	char name[NAME]; /* "": it has none */
};

struct cache {
	bool short_names;
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

static void set(struct known *k, const char *name)
{
	size_t n = MIN(strlen(name), NAME - 1);

	memcpy(k->name, name, n);
	k->name[n] = 0;
}

static void host_name(const struct cache *c, const u8 *addr, u32 n, struct known *k)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const void *sa = n == 4 ? (void *)&v4 : (void *)&v6;
	char name[NI_MAXHOST];

	memcpy(n == 4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr, addr, n);
	if (getnameinfo(sa, n == 4 ? sizeof(v4) : sizeof(v6), name, sizeof(name), NULL, 0,
			NI_NAMEREQD) != 0)
		return;
	if (c->short_names)
		name[strcspn(name, ".")] = 0;
	set(k, name);
}

static const char *host(void *arg, const u8 *addr, u32 n)
{
	bool fresh;
	struct known *k = look(arg, n, addr, n, &fresh);

	if (k && fresh)
		host_name(arg, addr, n, k);
	return k && *k->name ? k->name : NULL;
}

static const char *port(void *arg, bool tcp, u16 nr)
{
	u8 key[2];
	bool fresh;

	put_be16(key, nr);
	struct known *k = look(arg, tcp ? 100 : 101, key, 2, &fresh);
	struct servent *s = k && fresh ? getservbyport(htons(nr), tcp ? "tcp" : "udp") : NULL;
	if (s)
		set(k, s->s_name);
	return k && *k->name ? k->name : NULL;
}

static const char *proto(void *arg, u8 nr)
{
	bool fresh;
	struct known *k = look(arg, 102, &nr, 1, &fresh);
	struct protoent *p = k && fresh ? getprotobynumber(nr) : NULL;

	if (p)
		set(k, p->p_name);
	return k && *k->name ? k->name : NULL;
}

static const char *ether(void *arg, const u8 *addr)
{
	bool fresh;
	struct known *k = look(arg, 103, addr, 6, &fresh);
	struct ether_addr a;
	char name[256];

	if (k && fresh) {
		memcpy(a.ether_addr_octet, addr, 6);
		if (ether_ntohost(name, &a) == 0)
			set(k, name);
	}
	return k && *k->name ? k->name : NULL;
}

static const char *iface(void *arg, u32 index)
{
	static char name[IF_NAMESIZE];

	(void)arg;
	return if_indextoname(index, name);
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
	names.host = c->foreign ? NULL : host;
	return &names;
}
