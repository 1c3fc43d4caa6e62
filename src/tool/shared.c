/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes from the machine's shared libraries; static.c stands here in a static
 * command. x86 text is Zydis', which is looked for when it is wanted, since Debian
 * has no static archive of it. */
#include <dlfcn.h>

#include "tool/dis.h"
#include "tool/opt.h"

/* Names come from where nsswitch.conf(5) says. */
void libraries_init(void) {}

/* ZydisDisassembledInstruction of Zydis 4.0, whose ABI its soname names;
 * test/tool/dis.t compares this with the header. */
struct instruction {
	u64 addr;
	s32 mode, mnemonic; /* the first of ZydisDecodedInstruction, 328 bytes */
	u8 length;
	u8 rest[328 - 9];
	u8 operands[10][80];
	char text[96];
};

enum { LONG_64 = 0, VERSION_4_0 = 0x40000 };

typedef u32 disassemble_fn(int mode, u64 addr, const void *p, size_t n, struct instruction *to);

static disassemble_fn *find(void)
{
	void *lib = dlopen("libZydis.so.4.0", RTLD_NOW | RTLD_LOCAL);
	u64 (*version)(void) = NULL;

	if (lib)
		*(void **)&version = dlsym(lib, "ZydisGetVersion");
	if (!version || version() >> 32 != VERSION_4_0)
		return NULL;
	disassemble_fn *f;
	*(void **)&f = dlsym(lib, "ZydisDisassembleIntel");
	return f;
}

static disassemble_fn *found(void)
{
	static disassemble_fn *f;
	static bool tried;

	if (!tried)
		f = find();
	tried = true;
	return f;
}

const char *zydis_missing(void)
{
	return found() ? NULL
		       : "without the library libZydis.so.4.0 (Debian: libzydis4.0) it cannot be "
			 "decoded";
}

bool zydis_one(const u8 *p, size_t n, u64 addr, u32 *len, char *text, size_t size)
{
	struct instruction i;

	if (!found() || found()(LONG_64, addr, p, n, &i) >> 31 || !i.length || i.length > n)
		return false;
	*len = i.length;
	snprintf(text, size, "%.*s", (int)sizeof(i.text), i.text);
	return true;
}
