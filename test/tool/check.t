# SPDX-License-Identifier: BSD-2-Clause
# a packet is read behind what was compared
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile packet.c
onebpf check packet.o
-- file packet.c
#include "mistakes.h"
SEC("xdp") int drop(struct xdp_md *ctx)
{
	u8 *p = (u8 *)(u64)ctx->data, *end = (u8 *)(u64)ctx->data_end;

	if (p + 14 > end)
		return 2;
	if (p[12] != 8 || p[13] != 0)
		return 2;
	return p[23] == 17 ? 1 : 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
packet.c:10: refused: this load of 1 bytes may leave the packet
return p[23] == 17 ? 1 : 2;
14 bytes of which are known to be there
needed: 24 bytes from there
packet.c:6: note: this check leaves
tried:  14 bytes of input, [12] = 08, [13] = 00
replayed: instruction 10 reads 1 bytes that are not the program's
change: verified: with this the program passes
before line 10: if ((void *)pointer + 24 > (void *)(long)ctx->data_end)
====
# what a look-up returns is not compared with NULL
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile null.c
onebpf check null.o
-- file null.c
#include "mistakes.h"
struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; u64 *value; } counts SEC(".maps");
SEC("xdp") int count(struct xdp_md *ctx)
{
	u32 key = ctx->rx_queue_index;
	u64 *n = lookup(&counts, &key);

	*n += 1;
	return 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
null.c:8: refused: this load of 8 bytes goes through r0, which may be NULL
null.c:6: note: r0 is what this returns
replayed: instruction
change: verified: with this the program passes
before line 8: if (!pointer) return 2;
====
# a loop without a bound
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile loop.c
onebpf check loop.o
-- file loop.c
#include "mistakes.h"
SEC("xdp") int spin(struct xdp_md *ctx)
{
	u32 n = 0;

	for (u32 i = 0; i < ctx->rx_queue_index; i++)
		n += prandom();
	return n & 1 ? 1 : 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
refused: there is too much to walk: a loop has too many turns, or no end
needed: a constant upper bound of its turns
loop.c:6: note: this jump is taken again and again
change: verified: with this the program passes
can_loop
====
# padding of a key is not written
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile stack.c
onebpf check --profile unprivileged stack.o
-- file stack.c
#include "mistakes.h"
struct key { u8 kind; u64 id; };
struct { int (*type)[1]; int (*max_entries)[8]; struct key *key; u64 *value; } seen SEC(".maps");
SEC("xdp") int note(struct xdp_md *ctx)
{
	struct key k;
	u64 one = 1;

	k.kind = 1;
	k.id = ctx->rx_queue_index;
	update(&seen, &k, &one, 0);
	return 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
stack.c:11: refused: argument 2 of bpf_map_update_elem is of stack that was not written
change: verified: with this the program passes
= {0}
====
# a register that was never written
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile uninit.c
onebpf check uninit.o
-- file uninit.c
#include "mistakes.h"
SEC("xdp") int odd(struct xdp_md *ctx)
{
	int r;

	asm volatile("r9 = r8; %0 = r9" : "=r"(r) :: "r9");
	return r;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
uninit.c:6: refused: r8 is used, but holds nothing
change: verified: with this the program passes
====
# an index that is one too large
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile offby.c
onebpf check offby.o
-- file offby.c
#include "mistakes.h"
struct table { u32 slot[16]; };
struct { int (*type)[2]; int (*max_entries)[1]; u32 *key; struct table *value; } tables SEC(".maps");
SEC("xdp") int pick(struct xdp_md *ctx)
{
	u32 zero = 0, i = ctx->rx_queue_index;
	struct table *t = lookup(&tables, &zero);

	if (!t || i > 16)
		return 2;
	t->slot[i] += 1;
	return 1;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
refused: this load of 4 bytes may reach beyond the end
bytes 0 to 67 may be touched: 4 too many, as of an index that is one too large
needed: bytes 0 to 63
offby.c:11: note: r0 becomes
change: verified: with this the program passes
if (index >= 16)
====
# a record that is not given back on one path
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile leak.c
onebpf check leak.o
-- file leak.c
#include "mistakes.h"
struct { int (*type)[27]; int (*max_entries)[4096]; } ring SEC(".maps");
SEC("xdp") int event(struct xdp_md *ctx)
{
	u64 *e = reserve(&ring, 8, 0);

	if (!e)
		return 2;
	*e = ktime();
	if (ctx->rx_queue_index == 3)
		return 1;
	submit(e, 0);
	return 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
refused: the program may end with what it must give back
known:  what bpf_ringbuf_reserve returned is still held on this path
leak.c:5: note: it was got here
change: verified: with this the program passes
behind line 10, on this path: bpf_ringbuf_discard(record, 0);
====
# a licence that does not go with the GPL
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile gpl.c
onebpf check gpl.o
-- file gpl.c
#include "mistakes.h"
struct { int (*type)[4]; int (*key_size)[4]; int (*value_size)[4]; int (*max_entries)[1];} ev SEC(".maps");
SEC("kprobe/do_exit") int trace(void *ctx)
{
	static const char f[] = "hello";
	printk(f, sizeof(f));
	return 0;
}
char L[] SEC("license") = "Proprietary";
-- status 1
-- stdout has
gpl.c:6: refused: bpf_trace_printk is only for programs whose licence goes with the GPL
change: verified: with this the program passes
char LICENSE[] SEC("license") = "GPL";
====
# a helper of another type of program
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile type.c
onebpf check type.o
-- file type.c
#include "mistakes.h"
SEC("xdp") int who(struct xdp_md *ctx)
{
	u8 proto = 0;
	load_bytes(ctx, 23, &proto, 1);
	return proto == 17 ? 1 : 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
refused: bpf_skb_load_bytes is not for programs of this type
known:  the program is of type xdp
needed: a type that may call it: socket_filter, sched_cls
====
# an address goes into a map, without privilege
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile ptrleak.c
onebpf check -p unprivileged ptrleak.o
-- file ptrleak.c
#include "mistakes.h"
struct __sk_buff { u32 len; };
struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; u64 *value; } where SEC(".maps");
SEC("socket") int tell(struct __sk_buff *ctx)
{
	u32 key = 1;
	u64 *v = lookup(&where, &key);

	if (v)
		*v = (u64)ctx;
	return 0;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
ptrleak.c:10: refused: this stores an address where others can read it
known:  r6 is the context
advice: store or return what the pointer leads to
====
# a result that the type does not know
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile ret.c
onebpf check ret.o
-- file ret.c
#include "mistakes.h"
struct bpf_sock { u32 family; };
SEC("cgroup/sock_create") int allow(struct bpf_sock *ctx)
{
	return ctx->family;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
ret.c:5: refused: the program may return what its type must not
needed: 0 to 1
replayed: it returns -1
change: verified: with this the program passes
====
# the check is of a truncated copy
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile trunc.c
onebpf check trunc.o
-- file trunc.c
#include "mistakes.h"
struct { int (*type)[2]; int (*max_entries)[1]; u32 *key; u8 (*value)[256]; } bytes SEC(".maps");
SEC("xdp") int pick(struct xdp_md *ctx)
{
	u32 zero = 0;
	u8 *b = lookup(&bytes, &zero);
	u64 t = ktime();

	if (!b)
		return 2;
	if ((u8)t < 100) {
		asm volatile("" : "+r"(t));
		return b[t] ? 1 : 2;
	}
	return 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
refused: this moves a pointer by a number without bounds
trunc.c:7: note: r0 is what this returns
note: they part here
note: this check is of another copy
replayed: instruction
change: verified: with this the program passes
====
# the pointer to the context was moved
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile ctx.c
onebpf check ctx.o
-- file ctx.c
#include "mistakes.h"
SEC("xdp") int moved(struct xdp_md *ctx)
{
	u32 *w = (u32 *)ctx;

	asm volatile("%0 += 12" : "+r"(w));
	return *w == 3 ? 1 : 2;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
ctx.c:7: refused: the context is read through a pointer that was moved
known:  r1 is the context, moved by 12
change: verified: with this the program passes
====
# a pointer into the packet from before a call that moves it
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile moved.c
onebpf check moved.o
-- file moved.c
#include "mistakes.h"
SEC("xdp") int grow(struct xdp_md *ctx)
{
	u8 *p = (u8 *)(u64)ctx->data, *end = (u8 *)(u64)ctx->data_end;

	if (p + 14 > end)
		return 2;
	adjust(ctx, -4);
	p[12] = 8;
	return 3;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
moved.c:9: refused: this store of 1 bytes goes through a pointer from before a call that may move the packet
moved.c:8: note: r6 is lost here
change: verified: with these the program passes
before line 9: pointer = (void *)(long)ctx->data + 0;
data_end
====
# text: accepted, refused, could not tell
-- sh
onebpf check --type xdp good.s
onebpf check --type xdp bad.s
echo $?
onebpf check none.s
echo $?
onebpf check --type nonsense good.s
echo $?
-- file good.s
r0 = 2
exit
-- file bad.s
r2 = *(u32 *)(r1 + 0)
r0 = *(u8 *)(r2 + 0)
exit
-- stdout
good.s: accepted: 2 instructions simulated, 0 states, 0 bytes of stack
insn 1: refused: this load of 1 bytes may leave the packet
        insn 1: r0 = *(u8 *)(r2 + 0)
known:  r2 is a pointer into the packet, of which no byte is known to be there
needed: 1 bytes from there, which a comparison with data_end proves
insn 0: note: r2 is read here: a pointer into the packet, of which no byte is known to be there
        insn 0: r2 = *(u32 *)(r1 + 0)
the path: 2 instructions
    0-1
change: verified: with this the program passes
    before instruction 1: if ((void *)pointer + 1 > (void *)(long)ctx->data_end) return 2;
        (pointer: what r2 holds there; after a call that moves the packet read data and data_end again)
Linux's words: invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)
    R2 offset is outside of the packet
1
2
2
-- stderr has
none.s
nonsense
====
# the log has Linux's form, and the states are shown; liveness and cost
-- sh
onebpf check --log 2 two.s | grep '^[0-9]*: (\|^from\|^processed'
onebpf check --show states two.s
onebpf check --show liveness two.s
onebpf check --show cost two.s
-- file two.s
r0 = *(u32 *)(r1 + 0)
if r0 > 7 goto +1
r0 = 1
exit
-- stdout
0: (61) r0 = *(u32 *)(r1 +0)          ; R0=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R1=ctx()
1: (25) if r0 > 0x7 goto pc+1         ; R0=scalar(smin=smin32=0,smax=umax=smax32=umax32=7,var_off=(0x0; 0x7))
2: (b7) r0 = 1                        ; R0=1
3: (95) exit
from 1 to 3: R0=scalar(smin=umin=umin32=8,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R1=ctx() R10=fp0
3: (95) exit
processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
two.s: accepted: 5 instructions simulated, 0 states, 0 bytes of stack
0: r0 = *(u32 *)(r1 + 0)
    R1=ctx() R10=fp0
1: if r0 > 7 goto +1
    R0=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R1=ctx() R10=fp0
2: r0 = 1
    R0=scalar(smin=smin32=0,smax=umax=smax32=umax32=7,var_off=(0x0; 0x7)) R1=ctx() R10=fp0
3: exit
    R0=1 R1=ctx() R10=fp0
    R0=scalar(smin=umin=umin32=8,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R1=ctx() R10=fp0
two.s: accepted: 5 instructions simulated, 0 states, 0 bytes of stack
.1.........  0: r0 = *(u32 *)(r1 + 0)
0..........  1: if r0 > 7 goto +1
...........  2: r0 = 1
0..........  3: exit
two.s: accepted: 5 instructions simulated, 0 states, 0 bytes of stack
   times     %  where
       1  20.0  0: r0 = *(u32 *)(r1 + 0)
       1  20.0  1: if r0 > 7 goto +1
       1  20.0  2: r0 = 1
       2  40.0  3: exit
5 instructions simulated, 0 states kept, 0 at once, 0 at one place
====
# JSON has the verdict and the path; the profile of 2014 knows no loops
-- sh
onebpf check --json --type xdp bad.s | python3 -c '
import json, sys
r = json.load(sys.stdin)
x = r["explanation"]
print(r["accepted"], r["errno"], x["insn"], [s["insn"] for s in x["path"]], x["path"][1]["state"])'
onebpf check --profile seed loop.s | head -1
onebpf check loop.s
-- file bad.s
r2 = *(u32 *)(r1 + 0)
r0 = *(u8 *)(r2 + 0)
exit
-- file loop.s
r0 = 0
r0 += 1
if r0 < 9 goto -2
exit
-- stdout has
False 13 1 [0, 1] R1=ctx() R2=pkt(r=0) R10=fp0
loop.s: accepted
====
# of many paths the shortest one is told, and with --explain what was known on it
-- sh
onebpf check --explain long.s
-- file long.s
r6 = *(u32 *)(r1 + 0)
r0 = 0
if r6 == 1 goto +4
r0 += 1
r0 += 1
r0 += 1
r0 += 1
r0 = *(u64 *)(r0 + 0)
exit
-- status 1
-- stdout has
insn 7: refused: this load of 8 bytes goes through NULL
the path: 4 instructions (the shortest; the first that was found has 8)
0-2 7
the path, with what was known before each instruction:
2: R0=0 R1=ctx() R6=
7: R0=0 R1=ctx() R6=1 R10=fp0
r0 = *(u64 *)(r0 + 0)
====
# the page has all that it needs, and walks along the path
-- sh
onebpf check --type xdp --html page.html bad.s >/dev/null
echo $?
grep -c 'http' page.html
grep -o 'path:\[{insn:0,frame:0,state:" R1=ctx() R10=fp0"}' page.html
grep -o 'blocks:\[{from:0,to:2,next:\[\]}' page.html
-- file bad.s
r2 = *(u32 *)(r1 + 0)
r0 = *(u8 *)(r2 + 0)
exit
-- stdout
1
2
path:[{insn:0,frame:0,state:" R1=ctx() R10=fp0"}
blocks:[{from:0,to:2,next:[]}

====
# a browser shows the page: the last step first, then one that is asked for
-- skip-unless command -v chromium
-- sh
onebpf check --type xdp --html page.html bad.s >/dev/null
page() {
	timeout 25 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
		--dump-dom "file://$PWD/page.html$1" 2>/dev/null >dom.html
	grep -o 'data-step="[0-9]*" data-insn="[0-9]*"' dom.html
	grep -o '<li data-insn="[0-9]*" class="[a-z ]*">' dom.html
	grep -o '<td>[A-Za-z0-9]*</td><td>[^<]*</td>' dom.html
	grep -o '<rect' dom.html | wc -l
}
page
page '#1'
-- file bad.s
r2 = *(u32 *)(r1 + 0)
r0 = *(u8 *)(r2 + 0)
exit
-- stdout
data-step="2" data-insn="1"
<li data-insn="0" class="way">
<li data-insn="1" class="way bad now">
<td>R1</td><td>ctx()</td>
<td>R2</td><td>pkt(r=0)</td>
<td>R10</td><td>fp0</td>
1
data-step="1" data-insn="0"
<li data-insn="0" class="way now">
<li data-insn="1" class="way bad">
<td>R1</td><td>ctx()</td>
<td>R10</td><td>fp0</td>
1
====
# cost tells where states did not merge, and why
-- sh
onebpf check --show cost merge.s | sed -n '/^states that/,$p'
-- file merge.s
r7 = 0
r8 = 0
again:
call 7
if r0 > 5 goto a
r7 = r0
a:
if r0 > 9 goto b
*(u64 *)(r10 - 8) = r0
b:
r8 += 1
if r8 < 3 goto again
r0 = r7
exit
-- stdout
states that did not merge, and the first thing that kept them apart:
       6  insn 7: r8, kept as P0, last 1
       3  insn 8: r8, kept as P2, last 3
       3  insn 5: r8, kept as P2, last 0
====
# what is known of a number is kept by a spill of a whole slot, and lost by one of a part
-- sh
onebpf check --maps '2,4,64,1' whole.s
onebpf check --maps '2,4,64,1' part.s
-- file whole.s
r7 = *(u32 *)(r1 + 0)
if r7 > 60 goto out
*(u64 *)(r10 - 8) = r7
r1 = map_idx 0 ll
*(u32 *)(r10 - 16) = 0
r2 = r10
r2 += -16
call 1
if r0 == 0 goto out
r3 = *(u64 *)(r10 - 8)
r0 += r3
r0 = *(u32 *)(r0 + 0)
out:
r0 = 0
exit
-- file part.s
r7 = *(u32 *)(r1 + 0)
if r7 > 60 goto out
*(u32 *)(r10 - 4) = r7
r1 = map_idx 0 ll
*(u32 *)(r10 - 16) = 0
r2 = r10
r2 += -16
call 1
if r0 == 0 goto out
r3 = *(u32 *)(r10 - 4)
r0 += r3
r0 = *(u32 *)(r0 + 0)
out:
r0 = 0
exit
-- status 1
-- stdout has
whole.s: accepted
insn 12: refused: this load of 4 bytes: its index has no upper bound
insn 2: note: r7 is stored here: a number: 0 to 60
insn 10: note: r3 is read back from the stack, which has not kept what was known of it
====
# a field that the kernel's types have not is named, not the call that stands for it
-- skip-unless $TESTDIR/load/can
-- file f.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct task_struct {
	int never_there;
} __attribute__((preserve_access_index));
SEC("raw_tp/sys_enter") int f(void *c)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	int n = 0;
	bpf_probe_read_kernel(&n, sizeof(n), &t->never_there);
	return n;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile f; onebpf check f.o | sed 's/^Linux.*/&/; s/\[[0-9]*\]/[N]/'
-- stdout has
refused: the kernel's types have not what this needs
known:  nothing there matches <byte_off> [N] struct task_struct.never_there (0:0 @ offset 0)
needed: a kernel that has it, or a question before: if (bpf_core_field_exists(...))
====
# calls of functions of the kernel: what is not given back, may be NULL, or is not for all
-- skip-unless $TESTDIR/load/can && test -r /sys/kernel/btf/vmlinux
-- file f.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *t) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
SEC("tc") int leak(struct __sk_buff *s)
{
	struct task_struct *t = bpf_task_from_pid(1);
	return t != 0;
}
SEC("tc") int null(struct __sk_buff *s)
{
	struct task_struct *t = bpf_task_from_pid(1);
	bpf_task_release(t);
	return 0;
}
SEC("tc") int rcu(struct __sk_buff *s)
{
	bpf_rcu_read_lock();
	return 0;
}
SEC("kprobe/x") int kp(void *s)
{
	bpf_task_from_pid(1);
	return 0;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile f; onebpf check f.o
-- status 1
-- stdout has
refused: the program may end with what it must give back
known:  what bpf_task_from_pid returned is still held on this path
needed: bpf_task_release on every path
refused: argument 1 of bpf_task_release may be NULL
needed: a comparison with NULL before it
change: verified: with this the program passes
refused: the program may end within a section of RCU
known:  bpf_rcu_read_lock was called on this path, and nothing has ended it
refused: bpf_task_from_pid is not for programs of this type
====
# an object of the program's own is not given back
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
clang=$(command -v clang-19 || command -v clang-14 || command -v clang)
"$clang" -O2 -g -target bpf -c "$TESTDIR/kern/owned/list.bpf.c" -o list.o
onebpf check list.o:push_and_pop && onebpf check list.o:no_drop
-- status 1
-- stdout has
accepted
refused: the program may end with what it must give back
known:  what bpf_obj_new_impl returned is still held on this path
needed: bpf_obj_drop on every path, or a list, tree or kptr that takes it
note: it was got here
struct item *n = make(struct item);
====
# a program that loaders leave out is checked; no tracing program has locks
-- skip-unless command -v clang-19 || command -v clang-14 || command -v clang
-- sh
. "$TESTDIR/tool/objects.sh"
cp "$TESTDIR/tool/mistakes.h" .
compile locks.c
onebpf check locks.o
-- file locks.c
#include "mistakes.h"
struct bpf_spin_lock { unsigned int val; };
struct guarded { struct bpf_spin_lock lock; int n; };
struct { int (*type)[2]; int (*max_entries)[1]; u32 *key; struct guarded *value; } locks SEC(".maps");
SEC("?kprobe") int look(void *ctx)
{
	u32 key = 0;
	struct guarded *g = lookup(&locks, &key);

	return g ? g->n : 0;
}
char L[] SEC("license") = "GPL";
-- status 1
-- stdout has
locks.c:5: refused: tracing progs cannot use bpf_spin_lock yet
