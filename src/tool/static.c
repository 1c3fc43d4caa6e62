/* SPDX-License-Identifier: BSD-2-Clause */
/* What a static command has instead of shared.c: it loads no library, since one of
 * another libc than it was linked with would break it. */
#include <nss.h>

#include "tool/dis.h"
#include "tool/opt.h"

/* The sources of names that are inside libc itself, whatever nsswitch.conf(5) says. */
void libraries_init(void)
{
	static const char *const files[] = {"ethers", "networks", "passwd",
					    "group",  "services", "protocols"};

	for (u32 i = 0; i < LEN(files); i++)
		__nss_configure_lookup(files[i], "files");
	__nss_configure_lookup("hosts", "files dns");
}

const char *zydis_missing(void)
{
	return "a static command does not load the library that decodes it";
}

bool zydis_one(const u8 *p, size_t n, u64 addr, u32 *len, char *text, size_t size)
{
	(void)p, (void)n, (void)addr, (void)len, (void)text, (void)size;
	return false;
}
