# SPDX-License-Identifier: BSD-2-Clause
# types one by one, of either byte order
-- sh
onebpf btf "$SRCDIR/fuzz/seed/fuzz_btf/bpfel" >le
onebpf btf "$SRCDIR/fuzz/seed/fuzz_btf/bpfeb" >be
onebpf btf - <"$SRCDIR/fuzz/seed/fuzz_btf/bpfel" | cmp - le
cmp le be
grep -A 7 "'bits'" le
grep -e FLOAT -e ENUM64 -e DECL_TAG -e TYPE_TAG -e ' FUNC ' -e FWD le
grep -A 2 "'.data'" le
-- stdout has
STRUCT 'bits' size=16 vlen=6
	'a' type_id=49 bits_offset=0 bitfield_size=3
	'f' type_id=
 FWD 'fwd' fwd_kind=struct
 FWD 'ufwd' fwd_kind=union
 ENUM64 'big' encoding=UNSIGNED size=8 vlen=2
 FLOAT 'double' size=8
 FLOAT 'float' size=4
 FUNC 'helper' type_id=
 DECL_TAG 'arg' type_id=
 TYPE_TAG 'kptr' type_id=
 TYPE_TAG 'user' type_id=
 DATASEC '.data'
	type_id=88 offset=0 size=4 (VAR 'global')
====
# as a C header: what is needed stands before
-- sh
onebpf btf --format=c "$SRCDIR/fuzz/seed/fuzz_btf/bpfel" >le.h
onebpf btf -fc "$SRCDIR/fuzz/seed/fuzz_btf/bpfeb" | cmp - le.h
onebpf btf -fc "$SRCDIR/fuzz/seed/fuzz_btf/bpfel" 'struct inner'
onebpf btf -fc "$SRCDIR/fuzz/seed/fuzz_btf/bpfel" huge same 'struct packed'
-- stdout
typedef unsigned char u8;

typedef unsigned long long u64;

struct gap {
	u8 a;
	long: 64;
	long: 64;
	long: 64;
	u64 b;
	char c;
	long: 64;
	long: 64;
};

struct list;

typedef int (*callback)(struct list *, const char *, ...);

typedef callback callbacks[4];

typedef void nothing(void);

struct bits;

typedef volatile const struct bits * const cvp;

struct fwd;

union ufwd;

enum color {
	RED = 0,
	GREEN = -5,
	BLUE = 7,
};

enum big {
	BIG = 1250999896491ULL,
	SMALL = 1ULL,
};

enum tiny {
	TA = 0,
	TB = 1,
} __attribute__((mode(byte)));

typedef unsigned int u32;

struct bits {
	u32 a: 3;
	char: 5;
	u32 b: 17;
	long: 39;
	u64 c: 40;
	u8 d;
	enum color e: 4;
	_Bool f;
};

struct inner {
	struct gap g[2][3];
	callbacks cb;
	nothing *n;
	cvp p;
	struct fwd *f;
	union ufwd *uf;
	int (* (*deep)(int, u8 *))(void);
	enum color col;
	enum big bg;
	enum tiny t;
	struct bits bs;
	double d;
	char * restrict r;
	struct {
		int anon;
		union {
			int z;
			long w;
		};
	} named;
	long: 64;
	long: 64;
};

struct huge {
	char a;
	char __gap_1[65535];
	char b;
	char __gap_65537[65535];
};

struct same {
	int a;
};

typedef struct same same;

typedef unsigned char u8;

typedef unsigned long long u64;

typedef unsigned int u32;

struct packed {
	u8 a;
	u64 b;
	u32 c;
} __attribute__((packed));

====
# in C every struct has the size that the types say
-- skip-unless command -v cc
-- sh
types="$SRCDIR/fuzz/seed/fuzz_btf/bpfel"
onebpf btf -fc "$types" >all.h
onebpf btf "$types" | sed -n "s/^.*\] \(STRUCT\|UNION\|ENUM\|ENUM64\) '\([a-z]*\)' .*size=\([0-9]*\) .*/\1 \2 \3/p" |
	sed 's/ENUM64/ENUM/' >sizes
wc -l <sizes
{
	echo '#include "all.h"'
	while read -r kind name size; do
		kind=$(echo "$kind" | tr A-Z a-z)
		echo "_Static_assert(sizeof($kind $name) == $size, \"$name\");"
	done <sizes
} >all.c
cc -w -fsyntax-only all.c
-- stdout
12
====
# the kernel's types in C have their sizes
-- skip-unless command -v cc && test -r /sys/kernel/btf/vmlinux
-- sh
onebpf btf -fc kernel >vmlinux.h
onebpf btf kernel >raw
{
	echo '#include "vmlinux.h"'
	sed -n "s/^.*\] \(STRUCT\|UNION\|ENUM\|ENUM64\) '\([^']*\)' .*size=\([0-9]*\) .*/\1 \2 \3/p" raw | awk '
		$2 != "(anon)" { kind = $1; sub("64", "", kind); n[$2]++; is[$2] = tolower(kind) " " $2; size[$2] = $3 }
		END { for (k in n) if (n[k] == 1) printf "_Static_assert(sizeof(%s) == %s, \"%s\");\n", is[k], size[k], k }'
} >all.c
cc -w -fsyntax-only all.c
test $(wc -l <all.c) -gt 1000 && echo all
-- stdout
all
====
# bpftool writes the same, but for the mode of small enumerations and large gaps
-- skip-unless bpftool version
-- sh
for o in "$SRCDIR/fuzz/seed/fuzz_btf/bpfel" /sys/kernel/btf/vmlinux; do
	test -r $o || continue
	bpftool btf dump file $o >theirs
	onebpf btf $o | cmp - theirs
	bpftool btf dump file $o format c | grep -v 'long: 64;' >theirs
	onebpf btf -fc $o | sed 's/ __attribute__((mode([a-z]*)))//' | grep -v -e 'long: 64;' -e __gap_ |
		cmp - theirs
done
====
# ids and names; what there is not
-- sh
types="$SRCDIR/fuzz/seed/fuzz_btf/bpfel"
onebpf btf "$types" 2 'union both' 'enum tiny' 'typedef u8' | grep '^\['
onebpf btf "$types" 0; echo $?
onebpf btf "$types" 9999; echo $?
onebpf btf "$types" 'union inner'; echo $?
onebpf btf "$types" ''; echo $?
onebpf btf; echo $?
onebpf btf none; echo $?
onebpf btf --format=json "$types"; echo $?
printf 'abc' | onebpf btf -; echo $?
printf '\237\353\1\0\30\0\0\0\0\0\0\0\0\0\0\0\377\377\377\377\4\0\0\0\0' | onebpf btf -; echo $?
printf '\237\353\1\0\30\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0' | onebpf btf -; echo $?
-- stdout has
[2] INT 'int' size=4
 UNION 'both' size=16 vlen=4
 ENUM 'tiny' encoding=SIGNED size=1 vlen=2
 TYPEDEF 'u8' type_id=
2
2
2
2
2
2
2
2
2
2
-- stderr has
no type is called "0"
no type is called "9999"
no type is called "union inner"
no type is called ""
no file is given
none
does not know "json"
3 bytes, a header has 24
the strings: 4 bytes at 4294967295, of 1 that follow the header
types and strings overlap
====
# a file that is cut anywhere is refused, and says where
-- sh
types="$SRCDIR/fuzz/seed/fuzz_btf/bpfel"
for n in 0 1 8 23 24 25 100 1000 2000 2600 3000 3152; do
	head -c $n "$types" >cut
	onebpf btf cut >out 2>err && echo "$n: taken"
	grep -q 'byte [0-9]*' err || echo "$n: no place"
	onebpf btf -c cut >out 2>err; test $? = 1 || echo "$n: not refused"
done
====
# what Linux would say of types, and that it takes them
-- sh
mk() { # TYPES STRINGS, in hexadecimal
	perl -e '($t, $s) = map { pack "H*", $_ } @ARGV;
		print pack("vCCVVVVV", 0xeb9f, 1, 0, 24, 0, length $t, length $t, length $s), $t, $s' "$1" "$2"
}
mk 01000000000000010400000020000001 00696e7400 >good
mk 01000000000000010400000021000001 00696e7400 >bad
mk 01000000000000010400000020000009 00696e7400 >encoding
onebpf btf --check good; echo $?
onebpf btf --check bad; echo $?
onebpf btf --check encoding; echo $?
onebpf btf --check good int; echo $?
-- stdout
magic: 0xeb9f
version: 1
flags: 0x0
hdr_len: 24
type_off: 0
type_len: 16
str_off: 16
str_len: 5
btf_total_size: 45
[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
0
magic: 0xeb9f
version: 1
flags: 0x0
hdr_len: 24
type_off: 0
type_len: 16
str_off: 16
str_len: 5
btf_total_size: 45
[1] INT int size=4 bits_offset=0 nr_bits=33 encoding=SIGNED nr_bits exceeds type_size
1
magic: 0xeb9f
version: 1
flags: 0x0
hdr_len: 24
type_off: 0
type_len: 16
str_off: 16
str_len: 5
btf_total_size: 45
[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=UNKN Unsupported encoding
1
2
-- stderr
onebpf btf: bad: Linux would refuse it: EINVAL
onebpf btf: encoding: Linux would refuse it: ENOTSUPP
onebpf btf: --check takes a file and nothing else
====
# types that go on from others: ids and strings behind theirs
-- sh
mk() {
	perl -e '($t, $s) = map { pack "H*", $_ } @ARGV;
		print pack("vCCVVVVV", 0xeb9f, 1, 0, 24, 0, length $t, length $t, length $s), $t, $s' "$1" "$2"
}
mk 01000000000000010400000020000001 00696e7400 >base
# [2] STRUCT s { int m; int int; }, [3] TYPEDEF int2 -> s
mk 05000000020000040800000007000000010000000000000001000000010000002000000009000000000000080200000000 007300 >odd
mk 0500000002000004080000000700000001000000000000000100000001000000200000000900000000000008\
02000000 73006d00696e743200 >split
onebpf btf -B base split
onebpf btf -B base -fc split int2
onebpf btf split; echo $?
-- stdout
[2] STRUCT 's' size=8 vlen=2
	'm' type_id=1 bits_offset=0
	'int' type_id=1 bits_offset=32
[3] TYPEDEF 'int2' type_id=2
struct s {
	int m;
	int int;
};

typedef struct s int2;

2
-- stderr has
the first string is not empty
====
# types that C cannot say: one that contains itself, an endless chain
-- sh
mk() {
	perl -e '($t, $s) = map { pack "H*", $_ } @ARGV;
		print pack("vCCVVVVV", 0xeb9f, 1, 0, 24, 0, length $t, length $t, length $s), $t, $s' "$1" "$2"
}
mk 010000000100000404000000010000000100000000000000 007300 >itself
mk 000000000000000201000000 00 >pointer
onebpf btf itself; onebpf btf -fc itself; echo $?
onebpf btf pointer; onebpf btf -fc pointer; echo $?
-- stdout
[1] STRUCT 's' size=4 vlen=1
	's' type_id=1 bits_offset=0
2
[1] PTR '(anon)' type_id=1
2
-- stderr has
type 1 cannot be said in C: it contains itself
type 1 cannot be said in C: types nest too deep
====
# a value by its type
-- sh
types="$SRCDIR/fuzz/seed/fuzz_btf/bpfel"
onebpf btf --value 0100000000000000:02 "$types" 'struct packed'; echo $?
onebpf btf -v 00:0200000000000000:ff000000 "$types" 'struct packed'
onebpf btf -v fbffffff "$types" 'enum color'
onebpf btf -v 08000000 "$types" 'enum color'
printf '\0\0\0\0' >bytes
onebpf btf -v @bytes "$types" 'struct same'
onebpf btf --zero -v @bytes "$types" 'typedef same'
perl -e 'print pack("VVVCCCC", 0x105, 0, 0x12345, 0, 0, 3, 1)' >bits
onebpf btf -v @bits "$types" 'struct bits'
onebpf btf -v 00 "$types" 'struct fwd'; echo $?
onebpf btf -v 0 "$types" int; echo $?
onebpf btf -v 00000000 "$types"; echo $?
-- stdout
2
(struct packed){
 .b = (u64)2,
 .c = (u32)255,
}
(enum color)GREEN
(enum color)8
(struct same){
}
(same){
 .a = (int)0,
}
(struct bits){
 .a = (u32)0x5,
 .b = (u32)0x1,
 .c = (u64)0x12345,
 .e = (enum color)0x3,
 .f = (_Bool)1,
}
2
2
2
-- stderr has
the value has 9 bytes
no type is called "struct fwd"
two hexadecimal digits are a byte
--value needs one type
====
# types as they are stored, and equal ones as one
-- sh
types="$SRCDIR/fuzz/seed/fuzz_btf/bpfel"
onebpf btf -f bin "$SRCDIR/fuzz/seed/fuzz_btf/bpfeb" >le
onebpf btf "$types" >raw
onebpf btf le | cmp - raw
mk() {
	perl -e '($t, $s) = map { pack "H*", $_ } @ARGV;
		print pack("vCCVVVVV", 0xeb9f, 1, 0, 24, 0, length $t, length $t, length $s), $t, $s' "$1" "$2"
}
# int, int, pointers to each
mk 010000000000000104000000200000010100000000000001040000002000000100000000000000020100000000000000000000020200000\
0 00696e7400 >four
onebpf btf --dedup four
onebpf btf --dedup -f bin four >two
onebpf btf two
onebpf btf -f bin four 1; echo $?
onebpf btf --dedup -c four; echo $?
-- stdout
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] PTR '(anon)' type_id=1
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] PTR '(anon)' type_id=1
2
2
-- stderr has
--format=bin writes all types
--check takes a file and nothing else
====
# the types of our world: their C compiles
-- skip-unless clang --version
-- sh
onebpf btf -fc world >world.h
echo '#include "world.h"
_Static_assert(sizeof(struct __sk_buff) == 192 && sizeof(struct tcphdr) == 20, "");
_Static_assert(__builtin_offsetof(struct pt_regs, di) == 112, "");' | clang -target bpf -fsyntax-only -x c -I. -
onebpf btf world 'struct xdp_md' | head -2
-- stdout has
STRUCT 'xdp_md' size=24 vlen=6
	'data' type_id=
