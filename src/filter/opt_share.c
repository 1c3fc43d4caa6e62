/* SPDX-License-Identifier: BSD-2-Clause */
/* Share. */
#include "filter/priv.h"
struct node *opt_share(struct filter *f, struct node *root, bool *changed)
{
	(void)f;
	(void)changed;
	return root;
}
