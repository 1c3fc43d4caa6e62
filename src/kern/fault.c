/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of memory that may not be there.
 *
 * The quick way is a plain copy in a few instructions whose SIGSEGV or SIGBUS our
 * handler turns into an answer; all other faults go to the handler that was there
 * before. It needs that the handler still is ours and that the thread does not
 * block the signals, which is looked at now and then; else, and elsewhere than on
 * x86-64, the kernel copies (process_vm_readv, process_vm_writev). */
#include "kern/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

enum { TEXT_PART = 256 };

/* ---- the kernel's way ---- */

typedef ssize_t vm_fn(pid_t pid, const struct iovec *local, unsigned long locals,
		      const struct iovec *remote, unsigned long remotes, unsigned long flags);

static int slow(vm_fn *copy, void *here, u64 there, size_t n)
{
	struct iovec local = {here, n}, remote = {(void *)(uintptr_t)there, n};

	return !n || copy(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)n ? 0 : -EFAULT;
}

/* Never over the end of a page that the text may not reach. */
static long slow_text(char *to, u64 from, u32 n)
{
	for (u32 at = 0, part; at < n; at += part) {
		part = MIN(n - at, (u32)(TEXT_PART - (from + at) % TEXT_PART));
		if (slow(process_vm_readv, to + at, from + at, part))
			return -EFAULT;
		const char *end = memchr(to + at, 0, part);
		if (end)
			return end - to + 1;
	}
	return n;
}

#ifdef __x86_64__

/* ---- the quick way ---- */

/* 0; 1 when it cannot be done. */
int kern_fault_copy(void *to, u64 from, u64 n);
/* Bytes up to a 0, with it, at most n; -1 when it cannot be done. */
long kern_fault_text(void *to, u64 from, u64 n);
extern const char kern_fault_begin[], kern_fault_middle[], kern_fault_end[];
extern const char kern_fault_word[], kern_fault_bytes[];
extern const char kern_fault_no_copy[], kern_fault_no_text[];

/* to: rdi, from: rsi, n: rdx. Nothing is on the stack. */
__asm__(".pushsection .text\n"
	".hidden kern_fault_begin, kern_fault_middle, kern_fault_end\n"
	".hidden kern_fault_no_copy, kern_fault_no_text, kern_fault_copy, kern_fault_text\n"
	".hidden kern_fault_word, kern_fault_bytes\n"
	".globl kern_fault_begin, kern_fault_middle, kern_fault_end\n"
	".globl kern_fault_word, kern_fault_bytes\n"
	".globl kern_fault_no_copy, kern_fault_no_text, kern_fault_copy, kern_fault_text\n"
	".p2align 4\n"
	"kern_fault_begin:\n"
	"kern_fault_copy:\n"
	"	cmp $8, %rdx\n"
	"	jne 5f\n"
	"	mov (%rsi), %rax\n"
	"	mov %rax, (%rdi)\n"
	"	xor %eax, %eax\n"
	"	ret\n"
	"5:\n"
	"	cmp $8, %rdx\n"
	"	jb 2f\n"
	"	cmp $512, %rdx\n"
	"	jae 4f\n"
	"1:	mov (%rsi), %rax\n"
	"	mov %rax, (%rdi)\n"
	"	add $8, %rsi\n"
	"	add $8, %rdi\n"
	"	sub $8, %rdx\n"
	"	cmp $8, %rdx\n"
	"	jae 1b\n"
	"2:	test %rdx, %rdx\n"
	"	jz 3f\n"
	"	movzbl (%rsi), %eax\n"
	"	mov %al, (%rdi)\n"
	"	inc %rsi\n"
	"	inc %rdi\n"
	"	dec %rdx\n"
	"	jmp 2b\n"
	"3:	xor %eax, %eax\n"
	"	ret\n"
	"4:	mov %rdx, %rcx\n"
	"	rep movsb\n"
	"	xor %eax, %eax\n"
	"	ret\n"
	"kern_fault_middle:\n"
	"kern_fault_text:\n"
	"	xor %eax, %eax\n"
	"	movabs $0x0101010101010101, %r8\n"
	"	movabs $0x8080808080808080, %r9\n"
	"3:	lea 8(%rax), %rcx\n"
	"	cmp %rdx, %rcx\n"
	"	ja 1f\n"
	"kern_fault_word:\n"
	"	mov (%rsi,%rax), %rcx\n"
	"	mov %rcx, %r10\n"
	"	mov %rcx, %r11\n"
	"	sub %r8, %r10\n"
	"	not %r11\n"
	"	and %r9, %r10\n"
	"	test %r11, %r10\n" /* a byte of it is 0 */
	"	jnz 1f\n"
	"	mov %rcx, (%rdi,%rax)\n"
	"	add $8, %rax\n"
	"	jmp 3b\n"
	"kern_fault_bytes:\n"
	"1:	cmp %rdx, %rax\n"
	"	je 2f\n"
	"	movzbl (%rsi,%rax), %ecx\n"
	"	mov %cl, (%rdi,%rax)\n"
	"	inc %rax\n"
	"	test %cl, %cl\n"
	"	jnz 1b\n"
	"2:	ret\n"
	"kern_fault_end:\n"
	"kern_fault_no_copy:\n"
	"	mov $1, %eax\n"
	"	ret\n"
	"kern_fault_no_text:\n"
	"	mov $-1, %rax\n"
	"	ret\n"
	".popsection\n");

static const int signals[] = {SIGSEGV, SIGBUS};
static struct sigaction before[LEN(signals)];

static bool fix(ucontext_t *u)
{
	greg_t *pc = &u->uc_mcontext.gregs[REG_RIP];
	const char *at = (const char *)(uintptr_t)*pc;

	if (at < kern_fault_begin || at >= kern_fault_end)
		return false;
	*pc = (greg_t)(uintptr_t)(at < kern_fault_middle  ? kern_fault_no_copy
				  : at == kern_fault_word ? kern_fault_bytes
							  : kern_fault_no_text);
	return true;
}

/* The program's own handler, or what the system does without one. */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	struct sigaction *b = &before[sig == SIGBUS], old = *b;

	if (old.sa_flags & SA_RESETHAND)
		b->sa_handler = SIG_DFL, b->sa_flags = 0;
	if (old.sa_flags & SA_SIGINFO) {
		old.sa_sigaction(sig, info, context);
	} else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
		old.sa_handler(sig);
	} else if (old.sa_handler == SIG_DFL || info->si_code > 0) {
		signal(sig, SIG_DFL);
		if (info->si_code <= 0) /* sent: it will not come again by itself */
			raise(sig);
	}
}

static void handler(int sig, siginfo_t *info, void *context)
{
	if (!fix(context))
		pass_on(sig, info, context);
}

static void install(void)
{
	for (u32 i = 0; i < LEN(signals); i++) {
		struct sigaction mine = {.sa_sigaction = handler};

		if (sigaction(signals[i], NULL, &before[i]))
			continue;
		mine.sa_mask = before[i].sa_mask;
		mine.sa_flags =
			SA_SIGINFO | SA_ONSTACK | (before[i].sa_flags & (SA_NODEFER | SA_RESTART));
		sigaction(signals[i], &mine, NULL);
	}
}

static bool is_ours(void)
{
	struct sigaction now;
	sigset_t blocked;

	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	for (u32 i = 0; i < LEN(signals); i++)
		if (sigaction(signals[i], NULL, &now) || now.sa_sigaction != handler ||
		    sigismember(&blocked, signals[i]))
			return false;
	return true;
}

/* How many copies more may go a way before it is asked again which one. */
enum { LOOK_EVERY = 1024 };
struct ways {
	u32 quick, slow;
};
static _Thread_local struct ways ways __attribute__((tls_model("initial-exec")));

static bool ask(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (ways.slow) {
		ways.slow--;
		return false;
	}
	pthread_once(&once, install);
	if (is_ours())
		ways.quick = LOOK_EVERY;
	else
		ways.slow = LOOK_EVERY;
	return ways.quick;
}

/* Addresses that no process has need no handler. */
static inline bool possible(u64 at, u64 n)
{
	enum { LOW = 4096 };
	const u64 high = 0x7ffffffff000;

	return at >= LOW && at < high && n <= high - at;
}

static inline bool quick(void)
{
	if (likely(ways.quick)) {
		ways.quick--;
		return true;
	}
	return ask();
}

int kern_read(void *to, u64 from, size_t n)
{
	if (!possible(from, n))
		return slow(process_vm_readv, to, from, n);
	if (likely(quick()))
		return kern_fault_copy(to, from, n) ? -EFAULT : 0;
	return slow(process_vm_readv, to, from, n);
}

int kern_write(u64 to, const void *from, size_t n)
{
	if (possible(to, n) && likely(quick()))
		return kern_fault_copy((void *)(uintptr_t)to, (u64)(uintptr_t)from, n) ? -EFAULT
										       : 0;
	return slow(process_vm_writev, (void *)(uintptr_t)from, to, n);
}

long kern_read_text(char *to, u64 from, u32 n)
{
	if (possible(from, 1) && likely(quick())) {
		long ret = kern_fault_text(to, from, n);
		return ret < 0 ? -EFAULT : ret;
	}
	return slow_text(to, from, n);
}

void kern_fault_forget(void) { ways.quick = ways.slow = 0; }

#else

int kern_read(void *to, u64 from, size_t n) { return slow(process_vm_readv, to, from, n); }

int kern_write(u64 to, const void *from, size_t n)
{
	return slow(process_vm_writev, (void *)(uintptr_t)from, to, n);
}

long kern_read_text(char *to, u64 from, u32 n) { return slow_text(to, from, n); }

void kern_fault_forget(void) {}

#endif
