# SPDX-License-Identifier: BSD-2-Clause
# the kernel runs what the engines run
-- file prog.s
r0 = *(u8 *)(r1 + 1)
r0 += r2
exit
-- sh
onebpf run --engine all --mem 01020304 prog.s
-- stdout has
0x6
====
# and its verifier says why it does not
-- sh
echo 'r0 = r5; exit' | onebpf run --engine kernel -
-- status 1
-- stderr has
R5 !read_ok
====
# what is read and written there is the same
-- sh
"$O/test/sys/linux_run" >out || grep -v ^ok out
