# SPDX-License-Identifier: BSD-2-Clause
# bytes, hexadecimal and text are told apart
-- sh
printf '\267\0\0\0\5\0\0\0\225\0\0\0\0\0\0\0' >bytes
echo 'b700 0000 0500 0000 9500000000000000' >digits
echo 'mov r0, 5; exit' >text
for file in bytes digits text; do onebpf dis $file; done
-- stdout
	r0 = 5
	exit
	r0 = 5
	exit
	r0 = 5
	exit
====
# bytes that look like text are bytes with --raw
-- sh
printf 'exit // ' >text
onebpf dis text
onebpf dis --raw text
-- stdout
	exit
	.insn 0x202f2f2074697865
====
# labels of jumps and of functions; what cannot be said is raw
-- sh
onebpf dis - <<'END'
	r1 = f ll
	if r0 == 0 goto +2
	call f
	gotol -2
	.insn 0x0000000000400005
f:	exit
	.insn 0x00000000000000ff
	.insn 0x000000040000008d
END
-- stdout
	r1 = func F6 ll
	if r0 == 0 goto L5
L3:
	call F6
	gotol L3
L5:
	.insn 0x0000000000400005 // goto +64

F6:
	exit
	.insn 0x00000000000000ff
	.insn 0x000000040000008d // callx r4
====
# as llvm-objdump
-- sh
printf 'r0 = 5 ll\n.insn 255\nif r0 == 0 goto -4\nexit' | onebpf dis -f objdump -
-- stdout
       0:	18 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00	r0 = 5 ll
       2:	ff 00 00 00 00 00 00 00	<unknown>
       3:	15 00 fc ff 00 00 00 00	if r0 == 0 goto -4
       4:	95 00 00 00 00 00 00 00	exit
====
# the options of machine code need --native
-- sh
echo exit | onebpf dis --safe -
-- status 2
-- stderr
onebpf dis: --plain, --harden, --safe and --no-optimize are about --native code
====
# Zydis' struct is as we know it, and says what instructions are
-- skip-unless test -e /usr/include/Zydis/Zydis.h
-- sh
cat >a.c <<'END'
#include <Zydis/Zydis.h>
#include "tool/shared.c"
#define SAME(a, b) _Static_assert(offsetof(struct instruction, a) == offsetof(ZydisDisassembledInstruction, b), #a)
SAME(addr, runtime_address);
SAME(mode, info);
SAME(length, info.length);
SAME(operands, operands);
SAME(text, text);
_Static_assert(sizeof(struct instruction) == sizeof(ZydisDisassembledInstruction), "size");
_Static_assert(LONG_64 == ZYDIS_MACHINE_MODE_LONG_64, "mode");
int main(void)
{
	static const u8 code[] = {0x48, 0x83, 0xf9, 0x05, 0x77, 0x02, 0x06};
	char text[128];
	u32 len;

	for (u32 at = 0; zydis_one(code + at, sizeof(code) - at, 0x1000 + at, &len, text, sizeof(text)); at += len)
		printf("%u %s\n", len, text);
	return 0;
}
END
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I"$SRCDIR/src" -I"$SRCDIR/include" a.c -o a && ./a
-- stdout
4 cmp rcx, 0x05
2 jnbe 0x0000000000001008
====
# machine code beside its instructions, as a compiler that we play lays it out
-- skip-unless test -e /usr/include/Zydis/Zydis.h
-- file a.c
#include "tool/dis_native.c"
#include "tool/shared.c"
static const u8 code[] = {
	0x55,                                     /* push rbp */
	0xb8, 5, 0, 0, 0,                         /* mov eax, 5 */
	0x48, 0x83, 0xf8, 0x07, 0x74, 0x0c,       /* cmp rax, 7; jz 18 */
	0x48, 0xba, 8, 7, 6, 5, 4, 3, 2, 1,       /* mov rdx, 0x102030405060708 */
	0xff, 0xd2,                               /* call rdx */
	0x06,                                     /* no instruction */
	0x5d, 0xc3,                               /* pop rbp; ret */
};
static const struct jit_piece pieces[] = {{0, JIT_FRAME}, {1, 0}, {6, 1}, {12, 2}, {24, 3}, {25, 4}};
bool jit_here(void) { return true; }
struct ob_err *jit_create(const struct prog *p, const struct env *env, unsigned flags, struct jit **ret)
{
	(void)p, (void)env, (void)flags;
	*ret = NULL;
	return NULL;
}
void jit_destroy(struct jit *j) { (void)j; }
struct bytes jit_code(const struct jit *j) { return (void)j, (struct bytes){code, sizeof(code)}; }
const struct jit_piece *jit_pieces(const struct jit *j, u32 *n) { return (void)j, *n = LEN(pieces), pieces; }
const char *jit_symbol(const struct jit *j, u64 addr, char buf[32])
{
	(void)j;
	if (addr != 0x102030405060708)
		return NULL;
	strcpy(buf, "helper 5");
	return buf;
}
int main(void)
{
	static const char text[] = "r0 = 5\nif r0 == 7 goto out // far\ncall 5\nr0 += 0\nout: exit";
	struct buf b = {0};
	struct prog *p;
	struct ob_err *err = prog_assemble("text", text, strlen(text), &p);

	if (!err)
		err = dis_native(p, 0, &b);
	if (err)
		ob_err_print(err, stdout);
	fputs(b.p, stdout);
	return 0;
}
-- sh
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I"$SRCDIR/src" -I"$SRCDIR/include" a.c "$SRCDIR"/src/prog/*.c "$SRCDIR"/src/isa/*.c "$SRCDIR"/src/base/*.c -o a && ./a
-- stdout
     (frame)                                    0: 55                             push rbp
   0 r0 = 5                                     1: b8 05 00 00 00                 mov eax, 0x05
; 2: if r0 == 7 goto out
   1 if r0 == 7 goto +2                         6: 48 83 f8 07                    cmp rax, 0x07
                                                a: 74 0c                          jz 18 (3)
   2 call 5                                     c: 48 ba 08 07 06 05 04 03 02 01  mov rdx, 0x102030405060708 (helper 5)
                                               16: ff d2                          call rdx
   3 r0 += 0                                   18: 06
   4 exit                                      19: 5d                             pop rbp
                                               1a: c3                             ret
====
# an object: its programs, what they call, lines of C, the names of what they refer to
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
compile prog.c
onebpf dis prog.o | sed 's/map_idx_value [0-9]*/map_idx_value N/; s/map_idx [0-9]*/map_idx N/'
onebpf dis -f raw prog.o:second | wc -c
onebpf dis prog.o:second >text
onebpf asm -f raw text -o bytes && onebpf dis -f raw prog.o:second | cmp - bytes
onebpf dis -f objdump prog.o:kprobe/f | tail -3
onebpf dis prog.o:none
-- file prog.c
#define SEC(n) __attribute__((section(n)))
struct { int (*type)[1]; int (*max_entries)[8]; int *key; int *value; } counts SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
int many[4];
extern int CONFIG_HZ SEC(".kconfig");
struct task { int pid, tgid; } __attribute__((preserve_access_index));
static __attribute__((noinline)) int add(int a) {
	return a + many[2];
}
SEC("xdp") int first(int *ctx)
{
	return lookup(&counts, ctx) ? CONFIG_HZ : add(2);
}
SEC("kprobe/f") int second(struct task *t)
{
	return t->tgid;
}
-- stdout has
; program first, section xdp: xdp, 
; SEC("xdp") int first(int *ctx)
; return lookup(&counts, ctx) ? CONFIG_HZ : add(2);
= map_idx N ll // counts
call 1 // map_lookup_elem
= 0 ll // CONFIG_HZ
// add
; add
; return a + many[2];
= map_idx_value N, 0 ll // many
; program second, section kprobe/f: kprobe, 2 instructions
; return t->tgid;
	r0 = *(u32 *)(r1 + 4) // <byte_off> 
	exit
16
       0:	61 10 04 00 00 00 00 00	r0 = *(u32 *)(r1 + 4) // <byte_off> 
       1:	95 00 00 00 00 00 00 00	exit
-- stderr
onebpf dis: prog.o: there is no program none
note: it has first (section xdp)
note: it has second (section kprobe/f)
-- status 2
