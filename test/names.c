/* SPDX-License-Identifier: BSD-2-Clause */
/* The names that filters of the checks may use, whatever the machine knows. */
#include "filter/filter.h"
#include "run.h"

static const struct {
	const char *name;
	u32 v4;   /* 0: none */
	u8 last6; /* 2001:db8::N, 0: none */
} hosts[] = {
	{"four", 0xc0000201, 0},
	{"six", 0, 1},
	{"both", 0xc0000202, 2},
	{"host", 0xc0000203, 0}, /* a keyword: \host */
};

static const struct {
	const char *name, *transport;
	u16 number;
} ports[] = {
	{"ssh", "tcp", 22},     {"domain", "tcp", 53}, {"domain", "udp", 53}, {"http", "tcp", 80},
	{"syslog", "udp", 514}, {"shell", "tcp", 514}, {"http", "sctp", 80},
};

static bool find_host(void *arg, const char *name, struct filter_addrs *ret)
{
	(void)arg;
	for (size_t i = 0; i < LEN(hosts); i++) {
		u8 six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = hosts[i].last6};

		if (strcmp(hosts[i].name, name))
			continue;
		return (!hosts[i].v4 || filter_addrs_add4(ret, hosts[i].v4)) &&
		       (!hosts[i].last6 || filter_addrs_add6(ret, six));
	}
	return false;
}

static bool find_port(void *arg, const char *name, const char *transport, u16 *ret)
{
	(void)arg;
	for (size_t i = 0; i < LEN(ports); i++) {
		if (strcmp(ports[i].name, name) || strcmp(ports[i].transport, transport))
			continue;
		*ret = ports[i].number;
		return true;
	}
	return false;
}

static bool find_proto(void *arg, const char *name, u8 *ret)
{
	(void)arg;
	*ret = !strcmp(name, "gre") ? 47 : !strcmp(name, "ospf") ? 89 : 0;
	return *ret;
}

static bool find_net(void *arg, const char *name, u32 *ret)
{
	(void)arg;
	*ret = 0xc00002; /* 192.0.2 */
	return !strcmp(name, "testnet");
}

static bool find_ether(void *arg, const char *name, u8 ret[6])
{
	static const u8 address[6] = {2, 0, 0, 0, 0, 1};

	(void)arg;
	memcpy(ret, address, 6);
	return !strcmp(name, "station");
}

const struct filter_names test_names = {NULL,       find_host, find_port,
					find_proto, find_net,  find_ether};
