# SPDX-License-Identifier: BSD-2-Clause
# a function gets r1 to r5, and its caller keeps r6 to r9 and its frame
-- ebpf
	r6 = 6
	r7 = 7
	r8 = 8
	r9 = 9
	*(u64 *)(r10 - 8) = 10
	r1 = 1
	r2 = 2
	r3 = 3
	r4 = 4
	r5 = 5
	call f
	r0 *= 10
	r0 += r6
	r0 *= 10
	r0 += r7
	r0 *= 10
	r0 += r8
	r0 *= 10
	r0 += r9
	r1 = *(u64 *)(r10 - 8)
	r0 *= 100
	r0 += r1
	exit
f:
	r6 = 0
	r7 = 0
	r8 = 0
	r9 = 0
	*(u64 *)(r10 - 8) = 0
	r0 = r1
	r0 *= 10
	r0 += r2
	r0 *= 10
	r0 += r3
	r0 *= 10
	r0 += r4
	r0 *= 10
	r0 += r5
	exit
-- with kernel
-- want
r0 = 12345678910
====
# a pointer to the frame of a caller is good in the function that it calls
-- ebpf
	*(u64 *)(r10 - 8) = 1
	r1 = r10
	r1 += -8
	call f
	r0 = *(u64 *)(r10 - 8)
	exit
f:
	*(u64 *)(r10 - 8) = 100
	r2 = *(u64 *)(r1 + 0)
	r2 += 41
	*(u64 *)(r1 + 0) = r2
	r0 = 0
	exit
-- with kernel
-- want
r0 = 42
====
# eight functions may be active
-- ebpf
	r1 = 1
	call a
	exit
a:	r1 += 1
	call b
	exit
b:	r1 = 3
	call c
	exit
c:	r1 = 4
	call d
	exit
d:	r1 = 5
	call e
	exit
e:	r1 = 6
	call f
	exit
f:	r1 = 7
	call g
	exit
g:	r0 = r1
	r0 <<= 1
	exit
-- want
r0 = 14
====
# a ninth not, and the call that would begin it is at fault
-- ebpf
	r0 = 0
	call f
	exit
f:	call f
	exit
-- want
fault insn 3
fault more than 8 functions are active
====
# after a return the depth is free again
-- ebpf
	r6 = 20
	r7 = 0
again:
	r1 = 6
	call down
	r7 += r0
	r6 -= 1
	if r6 != 0 goto again
	r0 = r7
	exit
down:	if r1 == 0 goto end
	r6 = r1
	r1 -= 1
	call down
	r0 += r6
	exit
end:	r0 = 0
	exit
-- want
r0 = 420
====
# safe mode begins a frame and r0, r6 to r9 with zeros, in every call
-- ebpf
	r6 = 5
	call f
	r1 = 1
	call f
	exit
f:	r0 |= r6
	r2 = *(u64 *)(r10 - 512)
	r0 |= r2
	r2 = *(u64 *)(r10 - 8)
	r0 |= r2
	*(u64 *)(r10 - 512) = -1
	*(u64 *)(r10 - 8) = -1
	exit
-- with unchecked
-- want
r0 = 0
====
# the address of a function, called
-- ebpf
	r1 = 5
	r6 = f ll
	callx r6
	exit
f:	r0 = r1
	r0 += 1
	exit
-- with unchecked
-- want
r0 = 6
====
# callx of what is no function
-- ebpf
	r6 = 77
	callx r6
	exit
-- with unchecked
-- want
fault there is no function 77 to call
fault insn 1
====
# callx into the middle of a function
-- ebpf
	r6 = f ll
	r6 += 1
	callx r6
	exit
f:	r0 = r1
	r0 += 1
	exit
-- with unchecked
-- want
fault there is no function
fault insn 3
====
# callx counts depth as call does
-- ebpf
f:	r6 = f ll
	callx r6
	exit
-- with unchecked
-- want
fault more than 8 functions are active
====
# a helper that nobody knows
-- ebpf
r0 = 1
call 70000
exit
-- with unchecked
-- want
fault there is no function 70000 to call
fault insn 1
====
# may_goto jumps when it has gone on 8,388,608 times (new kernels look at the clock)
-- ebpf
	r0 = 0
again:	may_goto out
	r0 += 1
	goto again
out:	exit
-- with budget=30000000 ours
-- want
r0 = 8388608
====
# each call of a function has a may_goto budget of its own
-- ebpf
	r6 = 0
	call f
	r6 += r0
	call f
	r6 += r0
	r0 = r6
	exit
f:	r0 = 0
again:	may_goto out
	r0 += 1
	if r0 < 5000000 goto again
out:	exit
-- with budget=40000000 ours
-- want
r0 = 10000000
