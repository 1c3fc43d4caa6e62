/* SPDX-License-Identifier: BSD-2-Clause */
/* The preload library's bytes; USER_LIBRARY is the file that was built. */
#include "tool/user.h"

__asm__(".section .rodata\n"
	".balign 16\n"
	"user_library_begin:\n"
	".incbin \"" USER_LIBRARY "\"\n"
	"user_library_end:\n"
	".previous\n");

extern const u8 user_library_begin[], user_library_end[];

struct bytes user_library(void)
{
	return (struct bytes){user_library_begin, (u64)(user_library_end - user_library_begin)};
}
