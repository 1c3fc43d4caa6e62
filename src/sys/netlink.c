/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of interfaces by netlink, for kernels without links of that kind:
 * rtnetlink(7). */
#include "sys/attach.h"

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 512, REPLY = 8192 };

struct request {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct tcmsg tc;
	};
	u8 attrs[ROOM];
};

static struct rtattr *put(struct request *r, u16 type, const void *data, u32 n)
{
	struct rtattr *a = (struct rtattr *)((u8 *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (u16)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void put_u32(struct request *r, u16 type, u32 v) { put(r, type, &v, sizeof(v)); }

static void put_text(struct request *r, u16 type, const char *s)
{
	put(r, type, s, (u32)strnlen(s, 100) + 1);
}

static void end(struct request *r, struct rtattr *a)
{
	a->rta_len = (u16)((u8 *)r + r->head.nlmsg_len - (u8 *)a);
}

/* Sends it; the first message of the answer that is no error is given to *echo. */
static int ask(struct request *r, struct tcmsg *echo, u32 *info)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	_Alignas(struct nlmsghdr) u8 reply[REPLY];
	int err = -EIO, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	r->head.nlmsg_seq = 1;
	if (sendto(fd, r, r->head.nlmsg_len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) <
	    0)
		err = -errno;
	else
		for (bool more = true; more;) {
			ssize_t n = recv(fd, reply, sizeof(reply), 0);
			u32 left = n < 0 ? 0 : (u32)n;

			if (n < 0 && errno == EINTR)
				continue;
			more = n > 0;
			for (struct nlmsghdr *h = (void *)reply; NLMSG_OK(h, left);
			     h = NLMSG_NEXT(h, left)) {
				if (h->nlmsg_type == NLMSG_ERROR) {
					err = ((struct nlmsgerr *)NLMSG_DATA(h))->error;
					more = false;
				} else if (echo && h->nlmsg_type == RTM_NEWTFILTER) {
					*echo = *(struct tcmsg *)NLMSG_DATA(h);
					*info = echo->tcm_info;
				}
			}
		}
	close(fd);
	return err;
}

static struct request request(u16 type, u16 flags)
{
	return (struct request){
		.head = {.nlmsg_len = NLMSG_LENGTH(type == RTM_SETLINK ? sizeof(struct ifinfomsg)
								       : sizeof(struct tcmsg)),
			 .nlmsg_type = type,
			 .nlmsg_flags = (u16)(NLM_F_REQUEST | NLM_F_ACK | flags)}};
}

int netlink_xdp(u32 ifindex, int prog, u32 flags)
{
	struct request r = request(RTM_SETLINK, 0);

	r.link.ifi_index = (int)ifindex;
	struct rtattr *xdp = put(&r, IFLA_XDP | NLA_F_NESTED, NULL, 0);
	put(&r, IFLA_XDP_FD, &prog, sizeof(prog));
	if (flags)
		put_u32(&r, IFLA_XDP_FLAGS, flags);
	end(&r, xdp);
	return ask(&r, NULL, NULL);
}

/* ---- traffic control ---- */

static u32 parent(bool egress)
{
	return TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
}

int netlink_clsact(u32 ifindex)
{
	struct request r = request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);

	r.tc.tcm_ifindex = (int)ifindex;
	r.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	r.tc.tcm_parent = TC_H_CLSACT;
	put_text(&r, TCA_KIND, "clsact");
	int err = ask(&r, NULL, NULL);
	return err == -EEXIST ? 0 : err;
}

static u16 every_protocol(void) { return __builtin_bswap16(ETH_P_ALL); }

int netlink_filter(u32 ifindex, bool egress, int prog, const char *name, u32 *priority)
{
	struct request r = request(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO);
	struct tcmsg echo = {0};
	u32 info = 0;

	r.tc.tcm_ifindex = (int)ifindex;
	r.tc.tcm_parent = parent(egress);
	r.tc.tcm_info = TC_H_MAKE(0, every_protocol());
	put_text(&r, TCA_KIND, "bpf");
	struct rtattr *options = put(&r, TCA_OPTIONS, NULL, 0);
	put(&r, TCA_BPF_FD, &prog, sizeof(prog));
	put_text(&r, TCA_BPF_NAME, name);
	put_u32(&r, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	end(&r, options);
	int err = ask(&r, &echo, &info);
	*priority = info >> 16;
	return !err && !*priority ? -EIO : err;
}

int netlink_filter_remove(u32 ifindex, bool egress, u32 priority)
{
	struct request r = request(RTM_DELTFILTER, 0);

	r.tc.tcm_ifindex = (int)ifindex;
	r.tc.tcm_parent = parent(egress);
	r.tc.tcm_info = TC_H_MAKE(priority << 16, every_protocol());
	put_text(&r, TCA_KIND, "bpf");
	return ask(&r, NULL, NULL);
}
