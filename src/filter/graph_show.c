/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow graph as text and as DOT for graphviz. */
#include "filter/priv.h"

static const char *const cmp_name[] = {"==", ">", ">=", "&"};

void node_label(const struct node *n, struct buf *to)
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
		node_label(n, to);
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

/* The words that a node stands for, safe in a quoted string. */
static void words(const struct filter *f, const struct node *n, struct buf *to)
{
	for (u32 i = n->span.from; i < n->span.to && i < f->n; i++) {
		u8 c = (u8)f->text[i];

		if (c == '"' || c == '\\')
			buf_putc(to, '\\');
		buf_putc(to, c < ' ' ? ' ' : (char)c);
	}
}

static void dot_edge(const struct node *n, const struct node *next, const char *how, struct buf *to)
{
	buf_printf(to, "\tn%u -> n%u [%s];\n", n->id, next->id, how);
}

static void show_dot(struct filter *f, struct order o, struct buf *to)
{
	buf_puts(to, "digraph filter {\n\tnode [shape=box, fontname=\"monospace\"];\n"
		     "\tedge [fontname=\"monospace\"];\n");
	for (u32 i = 0; i < o.n; i++) {
		const struct node *n = o.v[i];

		buf_printf(to, "\tn%u [label=\"", i);
		node_label(n, to);
		buf_puts(to, "\"");
		if (node_is_leaf(n))
			buf_puts(to, ", shape=ellipse");
		if (n->span.to > n->span.from) {
			buf_puts(to, ", tooltip=\"");
			words(f, n, to);
			buf_putc(to, '"');
		}
		buf_puts(to, "];\n");
		if (n->f) {
			dot_edge(n, n->t, "label=\"yes\"", to);
			dot_edge(n, n->f, "label=\"no\", style=dashed", to);
		} else if (n->t) {
			dot_edge(n, n->t, "style=bold", to);
		}
	}
	buf_puts(to, "}\n");
}

void graph_show(struct filter *f, struct node *root, enum filter_show how, struct buf *to)
{
	struct order o = graph_order(f, root);

	if (how == FILTER_SVG)
		graph_svg(f, o, to);
	else if (how == FILTER_DOT)
		show_dot(f, o, to);
	else
		show_text(o, to);
}
