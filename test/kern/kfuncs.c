/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that call functions of the kernel, run in our world and in the running kernel:
 * the same result, and the same packet. */
#include "isa/isa.h"
#include "kern/call.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

enum { PACKET = 64, ROOM = 128 };

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

/* Of each program the result is r0, or what r9 has gathered. $NAME is a function's id. */
#define GATHER "r9 *= 31\nr9 += r0\n"
#define END    "r0 = r9\nexit\n"
#define SKB    "r6 = r1\nr9 = 7\nr2 = 0\nr3 = r10\nr3 += -16\ncall kfunc $dynptr_from_skb\n" GATHER
#define XDP    "r6 = r1\nr9 = 7\nr2 = 0\nr3 = r10\nr3 += -16\ncall kfunc $dynptr_from_xdp\n" GATHER
#define SIZE   "r1 = r10\nr1 += -16\ncall kfunc $dynptr_size\n" GATHER
#define SLICE(name, off, n)                                                                      \
	"r1 = r10\nr1 += -16\nr2 = " off "\nr3 = r10\nr3 += -128\nr4 = " n "\ncall kfunc $" name \
	"\nr1 = r0\nr0 = 999\nif r1 == 0 goto 1f\n"
#define TEXTS                                                                   \
	"r9 = 7\n*(u64 *)(r10 - 8) = 0x6362\n*(u64 *)(r10 - 16) = 0x42616362\n" \
	"*(u64 *)(r10 - 24) = 0x6142\n"
#define TEXT(name, a, b) \
	"r1 = r10\nr1 += -" a "\nr2 = r10\nr2 += -" b "\ncall kfunc $" name "\n" GATHER
#define FIND(name, a, c, most) \
	"r1 = r10\nr1 += -" a "\nr2 = " c "\nr3 = " most "\ncall kfunc $" name "\n" GATHER
#define NUMBERS(from, to)                                                                   \
	"r1 = r10\nr1 += -8\nr2 = " from "\nr3 = " to "\ncall kfunc $iter_num_new\n" GATHER \
	"1: r1 = r10\nr1 += -8\ncall kfunc $iter_num_next\nif r0 == 0 goto 2f\n"            \
	"r0 = *(u32 *)(r0 + 0)\n" GATHER "goto 1b\n"                                        \
	"2: r1 = r10\nr1 += -8\ncall kfunc $iter_num_destroy\n"
#define BITS(words)                                                                \
	"r1 = r10\nr1 += -16\nr2 = r10\nr2 += -48\nr3 = " words                    \
	"\ncall kfunc $iter_bits_new\n" GATHER                                     \
	"1: r1 = r10\nr1 += -16\ncall kfunc $iter_bits_next\nif r0 == 0 goto 2f\n" \
	"r0 = *(u32 *)(r0 + 0)\n" GATHER "goto 1b\n"                               \
	"2: r1 = r10\nr1 += -16\ncall kfunc $iter_bits_destroy\n"
#define WORDS                                                       \
	"*(u64 *)(r10 - 48) = 0x1234\nr1 = 0x8000000000000001 ll\n" \
	"*(u64 *)(r10 - 40) = r1\n*(u64 *)(r10 - 32) = 0\n*(u64 *)(r10 - 24) = -3\n"

static const struct {
	const char *name;
	u32 type;
	const char *text;
} cases[] = {
	{"numbers", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" NUMBERS("0", "10") END},
	{"numbers below 0", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" NUMBERS("-5", "2") END},
	{"no numbers", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" NUMBERS("3", "3") END},
	{"numbers down", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" NUMBERS("3", "2") END},
	{"too many numbers", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" NUMBERS("0", "0x7fffffff") END},
	{"numbers from the least", BPF_PROG_TYPE_SCHED_CLS,
	 "r9 = 7\n" NUMBERS("-0x80000000", "-0x7ffffffd") END},
	{"bits", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" WORDS BITS("1") END},
	{"bits of words", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" WORDS BITS("4") END},
	{"no bits", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" WORDS BITS("0") END},
	{"too many bits", BPF_PROG_TYPE_SCHED_CLS, "r9 = 7\n" WORDS BITS("512") END},
	{"throw", BPF_PROG_TYPE_SCHED_CLS, "r1 = 77\ncall kfunc $throw\nr0 = 1\nexit\n"},
	{"throw in a function", BPF_PROG_TYPE_SCHED_CLS,
	 "r1 = *(u32 *)(r1 + 0)\ncall local f\nr0 = 1\nexit\n"
	 "f: r6 = r1\nr1 = 5\nif r6 > 9 goto 1f\nr0 = 0\nexit\n1: call kfunc $throw\nr0 = "
	 "2\nexit\n"},
	{"sections", BPF_PROG_TYPE_SCHED_CLS,
	 "call kfunc $rcu_read_lock\ncall kfunc $preempt_disable\ncall kfunc $preempt_enable\n"
	 "call kfunc $rcu_read_unlock\nr0 = 3\nexit\n"},
	{"skb", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SIZE "r1 = r10\nr1 += -16\ncall kfunc $dynptr_is_null\nr0 &= 1\n" GATHER
		  "r1 = r10\nr1 += -16\ncall kfunc $dynptr_is_rdonly\nr0 &= 1\n" GATHER END},
	{"skb read-only", BPF_PROG_TYPE_SOCKET_FILTER,
	 SKB "r1 = r10\nr1 += -16\ncall kfunc $dynptr_is_rdonly\nr0 &= 1\n" GATHER SIZE END},
	{"skb with flags", BPF_PROG_TYPE_SCHED_CLS,
	 "r9 = 7\nr2 = 1\nr3 = r10\nr3 += -16\ncall kfunc $dynptr_from_skb\n" GATHER SIZE
	 "r1 = r10\nr1 += -16\ncall kfunc $dynptr_is_null\nr0 &= 1\n" GATHER END},
	{"a slice", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SLICE("dynptr_slice", "12", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"a slice to the end", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SLICE("dynptr_slice", "56", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"a slice beyond the end", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SLICE("dynptr_slice", "57", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"a slice far beyond", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SLICE("dynptr_slice", "0xffffffff", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"a slice is written", BPF_PROG_TYPE_SCHED_CLS,
	 SKB SLICE("dynptr_slice_rdwr", "20",
		   "4") "*(u32 *)(r1 + 0) = 0x11223344\n1:\n" GATHER END},
	{"adjusted", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r10\nr1 += -16\nr2 = 10\nr3 = 30\ncall kfunc $dynptr_adjust\n" GATHER SIZE SLICE(
		 "dynptr_slice", "12", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"adjusted too far", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r10\nr1 += -16\nr2 = 10\nr3 = 99\ncall kfunc $dynptr_adjust\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 10\nr3 = 9\ncall kfunc $dynptr_adjust\n" GATHER SIZE END},
	{"adjusted, then beyond", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r10\nr1 += -16\nr2 = 10\nr3 = 30\ncall kfunc $dynptr_adjust\n" GATHER SLICE(
		 "dynptr_slice", "13", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"cloned", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -32\ncall kfunc $dynptr_clone\n" GATHER
	     "r1 = r10\nr1 += -32\nr2 = 1\nr3 = 9\ncall kfunc $dynptr_adjust\n" GATHER SIZE
	     "r1 = r10\nr1 += -32\ncall kfunc $dynptr_size\n" GATHER END},
	{"copied", BPF_PROG_TYPE_SCHED_CLS,
	 SKB
	 "r1 = r10\nr1 += -16\nr2 = 40\nr3 = r1\nr4 = 2\nr5 = 20\ncall kfunc $dynptr_copy\n" GATHER
	 "r1 = r10\nr1 += -16\nr2 = 50\nr3 = r1\nr4 = 2\nr5 = 20\ncall kfunc $dynptr_copy\n" GATHER
		 END},
	{"filled", BPF_PROG_TYPE_SCHED_CLS,
	 SKB
	 "r1 = r10\nr1 += -16\nr2 = 40\nr3 = 9\nr4 = 0x1ab\ncall kfunc $dynptr_memset\n" GATHER
	 "r1 = r10\nr1 += -16\nr2 = 60\nr3 = 9\nr4 = 0xab\ncall kfunc $dynptr_memset\n" GATHER END},
	{"read and written by helpers", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r10\nr1 += -64\nr2 = 8\nr3 = r10\nr3 += -16\nr4 = 30\nr5 = 0\ncall 201\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 50\nr3 = r10\nr3 += -64\nr4 = 8\nr5 = 0\ncall 202\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 60\nr3 = r10\nr3 += -64\nr4 = 8\nr5 = 0\ncall 202\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 0\nr3 = 8\ncall 203\nr1 = r0\nr0 = 1\nif r1 == 0 goto "
	     "1f\nr0 = 2\n1:\n" GATHER END},
	{"behind a packet that shrank", BPF_PROG_TYPE_SCHED_CLS,
	 SKB "r1 = r6\nr2 = 30\nr3 = 0\ncall 38\n" GATHER SIZE SLICE(
		 "dynptr_slice", "40", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER
					    "r1 = r10\nr1 += -64\nr2 = 8\nr3 = r10\nr3 += -16\nr4 "
					    "= 40\nr5 = 0\ncall 201\n" GATHER END},
	{"xdp", BPF_PROG_TYPE_XDP,
	 XDP SIZE SLICE("dynptr_slice", "12", "8") "r0 = *(u32 *)(r1 + 4)\n1:\n" GATHER END},
	{"xdp is written", BPF_PROG_TYPE_XDP,
	 XDP SLICE("dynptr_slice_rdwr", "0", "14") "*(u32 *)(r1 + 3) = 5\n1:\n" GATHER END},
	{"xdp by helpers", BPF_PROG_TYPE_XDP,
	 XDP "r1 = r10\nr1 += -64\nr2 = 8\nr3 = r10\nr3 += -16\nr4 = 30\nr5 = 0\ncall 201\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 50\nr3 = r10\nr3 += -64\nr4 = 8\nr5 = 0\ncall 202\n" GATHER
	     "r1 = r10\nr1 += -16\nr2 = 50\nr3 = r10\nr3 += -64\nr4 = 8\nr5 = 1\ncall 202\n" GATHER
		     END},
	{"texts", BPF_PROG_TYPE_SCHED_CLS,
	 TEXTS TEXT("strcmp", "8", "16") TEXT("strcmp", "16", "8") TEXT("strcmp", "8", "8")
		 TEXT("strcmp", "8", "24") TEXT("strcasecmp", "8", "24") TEXT("strspn", "16", "8")
			 TEXT("strcspn", "16", "24") TEXT("strspn", "8", "16")
				 TEXT("strstr", "16", "8") TEXT("strstr", "8", "16") END},
	{"in texts", BPF_PROG_TYPE_SCHED_CLS,
	 TEXTS FIND("strchr", "16", "97", "0") FIND("strchr", "16", "120", "0")
		 FIND("strchr", "16", "0", "0") FIND("strchrnul", "16", "120", "0")
			 FIND("strrchr", "16", "98", "0") FIND("strrchr", "16", "0", "0") FIND(
				 "strlen", "16", "0", "0") FIND("strnlen", "16", "2", "0")
				 FIND("strnlen", "16", "9", "0") FIND("strnchr", "16", "2", "97")
					 FIND("strnchr", "16", "4", "97")
						 FIND("strnchr", "16", "0", "97") END},
	{"a text within bytes", BPF_PROG_TYPE_SCHED_CLS,
	 TEXTS "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -8\nr3 = 1\ncall kfunc $strnstr\n" GATHER
	       "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -8\nr3 = 2\ncall kfunc $strnstr\n" GATHER
	       "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -8\nr3 = 0\ncall kfunc $strnstr\n" GATHER END},
};

/* ---- one program ---- */

static const struct btf *kernel;

/* The ids of functions in the place of their names. */
static bool with_ids(const char *text, struct buf *to)
{
	for (; *text; text++) {
		char name[64];
		if (*text != '$') {
			buf_putc(to, *text);
			continue;
		}
		size_t n = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
		snprintf(name, sizeof(name), "bpf_%.*s", (int)n, text + 1);
		u32 id = btf_find(kernel, name, BTF_KIND_FUNC);
		if (!id)
			return false;
		buf_printf(to, "%u", id);
		text += n;
	}
	return true;
}

struct result {
	s32 err;
	u32 r0, n;
	u8 packet[ROOM];
};

static bool run(bpf_fn *bpf, const struct prog *p, u32 type, struct result *to)
{
	static char log[1 << 20];
	u8 packet[PACKET];
	union bpf_attr a = {.prog_type = type,
			    .insns = (u64)(uintptr_t)p->stored,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = (u64)(uintptr_t)log,
			    .log_size = sizeof(log),
			    .log_level = 1};
	int fd = bpf(BPF_PROG_LOAD, &a, sizeof(a));

	*to = (struct result){0};
	if (fd < 0) {
		to->err = errno;
		puts(log);
		return false;
	}
	for (u32 i = 0; i < PACKET; i++)
		packet[i] = (u8)(i * 7 + 1);
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd,
				      .data_in = (u64)(uintptr_t)packet,
				      .data_size_in = PACKET,
				      .data_out = (u64)(uintptr_t)to->packet,
				      .data_size_out = ROOM,
				      .repeat = 1}};
	to->err = bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) ? errno : 0;
	to->r0 = a.test.retval;
	to->n = a.test.data_size_out;
	close(fd);
	return !to->err;
}

/* 0: they are the same, 1: not, 2: the kernel is not asked. */
static int compare(u32 i, bool ask)
{
	struct buf text = {0};
	struct prog *p = NULL;
	struct result here, there;

	if (!with_ids(cases[i].text, &text)) {
		buf_deinit(&text);
		return 2;
	}
	struct ob_err *err = prog_assemble(cases[i].name, text.p, text.n, &p);
	buf_deinit(&text);
	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		return 1;
	}
	bool ok = run(ours, p, cases[i].type, &here);
	bool asked = ok && ask && run(sys_linux_bpf, p, cases[i].type, &there);
	prog_destroy(p);
	if (!ok || (ask && !asked)) {
		printf("FAIL %s: %s\n", cases[i].name, strerror(ok ? there.err : here.err));
		return 1;
	}
	if (!ask)
		return 2;
	if (here.r0 == there.r0 && here.n == there.n && !memcmp(here.packet, there.packet, ROOM))
		return 0;
	printf("FAIL %s: r0 %u and %u bytes, the kernel's %u and %u; packets %s\n", cases[i].name,
	       here.r0, here.n, there.r0, there.n,
	       memcmp(here.packet, there.packet, ROOM) ? "differ" : "are the same");
	return 1;
}

int main(void)
{
	char name[32], path[256];
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4};
	bool bad = false,
	     ask = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a)) >= 0 || errno == EINVAL;

	kernel = kern_vmlinux();
	if (!kernel) {
		puts("skip kfuncs: the kernel's types are not here");
		return 0;
	}
	snprintf(name, sizeof(name), "test-kfuncs-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1)) {
		puts("FAIL world");
		return 1;
	}
	for (u32 i = 0; i < 4 * LEN(cases); i++) {
		kern_world_set(path, "net.core.bpf_jit_enable", i % 2 ? "1" : "0");
		kern_world_set(path, "kernel.watch", i % 4 / 2 ? "1" : "0");
		int is = compare(i / 4, ask);
		bad |= is == 1;
		if (is != 1)
			printf("%s %s, %s%s%s\n", is ? "skip" : "ok", cases[i / 4].name,
			       i % 2 ? "compiled" : "interpreted", i % 4 / 2 ? ", watched" : "",
			       is ? ": the kernel is not asked" : "");
	}
	kern_world_remove(path);
	return bad;
}
