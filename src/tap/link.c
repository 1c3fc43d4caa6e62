/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface's own counters: rtnetlink(7), IFLA_STATS64. */
#include "tap/priv.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { REPLY = 16384, WAIT_MS = 200 };

int link_open(void)
{
	struct timeval wait = {.tv_usec = WAIT_MS * 1000};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static bool find(const struct nlmsghdr *h, struct rtnl_link_stats64 *ret)
{
	const struct ifinfomsg *info = NLMSG_DATA(h);
	int left = (int)IFLA_PAYLOAD(h);

	for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != IFLA_STATS64)
			continue;
		memcpy(ret, RTA_DATA(a), MIN(RTA_PAYLOAD(a), sizeof(*ret)));
		return true;
	}
	return false;
}

bool link_stats(int fd, u32 index, u64 *seen, u64 *missed)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} ask = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			 .nlmsg_type = RTM_GETLINK,
			 .nlmsg_flags = NLM_F_REQUEST,
			 .nlmsg_seq = (u32)clock_ns(CLOCK_MONOTONIC)},
		.link = {.ifi_index = (int)index},
	};
	_Alignas(struct nlmsghdr) u8 reply[REPLY];
	struct rtnl_link_stats64 s = {0};

	if (fd < 0 || !index || send(fd, &ask, sizeof(ask), 0) < 0)
		return false;
	for (;;) {
		ssize_t n = recv(fd, reply, sizeof(reply), 0);
		const struct nlmsghdr *h = (void *)reply;

		if (n < 0 || !NLMSG_OK(h, (size_t)n) || h->nlmsg_type == NLMSG_ERROR)
			return false;
		if (h->nlmsg_seq != ask.head.nlmsg_seq || !find(h, &s))
			continue;
		*seen = s.rx_packets;
		*missed = s.rx_missed_errors + s.rx_fifo_errors;
		return true;
	}
}
