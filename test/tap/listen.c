/* SPDX-License-Identifier: BSD-2-Clause */
/* Listeners on the loopback of a network namespace of their own: a filter is replaced
 * while packets come, or cannot be; a buffer runs full; packets come at once. */
#include "base/base.h"
#include "onebpf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MS = 5000, ROUNDS = 10 };

static int out; /* what sends */
static int failures;

static bool check(bool ok, const char *name, const char *what)
{
	if (!ok) {
		printf("FAIL %s: %s\n", name, what);
		failures++;
	}
	return ok;
}

static bool fine(struct ob_err *err, const char *name)
{
	bool ok = check(!err, name, err ? ob_err_reason(err) : "");

	ob_err_destroy(err);
	return ok;
}

/* A packet to this port, of so many bytes behind UDP's header. */
static void send_to(u16 port, size_t n)
{
	static const u8 bytes[1024];
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (sendto(out, bytes, n, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		perror("sendto");
}

/* The port that the next packet is for, 0: there is none; Ethernet, IPv4, no options. */
static u16 next_port(struct ob_listener *l, int ms)
{
	const struct ob_packet *p = NULL;

	fine(ob_listener_next(l, ms, &p), "next");
	return p && p->caplen >= 38 ? get_be16(p->data + 36) : 0;
}

static bool open_tap(bool immediate, struct ob_tap **ret)
{
	struct ob_tap_opts o = {.iface = "lo", .immediate = immediate};

	return fine(ob_tap_open(&o, ret), "open");
}

static bool listen_for(struct ob_tap *t, const char *filter, u32 snaplen, u32 buffer,
		       struct ob_listener **ret)
{
	struct ob_listen_opts o = {.filter = filter, .snaplen = snaplen, .buffer = buffer};

	return fine(ob_tap_listen(t, &o, ret), "listen");
}

/* ---- another filter ---- */

/* Of packets to both, those to `port` come, and `last`, which every filter takes, is
 * behind them. */
static void takes(struct ob_listener *l, u16 port, const char *name)
{
	enum { LAST = 99 };

	send_to(7, 1);
	send_to(9, 1);
	send_to(LAST, 1);
	check(next_port(l, MS) == port, name, "the packet that the filter takes");
	check(next_port(l, MS) == LAST, name, "no other packet");
}

/* True: the kernel takes no filter any more, for want of memory. */
static bool set_memory(const char *bytes)
{
	int fd = open("/proc/sys/net/core/optmem_max", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, bytes, strlen(bytes)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void refused(struct ob_listener *l)
{
	if (!set_memory("1")) {
		printf("skip refused: net.core.optmem_max cannot be set here: %s\n",
		       strerror(errno));
		return;
	}
	struct ob_err *err = ob_listener_filter(l, "udp port 7 or udp port 99", NULL);
	check(err, "refused", "a filter that the kernel has no memory for fails");
	ob_err_destroy(err);
	takes(l, 9, "refused");
	set_memory("131072");
}

static void replaced(void)
{
	int before = failures;
	struct ob_tap *t;
	struct ob_listener *l, *other;

	if (!open_tap(true, &t))
		return;
	if (listen_for(t, "udp port 7 or udp port 99", 0, 0, &l) &&
	    listen_for(t, "tcp", 0, 0, &other)) {
		takes(l, 7, "replaced");
		fine(ob_listener_filter(l, "udp port 9 or udp port 99", NULL), "replaced");
		takes(l, 9, "replaced");
		struct ob_err *err = ob_listener_filter(l, "udp prot 7", NULL);
		check(err, "replaced", "a mistake is told");
		ob_err_destroy(err);
		takes(l, 9, "replaced");
		refused(l);
		takes(l, 9, "replaced");
		fine(ob_listener_filter(l, "udp port 7 or udp port 99", NULL), "replaced");
		takes(l, 7, "replaced");
		check(ob_listener_stats(other).accepted == 0, "replaced",
		      "nothing for the other one");
	}
	ob_tap_close(t);
	if (failures == before)
		printf("ok replaced\n");
}

/* ---- a full buffer ---- */

static void full(void)
{
	enum { SENT = 40, SNAPLEN = 200, SMALL = 600 };
	int before = failures;
	struct ob_tap *t;
	struct ob_listener *small, *large;
	u32 got = 0;

	if (!open_tap(true, &t))
		return;
	if (listen_for(t, "udp port 9", SNAPLEN, SMALL, &small) &&
	    listen_for(t, "udp port 9", SNAPLEN, 0, &large)) {
		for (u32 i = 0; i < SENT; i++)
			send_to(9, SNAPLEN);
		while (got < SENT && next_port(large, MS))
			got++;
		check(got == SENT, "full", "the other one gets them all");
		struct ob_listener_stats s = ob_listener_stats(small);
		check(s.accepted == SENT, "full", "what was dropped was accepted, too");
		check(s.dropped > SENT / 2 && s.dropped < SENT, "full", "most are dropped");
		for (got = 0; next_port(small, 0) == 9;)
			got++;
		check(got == s.accepted - s.dropped, "full", "the others are given");
		send_to(9, 1);
		check(next_port(small, MS) == 9, "full", "then there is room again");
		s = ob_listener_stats(small);
		check(s.given == got + 1, "full", "and they are counted");
	}
	ob_tap_close(t);
	if (failures == before)
		printf("ok full\n");
}

/* ---- at once ---- */

/* A packet is sent when the last one has come: so many rounds, or until then. */
static u32 play(bool immediate, u32 rounds, u64 until)
{
	struct ob_tap *t;
	struct ob_listener *l;
	u32 n = 0;

	if (!open_tap(immediate, &t))
		return 0;
	if (listen_for(t, "udp port 9", 0, 0, &l))
		for (; n < rounds && clock_ns(CLOCK_MONOTONIC) < until; n++) {
			send_to(9, 1);
			if (!check(next_port(l, MS) == 9, "immediate", "a packet comes"))
				break;
		}
	ob_tap_close(t);
	return n;
}

static void immediate(void)
{
	int before = failures;
	u64 start = clock_ns(CLOCK_MONOTONIC);

	play(false, ROUNDS, UINT64_MAX);
	u64 end = clock_ns(CLOCK_MONOTONIC);
	u32 n = play(true, UINT32_MAX, end + (end - start));
	if (check(n >= 3 * ROUNDS, "immediate", "three times as many in the same time") &&
	    failures == before)
		printf("ok immediate\n");
}

/* Without a map of users: what it owns is nobody's, which is enough for this. */
static bool enter(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) < 0)
		return false;
	out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return out >= 0 && ioctl(out, SIOCSIFFLAGS, &r) == 0;
}

int main(void)
{
	if (!enter()) {
		printf("skip listen: no network namespace of its own here: %s\n", strerror(errno));
		return 0;
	}
	replaced();
	full();
	immediate();
	close(out);
	return failures > 0;
}
