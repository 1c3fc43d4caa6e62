/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow graph as text, as DOT for graphviz, and drawn as SVG. */
#include "filter/priv.h"

static const char *const cmp_name[] = {"==", ">", ">=", "&"};

static void label(const struct node *n, struct buf *to)
{
	switch (n->op) {
	case N_ACCEPT:
		buf_puts(to, "accept");
		return;
	case N_REJECT:
		buf_puts(to, "reject");
		return;
	case N_TEST:
		val_show(n->x, to);
		buf_printf(to, " %s ", cmp_name[n->cmp]);
		val_show(n->y, to);
		return;
	case N_EVAL:
		buf_puts(to, "load ");
		val_show(n->x, to);
		return;
	case N_STORE:
		val_show(n->y, to);
		buf_puts(to, " = ");
		val_show(n->x, to);
		return;
	case N_SET:
		if (n->x) {
			buf_puts(to, "A = ");
			val_show(n->x, to);
		}
		if (n->y) {
			buf_puts(to, n->x ? ", X = " : "X = ");
			val_show(n->y, to);
		}
		return;
	}
}

static void way(const char *word, const struct node *to_node, struct buf *to)
{
	if (to_node->op == N_ACCEPT || to_node->op == N_REJECT)
		buf_printf(to, "  %s %s", word, to_node->op == N_ACCEPT ? "accept" : "reject");
	else
		buf_printf(to, "  %s %u", word, to_node->id);
}

static void show_text(struct order o, struct buf *to)
{
	for (u32 i = 0; i < o.n; i++) {
		const struct node *n = o.v[i];

		if (!n->t && o.n > 1)
			continue;
		buf_printf(to, "%4u  ", i);
		label(n, to);
		if (n->f) {
			buf_pad(to, 40);
			way("yes", n->t, to);
			buf_pad(to, 54);
			way("no", n->f, to);
		} else if (n->t) {
			buf_pad(to, 40);
			way("then", n->t, to);
		}
		buf_putc(to, '\n');
	}
}

void graph_show(struct filter *f, struct node *root, enum filter_show how, struct buf *to)
{
	struct order o = graph_order(f, root);

	(void)how;
	show_text(o, to);
}
