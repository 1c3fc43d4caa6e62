# SPDX-License-Identifier: BSD-2-Clause
# maps, variables, functions, tail calls: the same in each engine and in the kernel
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
compile prog.c
onebpf run -e all --mem "$packet" --show-maps --data threshold=6 \
	--map 'counts=1:{5,6},7:{.n=3}' --map 'numbers=2:9' prog.o:count
-- file prog.c
#define SEC(n) __attribute__((section(n)))
typedef unsigned int u32;
typedef unsigned long u64;
struct value { u64 n; u32 bytes; };
struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; struct value *value; } counts SEC(".maps");
struct { int (*type)[2]; int (*max_entries)[8]; u32 *key; u64 *value; } numbers SEC(".maps");
struct inner { int (*type)[2]; int (*max_entries)[4]; u32 *key; u64 *value; } in0 SEC(".maps"), in1 SEC(".maps");
struct { int (*type)[12]; int (*max_entries)[2]; u32 *key; struct inner *values[]; }
	outer SEC(".maps") = {.values = {&in0, &in1}};
int last(void *ctx);
struct { int (*type)[3]; int (*max_entries)[3]; int (*key_size)[4]; int (*values[])(void *); }
	jump SEC(".maps") = {.values = {[2] = last}};
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*tail_call)(void *, void *, u32) = (void *)12;
static long (*loop)(u32, void *, void *, u64) = (void *)181;
int threshold = 5;
const volatile int limit = 9;
static u64 total;
u64 odd[3];
__attribute__((noinline)) static int add(int a, int b) { return a + b * limit; }
__attribute__((noinline)) int twice(int a) { return add(a, threshold) * 2; }
static long each(u32 i, void *ctx) { total += i; return 0; }
SEC("xdp") int count(void *ctx)
{
	u32 k = 7, i = 2;
	struct value *v = lookup(&counts, &k);
	u64 *n = lookup(&numbers, &i);

	if (v)
		v->bytes += twice(1);
	if (n)
		odd[1] = *n;
	loop(4, each, 0, 0);
	tail_call(ctx, &jump, 2);
	return 0;
}
SEC("xdp") int last(void *ctx)
{
	u32 k = 1;
	void *m = lookup(&outer, &k);
	u64 *p = m ? lookup(m, &k) : 0;

	if (p)
		*p = add(4, 5);
	return 2;
}
char LICENSE[] SEC("license") = "GPL";
-- stdout
0x2
in1[1] = 49
counts[1] = n=5 bytes=6
counts[7] = n=3 bytes=110
numbers[2] = 9
threshold = 6
odd = [0 9 0]
total = 6
====
# a run without a packet, a name that is not there, a program that is not said
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
compile prog.c
onebpf run prog.o:pass
onebpf run prog.o:pas
onebpf run prog.o
onebpf run prog.o:bare
onebpf run --type xdp --mem "$packet" prog.o:bare
onebpf run --map none=1:2 --mem "$packet" prog.o:pass
onebpf run --data none=1 --mem "$packet" prog.o:pass
onebpf run --data n=300 --mem "$packet" prog.o:pass
onebpf run --data n=3x --mem "$packet" prog.o:pass
onebpf run --budget 5 prog.o:pass
echo exit >text.s
onebpf run --data n=3 text.s
-- file prog.c
#define SEC(n) __attribute__((section(n), used))
unsigned char n = 1;
SEC("xdp") int pass(void *ctx) { return n; }
SEC("something") int bare(void *ctx) { return 7; }
-- stdout
0x7
-- stderr
onebpf run: a program of type xdp gets a packet of at least 14 bytes
hint: --pkt FILE.pcap, or --mem with its bytes
onebpf run: prog.o: there is no program pas
hint: did you mean prog.o:pass?
onebpf run: which of the 2 programs of prog.o?
note: it has pass (section xdp)
note: it has bare (section something)
hint: say prog.o:pass
onebpf run: section something does not tell the type of bare
hint: say it: --type xdp
onebpf run: --map: the object has no map none
onebpf run: --data: the object has no variable none
onebpf run: --data n: 300 does not fit into 1 byte
onebpf run: --data n: "x" follows the value
onebpf run: --budget is not for programs of object files
onebpf run: --data is about programs of object files
-- status 2
====
# a type without a trial gets the memory as its context; a fault is told with its place
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
compile prog.c
onebpf run -e interp --unchecked --mem 0102030405060708 --show-mem prog.o:entry 2>/dev/null
onebpf run --unchecked --mem 0102030405060708 prog.o:entry 2>/dev/null
onebpf run -e kernel --mem 00 prog.o:entry >out 2>&1 && echo 'it ran'
onebpf run -e interp --unchecked prog.o:wrong 2>err
echo $?
grep -o 'insn [0-9]*: .*' err
onebpf run -e interp prog.o:wrong 2>&1 | head -1
-- file prog.c
#define SEC(n) __attribute__((section(n), used))
SEC("kprobe/f") int entry(unsigned char *ctx) { ctx[1] = 9; return ctx[2]; }
SEC("kprobe/g") int wrong(long *ctx) { return *(int *)ctx[0]; }
-- stdout
0x3
00000000: 0109 0304 0506 0708
0x3
1
insn 1: `r0 = *(u32 *)(r1 + 0)`
prog.c:3: refused: this load of 4 bytes goes through a number
====
# an object for the other byte order, and one that asks for what nobody has
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
compile prog.c
onebpf run --mem "$packet" prog.o
onebpf dis prog.o | grep 'not defined'
$clang -O2 -w -target bpfeb -c prog.c -o big.o
onebpf dis big.o
-- file prog.c
__attribute__((noinline)) int outside(int);
__attribute__((section("xdp"))) int pass(void *ctx) { return 1 + outside(2); }
-- stdout has
call kfunc -1 // outside (not defined)
-- stderr
onebpf run: prog.o: section xdp, instruction 1: outside is not defined, nor declared as __kconfig or __ksym
hint: objects that belong together are linked by bpftool gen object
onebpf dis: big.o: it is for machines that store the most significant byte first
hint: clang -target bpfel compiles for this one
-- status 2
