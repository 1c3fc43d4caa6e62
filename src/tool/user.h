/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf user`: the preload library, as it lies in this command. */
#ifndef TOOL_USER_H
#define TOOL_USER_H

#include "base/base.h"

struct bytes user_library(void);

#endif
