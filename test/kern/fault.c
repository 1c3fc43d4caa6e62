/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes that may fail: every distance to a bad page, other handlers before
 * and after ours, blocked signals, threads. */
#include "kern/fault.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, FAR = 600 };

static int failed;
static u8 *end; /* of memory: a bad page follows */

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static u64 at(const void *p) { return (u64)(uintptr_t)p; }

static void setup(void)
{
	u8 *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + PAGE, PAGE, PROT_NONE))
		abort();
	end = p + PAGE;
}

static void fill(void)
{
	for (u32 i = 0; i < PAGE; i++)
		end[(s32)i - PAGE] = (u8)(1 + i % 251);
}

/* What lies before the page is read, what does not is not. */
static bool distances(void)
{
	static u8 to[FAR + 8];

	fill();
	for (u32 before = 0; before < FAR; before++)
		for (u32 n = 1; n < FAR; n += n < 40 ? 1 : 37) {
			int want = n <= before ? 0 : -EFAULT;
			if (kern_read(to, at(end - before), n) != want ||
			    (!want && memcmp(to, end - before, n)) ||
			    kern_write(at(end - before), end - FAR, n) != want)
				return false;
			fill();
		}
	return true;
}

static bool texts(void)
{
	char to[128];

	fill();
	for (u32 before = 1; before < 40; before++)
		for (u32 zero = 0; zero < 60; zero++)
			for (u32 n = 1; n < 60; n += 3) {
				u8 *from = end - before, was = from[zero < before ? zero : 0];
				long have = zero < before ? (long)zero + 1 : before + 1;
				long want =
					have > before && n > before ? -EFAULT : MIN((long)n, have);
				if (zero < before)
					from[zero] = 0;
				long got = kern_read_text(to, at(from), n);
				bool same = got < 0 || !memcmp(to, from, (size_t)got);
				if (zero < before)
					from[zero] = was;
				if (got != want || !same) {
					printf("    %u before the end, 0 at %u, %u bytes: %ld, "
					       "not %ld\n",
					       before, zero, n, got, want);
					return false;
				}
			}
	return true;
}

static void bad_addresses(void)
{
	static const u64 bad[] = {0,
				  1,
				  4095,
				  0x7ffffffff000,
				  1ull << 47,
				  1ull << 63,
				  (u64)INT64_MAX,
				  UINT64_MAX,
				  UINT64_MAX - 7};
	bool good = true;
	u64 v;

	for (u32 i = 0; i < LEN(bad); i++)
		good &= kern_read(&v, bad[i], 8) == -EFAULT &&
			kern_write(bad[i], &v, 8) == -EFAULT &&
			kern_read_text((char *)&v, bad[i], 8) == -EFAULT;
	check("addresses that no process has", good);
	check("nothing can be read anywhere", !kern_read(&v, 0, 0));
}

static void *thread(void *arg)
{
	bool good = true;
	u64 v;

	for (u32 i = 0; i < 3000 && good; i++)
		good = kern_read(&v, at(end), 8) == -EFAULT && !kern_read(&v, at(end - 8), 8);
	*(bool *)arg = good;
	return NULL;
}

static void threads(void)
{
	enum { N = 4 };
	pthread_t t[N];
	bool good[N], all = true;

	for (u32 i = 0; i < N; i++)
		pthread_create(&t[i], NULL, thread, &good[i]);
	for (u32 i = 0; i < N; i++) {
		pthread_join(t[i], NULL);
		all &= good[i];
	}
	check("threads at once", all);
}

/* ---- the program's own handlers ---- */

static sigjmp_buf out;
static volatile int caught;

static void own_handler(int sig)
{
	caught = sig;
	siglongjmp(out, 1);
}

/* What the program itself does wrong still reaches its handler. */
static bool own_fault(void)
{
	caught = 0;
	if (!sigsetjmp(out, 1))
		*(volatile u8 *)end = 1;
	return caught == SIGSEGV;
}

/* In a child, because handlers stay. */
static bool in_child(bool (*test)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(!test());
	return waitpid(pid, &status, 0) == pid && !status;
}

static bool handler_before(void)
{
	u64 v;

	signal(SIGSEGV, own_handler);
	return own_fault() && kern_read(&v, at(end), 8) == -EFAULT && own_fault() &&
	       kern_read(&v, at(end), 8) == -EFAULT;
}

static bool handler_after(void)
{
	u64 v;

	if (kern_read(&v, at(end), 8) != -EFAULT)
		return false;
	signal(SIGSEGV, own_handler);
	kern_fault_forget();
	return kern_read(&v, at(end), 8) == -EFAULT && own_fault() &&
	       !kern_read(&v, at(end - 8), 8) && kern_read(&v, at(end - 4), 8) == -EFAULT;
}

static bool blocked(void)
{
	sigset_t all;
	u64 v;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	kern_fault_forget();
	return kern_read(&v, at(end), 8) == -EFAULT && !kern_read(&v, at(end - 8), 8) &&
	       distances() && texts();
}

/* The handler that is not there is not called: the signal kills. */
static bool no_handler(void)
{
	int status;
	u64 v;

	signal(SIGSEGV, SIG_DFL); /* a sanitizer has one */
	if (kern_read(&v, at(end), 8) != -EFAULT)
		return false;
	pid_t pid = fork();
	if (!pid) {
		*(volatile u8 *)end = 1;
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGSEGV;
}

int main(void)
{
	setup();
	check("a handler that was there before ours", in_child(handler_before));
	check("one that comes after", in_child(handler_after));
	check("no handler", in_child(no_handler));
	check("signals that are blocked", in_child(blocked));
	check("every distance to a bad page", distances());
	check("texts", texts());
	bad_addresses();
	threads();
	return failed;
}
