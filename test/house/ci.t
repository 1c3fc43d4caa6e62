# SPDX-License-Identifier: BSD-2-Clause
# the totals of all runs are added; a run without totals and a lint are not lost
-- file Makefile
check:
	@echo '$(if $(SAN),4 passed$(comma) 1 failed$(comma) 0 skipped,10 passed$(comma) 0 failed$(comma) 2 skipped)'
	@test -z "$(SAN)"
check-vm:
	@echo 1 passed, 0 failed, 0 skipped
lint:
	@true
comma := ,
-- sh
mkdir .ci && cp "$SRCDIR/.ci/run" .ci/
unset MAKEFLAGS MFLAGS SAN
.ci/run 2>&1 | tail -n 1
.ci/run >/dev/null 2>&1; echo $?
sed -i 's/4 passed/no/; s/"$(SAN)"/a/' Makefile
.ci/run 2>&1 | tail -n 1
sed -i 's/@echo.*/@echo 5 passed, 0 failed, 0 skipped/; s/@test.*/@true/' Makefile
.ci/run 2>&1 | tail -n 1; .ci/run >/dev/null 2>&1; echo $?
sed -i '/^lint/,/@true/s/true/false/' Makefile
.ci/run >/dev/null 2>&1; echo $?
-- stdout
15 passed, 1 failed, 2 skipped
1
11 passed, 1 failed, 2 skipped
15 passed, 0 failed, 0 skipped
0
1
