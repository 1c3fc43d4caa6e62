/* SPDX-License-Identifier: BSD-2-Clause */
/* What CO-RE programs are written with; each program is a section of its own. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define CORE                 __attribute__((preserve_access_index))
#define PROG(name)           __attribute__((section("ours/" #name), used)) u64 name
#define ACCESS(x)            __builtin_preserve_access_index(x)
#define FIELD(x, what)       __builtin_preserve_field_info(x, what)
#define TYPE(type, what)     __builtin_preserve_type_info(*(type *)0, what)
#define TYPE_ID(type, of)    __builtin_btf_type_id(*(type *)0, of)
#define VALUE(type, v, what) __builtin_preserve_enum_value(*(type *)v, what)

enum { OFFSET, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };
enum { TYPE_EXISTS, TYPE_SIZE, TYPE_MATCHES };
enum { LOCAL, THERE };
enum { V_EXISTS, V_VALUE };

/* Makes the target's types part of its BTF. */
#define KEEP(type, name) type *keep_##name
