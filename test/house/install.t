# SPDX-License-Identifier: BSD-2-Clause
# what is installed can be used: a program builds by the pkg-config file and runs
-- skip-unless [ -z "$SAN" ] && command -v cc
-- file use.c
#include <onebpf.h>
int main(void)
{
	struct ob_prog *p;
	return puts(ob_version()) < 0 || ob_filter_compile("ip", 2, NULL, &p) ||
	       ob_prog_list(p, OB_LIST_DECIMAL, stdout);
}
-- sh
make -s -C "$SRCDIR" install DESTDIR="$PWD/root" PREFIX=/usr >out.txt 2>&1 || { cat out.txt; exit 1; }
pc=root/usr/lib/pkgconfig/onebpf.pc
flags() { sed "s|^prefix=|prefix=$PWD/root|; s/\${prefix}/\$prefix/; s/\${libdir}/\$libdir/; s/\${includedir}/\$includedir/" $pc |
	awk -v key="$1:" '/^[a-z]*=/ { print } $1 == key { $1 = ""; print "echo" $0 }' | sh; }
cc use.c -o shared $(flags Cflags) $(flags Libs) && LD_LIBRARY_PATH=root/usr/lib ./shared
cc use.c -o static $(flags Cflags) root/usr/lib/libonebpf.a -lz -lzstd && ./static
root/usr/bin/onebpf --version | head -n 1
sed -n 's/^Version: /pc /p' $pc
-- stdout
0.1.0
4
40 0 0 12
21 0 1 2048
6 0 0 262144
6 0 0 0
0.1.0
4
40 0 0 12
21 0 1 2048
6 0 0 262144
6 0 0 0
onebpf 0.1.0
pc 0.1.0
====
# the shared library has its version, a table of names and nothing but ob_
-- skip-unless [ -z "$SAN" ] && command -v nm
-- sh
make -s -C "$SRCDIR" install DESTDIR="$PWD/root" PREFIX=/usr >out.txt 2>&1 || { cat out.txt; exit 1; }
cd root/usr/lib
readlink libonebpf.so libonebpf.so.0
objdump -p libonebpf.so | awk '$1 == "SONAME" { print $2 }'
nm -D --defined-only libonebpf.so | awk '$2 != "A" && $3 !~ /^ob_[a-z0-9_]+@@ONEBPF_0$/ { print "exports", $3 }'
nm -D --defined-only libonebpf.so | grep -c 'T ob_version@'
-- stdout
libonebpf.so.0
libonebpf.so.0.1.0
libonebpf.so.0
1
====
# every file has its place
-- skip-unless [ -z "$SAN" ]
-- sh
make -s -C "$SRCDIR" install DESTDIR="$PWD/root" PREFIX=/opt/x >out.txt 2>&1 || { cat out.txt; exit 1; }
cd root && find . ! -type d ! -path '*/share/man/*' | sort
for f in "$SRCDIR"/man/*.[1-9]; do
	page=$(basename "$f")
	cmp "$f" "opt/x/share/man/man${page##*.}/$page"
done
find . -type f -size 0
-- stdout
./opt/x/bin/onebpf
./opt/x/bin/onebpf-dump
./opt/x/include/onebpf.h
./opt/x/lib/libonebpf.a
./opt/x/lib/libonebpf.so
./opt/x/lib/libonebpf.so.0
./opt/x/lib/libonebpf.so.0.1.0
./opt/x/lib/pkgconfig/onebpf.pc
./opt/x/share/bash-completion/completions/onebpf
./opt/x/share/fish/vendor_completions.d/onebpf.fish
./opt/x/share/zsh/site-functions/_onebpf
====
# the house rules are kept, and a broken one is found
-- skip-unless command -v clang-format && command -v mandoc && command -v git
-- sh
mkdir -p house/src/base house/src/isa house/man && cd house && git init -q
cp -r "$SRCDIR/script" "$SRCDIR/.clang-format" .
printf 'base\nisa base\n' >layers
l='/* SPDX-License-Identifier: BSD-2-Clause */'
printf '%s\n#include "isa/isa.h"\nint x;\n' "$l" >src/base/a.c
printf '%s\n#include "base/priv.h"\n#include "base/base.h"\nint   y;\n' "$l" >src/isa/b.c
printf 'int z;\n' >src/isa/c.c
yes 'int z;' | head -n 1001 | sed "1s|^|$l|" >src/isa/d.c
printf '.\\" SPDX-License-Identifier: BSD-2-Clause\n.Sh NAME\n.Xyzzy\n' >man/x.1
script/lint none 2>&1 | sed 's/mandoc: //; s/^.*code should be/code should be/'
-- stdout has
src/base/a.c:2: base may not include isa/isa.h
src/isa/b.c:2: of another room only base/base.h may be included, not base/priv.h
code should be clang-formatted
src/isa/c.c: no licence line
src/isa/d.c: 1001 lines
man/x.1
