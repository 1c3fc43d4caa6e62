# SPDX-License-Identifier: BSD-2-Clause
# a script gets its input, its files and a status
-- file sub.txt
one
-- stdin
two
-- sh
cat sub.txt -
echo three >&2
exit 3
-- stdout
one
two
-- stderr
three
-- status 3
====
# a wrong expectation, a crash and a wrong status are failures
-- file test/x/a.t
# says one thing
\-- sh
echo 1
echo 2
\-- stdout
1
3
\====
# needs another status
\-- sh
echo why >&2
exit 4
-- sh
SRCDIR=$PWD "$O/test/run" | sort
-- stdout
    + 2
    - 3
    status: wanted 0, got 4
    stdout, from line 2: - wanted, + got
0 passed, 2 failed, 0 skipped
FAIL x/a.t:1: says one thing
FAIL x/a.t:9: needs another status
why
====
# a part of an unknown name is a failure
-- file test/x/a.t
# unknown
\-- sh
true
\-- stduot
-- sh
SRCDIR=$PWD "$O/test/run"
-- stdout
FAIL x/a.t:4: unknown part
0 passed, 1 failed, 0 skipped
-- status 1
====
# a case that wants nothing is a failure
-- file test/x/a.t
# wants nothing
\-- asm
ret #1
-- sh
SRCDIR=$PWD "$O/test/run"
-- stdout
FAIL x/a.t:1: the case wants nothing: it cannot fail
0 passed, 1 failed, 0 skipped
-- status 1
====
# a command that is not there is a skip with its reason
-- file test/x/a.t
# never
\-- skip-unless false
\-- sh
exit 1
-- sh
SRCDIR=$PWD "$O/test/run"
-- stdout
skip x/a.t:1: never: needs `false`
0 passed, 0 failed, 1 skipped
====
# an extended program that does something else is a failure, on whichever engine
-- file test/x/a.t
# another r0
\-- ebpf
r0 = 3
exit
\-- want
r0 = 4
\====
# a fault
\-- ebpf
r0 = *(u8 *)(r1 + 0)
exit
\-- want
r0 = 0
\====
# no fault
\-- ebpf
r0 = 1
exit
\-- want
fault read
\====
# other memory
\-- ebpf
*(u8 *)(r1 + 1) = 1
r0 = 0
exit
\-- mem 0000
\-- want
mem 0000
\====
# one line of many
\-- ebpf
r0 = $1
exit
\-- each
1 = 1
2 = 3
\====
# no error
\-- ebpf
exit
\-- want err
nothing
\====
# the error of something else
\-- ebpf
r10 = 5
exit
\-- want err
r10 cannot be read
-- sh
SRCDIR=$PWD "$O/test/run" | grep -E '^FAIL|passed' | sort
-- stdout
0 passed, 7 failed, 0 skipped
FAIL x/a.t:15: no fault
FAIL x/a.t:1: another r0
FAIL x/a.t:22: other memory
FAIL x/a.t:31: one line of many
FAIL x/a.t:39: no error
FAIL x/a.t:45: the error of something else
FAIL x/a.t:8: a fault
