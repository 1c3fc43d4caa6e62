/* SPDX-License-Identifier: BSD-2-Clause */
/* Live capture beside tcpdump: a veth pair in a network namespace, packets of the mixed
 * kind at one rate. Both take turns; the least CPU time of several rounds counts, and
 * all packets that were lost. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PACKETS = 1000000, RATE = 250000, BATCH = 64, BYTES = 256, KINDS = 4096, ROUNDS = 2 };

static const char told[] = "build/bench-live.txt";
static u8 packet[KINDS][BYTES];

struct cost {
	double cpu; /* seconds a million packets */
	u64 lost;
};

static void must(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

/* PACKETS of them, RATE a second; what the interface does not take at once is tried
 * again. */
static void send_all(int fd)
{
	struct mmsghdr m[BATCH] = {0};
	struct iovec v[BATCH];
	double start = bench_now();

	for (u32 sent = 0; sent < PACKETS;) {
		for (u32 i = 0; i < BATCH; i++) {
			v[i] = (struct iovec){packet[(sent + i) % KINDS], BYTES};
			m[i].msg_hdr.msg_iov = &v[i];
			m[i].msg_hdr.msg_iovlen = 1;
		}
		int n = sendmmsg(fd, m, MIN((u32)BATCH, PACKETS - sent), 0);
		must(n < 0 && errno != ENOBUFS, "sendmmsg");
		sent += n > 0 ? (u32)n : 0;
		double ahead = start + (double)sent / RATE - bench_now();
		if (ahead > 0)
			usleep((useconds_t)(ahead * 1e6));
	}
}

static int open_sender(void)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("v0")};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	must(fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0, "packet socket");
	return fd;
}

static bool listens(void) { return system("grep -qs 'listening on v1' build/bench-live.txt") == 0; }

static u64 lost(void)
{
	FILE *f = fopen(told, "r");
	char line[256];
	unsigned long long n = 0, all = 0;

	must(!f, told);
	while (fgets(line, sizeof(line), f))
		if (strstr(line, "dropped by") && sscanf(line, "%llu", &n) == 1)
			all += n;
	fclose(f);
	return all;
}

static struct cost once(const char *command, int fd)
{
	char text[512];
	struct rusage r;
	int status;

	snprintf(text, sizeof(text), "exec %s >/dev/null 2>%s", command, told);
	unlink(told);
	pid_t pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", text, NULL);
		_exit(127);
	}
	for (u32 i = 0; i < 100 && !listens(); i++)
		usleep(50000);
	must(!listens(), command);
	send_all(fd);
	usleep(1500000); /* tcpdump's blocks wait a second */
	kill(pid, SIGINT);
	must(wait4(pid, &status, 0, &r) < 0 || status, command);
	double s = (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		   (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
	return (struct cost){s * 1e6 / PACKETS, lost()};
}

static void compare(const char *what, const char *ours, const char *theirs, int fd)
{
	struct cost a = {.cpu = 1e9}, b = {.cpu = 1e9};

	for (u32 i = 0; i < ROUNDS; i++) {
		struct cost x = once(ours, fd), y = once(theirs, fd);

		a = (struct cost){MIN(a.cpu, x.cpu), a.lost + x.lost};
		b = (struct cost){MIN(b.cpu, y.cpu), b.lost + y.lost};
	}
	printf("%-30s %8.3f %8.3f %7.2f %9llu %9llu\n", what, a.cpu, b.cpu, a.cpu / b.cpu,
	       (unsigned long long)a.lost, (unsigned long long)b.lost);
	fflush(stdout);
}

int main(void)
{
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) < 0 ||
	    system("ip link add v0 type veth peer name v1 && ip link set v0 up && "
		   "ip link set v1 up") != 0) {
		puts("skip: no network namespace of its own here");
		return 0;
	}
	unsetenv("SUDO_UID");
	for (u32 i = 0; i < KINDS; i++)
		mix_packet(MIX_MIXED, i, packet[i], BYTES);
	int fd = open_sender();
	printf("Live capture, %d packets of %d bytes a round at %d a second: CPU seconds a\n"
	       "million packets, packets lost; 0.70 or less is our limit.\n",
	       PACKETS, BYTES, RATE);
	printf("%-30s %8s %8s %7s %9s %9s\n", "", "onebpf", "tcpdump", "ratio", "we lost",
	       "they lost");
	compare("-w FILE", "onebpf dump -i v1 -w build/bench-live.pcap",
		"tcpdump -Z root -i v1 -w build/bench-live.pcap", fd);
	compare("--count port 22", "onebpf dump -n -i v1 --count port 22",
		"tcpdump -Z root -n -i v1 --count port 22", fd);
	unlink("build/bench-live.pcap");
	unlink(told);
	return 0;
}
