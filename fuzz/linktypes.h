/* SPDX-License-Identifier: BSD-2-Clause */
/* The link types that an input of fuzz_print chooses from, by number: new ones come last,
 * so that the inputs that are kept mean what they meant. */
#ifndef LINKTYPES_H
#define LINKTYPES_H

#include "base/base.h"

static const u32 linktypes[] = {0,   1,   9,   50,  51,  101, 104, 108, 113, 228, 229, 276,
				189, 105, 127, 119, 163, 107, 182, 271, 285, 284, 129};

#endif
