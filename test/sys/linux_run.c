/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel as an engine: what it gives a program, and what it says of it. */
#include <stdlib.h>
#include <unistd.h>

#include "sys/priv.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static struct prog *make(const struct ob_ebpf *code, u32 n)
{
	struct prog *p;

	return prog_create_ebpf(code, n, &p) ? NULL : p;
}

/* The error as it is printed; it is destroyed. */
static char *text(struct ob_err *err)
{
	static char s[4096];
	FILE *f = fmemopen(s, sizeof(s), "w");

	ob_err_print(err, f);
	fclose(f);
	ob_err_destroy(err);
	return s;
}

#define PROG(...) make((struct ob_ebpf[]){__VA_ARGS__}, LEN(((struct ob_ebpf[]){__VA_ARGS__})))
#define EXIT                 \
	{                    \
		.code = 0x95 \
	}

static bool runs(struct prog *p, void *mem, u32 n, u64 want)
{
	struct sys_prog *s;
	struct ob_err *err = sys_prog_load(p, n, &s);
	u64 r0 = ~want;
	u32 ns;

	if (!err) {
		err = sys_prog_run(s, mem, 1, &r0, &ns);
		sys_prog_close(s);
	}
	prog_destroy(p);
	if (err)
		printf("%s", text(err));
	return !err && r0 == want;
}

static char *refused(struct prog *p, u32 n)
{
	struct sys_prog *s;
	struct ob_err *err = sys_prog_load(p, n, &s);

	prog_destroy(p);
	if (err)
		return text(err);
	sys_prog_close(s);
	return (char *)"";
}

static void running(void)
{
	u8 mem[3600];
	u32 most = (u32)sysconf(_SC_PAGESIZE) - 584;

	memset(mem, 7, sizeof(mem));
	check("all 64 bits of r0",
	      runs(PROG({.code = 0x18, .imm = 5}, {.imm = -2}, EXIT), mem, 0, 0xfffffffe00000005));
	check("r2 is the length", runs(PROG({.code = 0xbf, .src = 2}, EXIT), mem, 9, 9));
	check("r2 of no memory is 0", runs(PROG({.code = 0xbf, .src = 2}, EXIT), NULL, 0, 0));
	check("memory is read to its last byte",
	      runs(PROG({.code = 0x71, .src = 1, .off = 2}, EXIT), mem, 3, 7));
	check("memory is written",
	      runs(PROG({.code = 0x7a, .dst = 1, .off = 8, .imm = 9}, {.code = 0xb7}, EXIT), mem,
		   16, 0) &&
		      mem[7] == 7 && mem[8] == 9 && mem[9] == 0 && mem[16] == 7);
	if (sizeof(mem) >= most) {
		check("the most memory there is",
		      runs(PROG({.code = 0x71, .src = 1, .off = (s16)(most - 1)}, EXIT), mem, most,
			   7));
		check("and not more",
		      strstr(refused(PROG({.code = 0xb7}, EXIT), most + 1), "at most 3512"));
	}
	check("local calls", runs(PROG({.code = 0x85, .src = 1, .imm = 2}, {.code = 0x07, .imm = 1},
				       EXIT, {.code = 0xb7, .imm = 41}, EXIT),
				  mem, 0, 42));
}

static void refusing(void)
{
	char *s = refused(PROG({.code = 0xb7}, {.code = 0x71, .src = 1, .off = 3}, EXIT), 3);

	check("the byte behind the memory", strstr(s, "insn 1: the kernel refuses") &&
						    strstr(s, "outside of the packet") &&
						    strstr(s, "invalid access to packet"));
	s = refused(PROG({.code = 0x71, .src = 1}, EXIT), 0);
	check("no memory, nothing to read", strstr(s, "insn 0: "));
	s = refused(PROG(EXIT), 0);
	check("no result", strstr(s, "R0 !read_ok") && strstr(s, "where the program returns"));
	s = refused(PROG({.code = 0xb7}, {.code = 0xff}, EXIT), 0);
	check("no such opcode", strstr(s, "unknown opcode ff"));
	s = refused(PROG({.code = 0x05, .off = 9}, EXIT), 0);
	check("a jump out", strstr(s, "jump out of range") && strstr(s, "18 instructions"));
	struct prog *p = make(NULL, 0);
	s = refused(p, 0);
	check("the empty program", strstr(s, "the kernel refuses"));
}

static struct prog *branches(u32 n)
{
	struct ob_ebpf *code = calloc(2 * n + 2, sizeof(*code));

	for (u32 i = 0; i < n; i++) {
		code[2 * i] = (struct ob_ebpf){.code = 0x71, .src = 1, .off = (s16)(i & 1)};
		code[2 * i + 1] = (struct ob_ebpf){.code = 0x15, .off = 0};
	}
	code[2 * n] = (struct ob_ebpf){.code = 0x71, .src = 1, .off = 8};
	code[2 * n + 1] = (struct ob_ebpf)EXIT;
	struct prog *p = make(code, 2 * n + 2);
	free(code);
	return p;
}

static void long_log(void)
{
	char *s = refused(branches(3000), 8);

	check("the reason at the end of a long log",
	      strstr(s, "insn 6000: ") && strstr(s, "outside of the packet"));
}

/* 8 frames, each calls the next; the one that calls the program is the ninth. */
static void frames(void)
{
	struct ob_ebpf code[16];

	for (u32 i = 0; i < 8; i++) {
		code[2 * i] = i < 7 ? (struct ob_ebpf){.code = 0x85, .src = 1, .imm = 1}
				    : (struct ob_ebpf){.code = 0xb7, .imm = 1};
		code[2 * i + 1] = (struct ob_ebpf)EXIT;
	}
	check("7 frames", runs(make(code + 2, 14), NULL, 0, 1));
	check("not 8", strstr(refused(make(code, 16), 0), "9 frames is too deep"));
}

static void size(void)
{
	enum { MOST = 1000000 - 18 };
	struct ob_ebpf *code = calloc(MOST + 1, sizeof(*code));

	for (u32 i = 0; i < MOST; i++)
		code[i] = (struct ob_ebpf){.code = 0xb7};
	code[MOST] = (struct ob_ebpf)EXIT;
	check("too many instructions",
	      strstr(refused(make(code, MOST + 1), 0),
		     "999983 instructions: the kernel takes at most 999982"));
	free(code);
}

static void logs(void)
{
	struct log l;

	log_read(&l, "0: R1=ctx()\n7: (bf) r1 = r2\nreason one\nreason two\nprocessed 3 insns\n");
	check("a log's end", l.insn == 7 && l.n == 2 && !memcmp(l.line[1].p, "reason two", 10));
	log_read(&l, "a\n3: (bf) x\nfrom 3 to 4: R0=1\n99999999999: (\nb\nc\nd\ne\nf\n");
	check("more reasons than are kept", l.insn == 3 && l.n == LOG_LINES);
	log_read(&l, "a remark\n1: (bf) x\nthe reason\n");
	check("what was said before goes", l.insn == 1 && l.n == 1 && l.line[0].n == 10);
	log_read(&l, "");
	check("an empty log", l.n == 0 && l.insn == UINT32_MAX);
}

int main(void)
{
	struct prog *p = PROG({.code = 0xb7}, EXIT);
	struct sys_prog *s;
	struct ob_err *err = sys_prog_load(p, 0, &s);

	logs();
	prog_destroy(p);
	if (err && ob_err_code(err) == OB_PERM) {
		check("without the right: what it wants",
		      strstr(text(err), "CAP_BPF, CAP_PERFMON"));
		printf("skip the kernel as an engine: the right is missing\n");
		return failed;
	}
	if (err) {
		check(text(err), false);
		return failed;
	}
	sys_prog_close(s);
	running();
	refusing();
	long_log();
	frames();
	size();
	return failed;
}
