/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets. */
#include "filter/priv.h"
struct node *opt_sets(struct filter *f, struct node *root, bool *changed)
{
	(void)f;
	(void)changed;
	return root;
}
