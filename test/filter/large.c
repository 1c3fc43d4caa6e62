/* SPDX-License-Identifier: BSD-2-Clause */
/* A thousand hosts, ports or nets: the code fits the kernel, a packet meets few
 * of its instructions, the verdict is that of the set, and memory is bounded. */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/check.h"
#include "filter/filter.h"
#include "vm/vm.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

enum { COUNT = 1000, PACKETS = 20000, MEETS = 45, MEMORY_KB = 32 << 10 };

static u64 dice = 4711;
static int failed;

static u32 roll(void)
{
	dice = hash_u64(dice);
	return (u32)dice;
}

static void report(const char *kind, const char *what, bool good)
{
	printf("%s %s: %s\n", good ? "ok" : "FAIL", kind, good ? what : "not so");
	failed |= !good;
}

/* ---- the sets ---- */

struct item {
	u32 value, bits; /* of an address; ports have 16 */
	char how;        /* 's'rc, 'd'st, or 'e'ither */
};

struct kind {
	const char *name;
	u32 least, most; /* bits; 0 for ports */
	bool directed;
};

static const struct kind kinds[] = {
	{"hosts", 32, 32, false}, {"ports", 0, 0, false},  {"nets", 24, 24, false},
	{"mixed", 9, 32, false},  {"sides", 32, 32, true}, {"sources", 24, 32, true},
};

static struct item items[COUNT];

static void make_set(const struct kind *k, struct buf *text)
{
	buf_clear(text);
	for (u32 i = 0; i < COUNT; i++) {
		struct item *it = &items[i];
		u32 bits = k->most ? k->least + roll() % (k->most - k->least + 1) : 16;

		*it = (struct item){roll(), bits, 'e'};
		if (k->directed)
			it->how = k->least == 24 ? 's' : "sd"[roll() % 2];
		it->value = k->most ? it->value & UINT32_MAX << (32 - bits) : it->value & 0xffff;
		buf_puts(text, i ? " or " : "");
		buf_puts(text, it->how == 's' ? "src " : it->how == 'd' ? "dst " : "");
		if (k->most)
			buf_printf(text, "net %u.%u.%u.%u/%u", it->value >> 24,
				   it->value >> 16 & 255, it->value >> 8 & 255, it->value & 255,
				   bits);
		else
			buf_printf(text, "port %u", it->value);
	}
}

static bool holds(const struct item *it, bool port, u32 v)
{
	return port ? v == it->value : (v ^ it->value) >> (32 - it->bits) == 0;
}

static bool in_set(bool port, u32 src, u32 dst)
{
	for (u32 i = 0; i < COUNT; i++)
		if ((items[i].how != 'd' && holds(&items[i], port, src)) ||
		    (items[i].how != 's' && holds(&items[i], port, dst)))
			return true;
	return false;
}

/* ---- packets ---- */

struct frame {
	u8 p[54];
	u32 src, dst;
};

/* In a set, beside it, or anywhere. */
static u32 value_near(void)
{
	const struct item *it = &items[roll() % COUNT];

	switch (roll() % 4) {
	case 0:
		return it->value + (it->bits < 32 ? roll() & UINT32_MAX >> it->bits : 0);
	case 1:
		return it->value - 1;
	case 2:
		return it->value + (it->bits < 32 ? 1u << (32 - it->bits) : 1);
	default:
		return roll();
	}
}

static void make_frame(struct frame *f, bool port)
{
	static const u8 start[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 40};

	memset(f, 0, sizeof(*f));
	memcpy(f->p, start, sizeof(start));
	f->p[23] = roll() % 2 ? 6 : 17;
	f->src = value_near();
	f->dst = value_near();
	if (port) {
		f->src = (roll() % 2 ? items[roll() % COUNT].value + roll() % 3 - 1 : roll()) &
			 0xffff;
		f->dst &= 0xffff;
		put_be16(f->p + 34, (u16)f->src);
		put_be16(f->p + 36, (u16)f->dst);
	} else {
		put_be32(f->p + 26, f->src);
		put_be32(f->p + 30, f->dst);
	}
}

/* ---- what must hold ---- */

static void run_packets(const struct kind *k, const struct prog *p)
{
	struct vm_classic *vm;
	u64 most = 0, sum = 0;
	u32 wrong = 0, in = 0;

	if (vm_classic_create(p, VM_LINUX, &vm))
		exit(1);
	for (u32 i = 0; i < PACKETS; i++) {
		struct frame f;
		u64 count = 0;

		make_frame(&f, !k->most);
		struct vm_pkt pkt = {.data = f.p, .caplen = sizeof(f.p), .len = sizeof(f.p)};
		bool got = vm_classic_run_counted(vm, &pkt, &count),
		     want = in_set(!k->most, f.src, f.dst);

		wrong += got != want;
		in += want;
		sum += count;
		most = MAX(most, count);
	}
	vm_classic_destroy(vm);
	printf("# %s: %u instructions; a packet meets %llu at most, %.1f on average\n", k->name,
	       p->n, (unsigned long long)most, (double)sum / PACKETS);
	report(k->name, "the verdicts are the set's", !wrong && in > PACKETS / 10 && in < PACKETS);
	report(k->name, "a packet meets few instructions", most <= MEETS);
}

static void attach(const struct kind *k, const struct prog *p)
{
	struct sock_fprog prog = {(u16)p->n, (struct sock_filter *)p->classic};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		printf("skip %s: no sockets: %s\n", k->name, strerror(errno));
		return;
	}
	int bad =
		setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? errno : 0;
	if (bad == EPERM || bad == ENOPROTOOPT || bad == ENOMEM)
		printf("skip %s: SO_ATTACH_FILTER: %s\n", k->name, strerror(bad));
	else
		report(k->name, "the kernel takes it", !bad);
	close(pair[0]);
	close(pair[1]);
}

/* In a process of its own, for its memory. */
static void memory(const struct kind *k, const struct buf *text)
{
	struct rusage use;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct filter_opts opts = {.linktype = 1};
		struct prog *p;

		_exit(filter_compile(text->p, text->n, &opts, &p) != NULL);
	}
	if (child < 0 || wait4(child, &status, 0, &use) != child)
		printf("skip %s: no second process\n", k->name);
	else if (SANITIZED)
		printf("skip %s: the sanitizer has memory of its own\n", k->name);
	else
		report(k->name, "memory is bounded", status == 0 && use.ru_maxrss < MEMORY_KB);
}

static void one(const struct kind *k)
{
	struct filter_opts opts = {.linktype = 1};
	struct buf text = {0};
	struct prog *p = NULL;

	make_set(k, &text);
	memory(k, &text);
	struct ob_err *err = filter_compile(text.p, text.n, &opts, &p);
	report(k->name, "it compiles", !err);
	ob_err_destroy(err);
	if (p) {
		report(k->name, "it fits",
		       p->n <= CBPF_MAXINSNS && !check_classic(p->classic, p->n, CHECK_LINUX));
		attach(k, p);
		run_packets(k, p);
	}
	prog_destroy(p);
	buf_deinit(&text);
}

int main(void)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		one(&kinds[i]);
	return failed;
}
