# SPDX-License-Identifier: BSD-2-Clause
# what is missing is said in one command, when it cannot be installed
-- skip-unless command -v apt-get
-- sh
sed "s|^build gcc .*|build nonesuch-gcc /nonexistent/gcc\nlint nonesuch-lint nonesuch-lint|; /^lint  *[a-mo-z]/d" "$SRCDIR/script/deps" >deps
user=
[ "$(id -u)" != 0 ] || user='setpriv --reuid=65534 --clear-groups'
$user sh -s build <deps; echo $?
$user sh -s lint build <deps; echo $?
$user sh -s nothing <deps; echo $?
-- stdout
1
1
0
-- stderr
packages are missing; install them with
    sudo apt-get install -y --no-install-recommends nonesuch-gcc
packages are missing; install them with
    sudo apt-get install -y --no-install-recommends nonesuch-gcc nonesuch-lint
====
# where there is no apt-get, the names are given
-- sh
sed "s|^build gcc .*|build nonesuch-gcc /nonexistent/gcc|; s|^PATH=.*|PATH=/nonexistent|" "$SRCDIR/script/deps" >deps
sh deps build
-- stderr has
missing: Debian's packages nonesuch-gcc
-- status 1
