/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow graph drawn. Nodes stand in layers, each below all that lead to it;
 * an edge over several layers has a bend in each. The order in a layer comes
 * from the mean place of the neighbours, a few times down and up. */
#include "filter/priv.h"

#include <stdlib.h>

enum {
	NODES_MAX = 150,
	CHAR = 8, /* width of a character of the monospace font */
	BOX = 26,
	GAP = 24,
	STEP = 64, /* from layer to layer */
	MARGIN = 20,
	SWEEPS = 12,
	BEND = 10, /* width of the place that a bend takes */
};

/* A box, or a bend of an edge where node is NULL. */
struct spot {
	const struct node *node;
	u32 layer, width;
	double x; /* of the middle */
	double want;
	struct spot *up[NODES_MAX * 2], *down[2];
	u32 ups, downs;
};

struct drawing {
	struct filter *f;
	struct order o;
	struct {
		struct spot **v;
		u32 n, cap;
	} spots;
	struct {
		struct spot **v;
		u32 n, cap;
	} layer[NODES_MAX];
	u32 layers;
	struct spot *of[NODES_MAX]; /* by id of the node */
	double width;
};

static struct spot *spot(struct drawing *d, const struct node *n, u32 layer, u32 width)
{
	struct spot *s = arena_new(&d->f->scratch, struct spot);

	s->node = n;
	s->layer = layer;
	s->width = width;
	vec_push(&d->f->scratch, d->spots) = s;
	vec_push(&d->f->scratch, d->layer[layer]) = s;
	d->layers = MAX(d->layers, layer + 1);
	return s;
}

static u32 label_width(const struct node *n)
{
	struct buf b = {0};

	node_label(n, &b);
	u32 w = (u32)b.n * CHAR + 20;
	buf_deinit(&b);
	return w;
}

static void tie(struct spot *a, struct spot *b)
{
	a->down[a->downs++] = b;
	if (b->ups < LEN(b->up))
		b->up[b->ups++] = a;
}

static void connect(struct drawing *d, struct spot *from, const struct node *to)
{
	if (!to)
		return;
	struct spot *end = d->of[to->id];
	for (u32 layer = from->layer + 1; layer < end->layer; layer++) {
		struct spot *bend = spot(d, NULL, layer, BEND);

		tie(from, bend);
		from = bend;
	}
	tie(from, end);
}

static void layers(struct drawing *d)
{
	u32 depth[NODES_MAX] = {0}, deepest = 0;

	for (u32 i = 0; i < d->o.n; i++) {
		const struct node *n = d->o.v[i];

		if (n->t)
			depth[n->t->id] = MAX(depth[n->t->id], depth[i] + 1);
		if (n->f)
			depth[n->f->id] = MAX(depth[n->f->id], depth[i] + 1);
		deepest = MAX(deepest, depth[i]);
	}
	for (u32 i = 0; i < d->o.n; i++) {
		const struct node *n = d->o.v[i];

		d->of[i] = spot(d, n, node_is_leaf(n) ? deepest : depth[i], label_width(n));
	}
	for (u32 i = 0; i < d->o.n; i++) {
		connect(d, d->of[i], d->o.v[i]->t);
		connect(d, d->of[i], d->o.v[i]->f);
	}
}

static int by_want(const void *a, const void *b)
{
	const struct spot *x = *(struct spot *const *)a, *y = *(struct spot *const *)b;

	return x->want < y->want ? -1 : x->want > y->want;
}

static double mean(struct spot *const *v, u32 n, double otherwise)
{
	double sum = 0;

	for (u32 i = 0; i < n; i++)
		sum += v[i]->x;
	return n ? sum / n : otherwise;
}

/* Everyone as near to its wish as its neighbours in the layer allow. */
static void place(struct drawing *d, u32 layer)
{
	struct spot **v = d->layer[layer].v;
	u32 n = d->layer[layer].n;
	double right = 0, off = 0;

	for (u32 i = 0; i < n; i++) {
		double least = i ? right + GAP + v[i]->width / 2.0 : v[i]->want;

		v[i]->x = MAX(v[i]->want, least);
		right = v[i]->x + v[i]->width / 2.0;
		off += v[i]->x - v[i]->want;
	}
	for (u32 i = 0; i < n; i++)
		v[i]->x -= off / n;
}

static void sweep(struct drawing *d, bool downwards)
{
	for (u32 k = 0; k < d->layers; k++) {
		u32 layer = downwards ? k : d->layers - 1 - k;
		struct spot **v = d->layer[layer].v;

		for (u32 i = 0; i < d->layer[layer].n; i++)
			v[i]->want = downwards ? mean(v[i]->up, v[i]->ups, v[i]->x)
					       : mean(v[i]->down, v[i]->downs, v[i]->x);
		qsort(v, d->layer[layer].n, sizeof(*v), by_want);
		place(d, layer);
	}
}

static void settle(struct drawing *d)
{
	double left = 0, right = 0;

	for (u32 i = 0; i < d->layers; i++)
		for (u32 j = 0; j < d->layer[i].n; j++)
			d->layer[i].v[j]->x = j * 100.0;
	for (u32 i = 0; i < SWEEPS; i++)
		sweep(d, i % 2 == 0);
	for (u32 i = 0; i < d->spots.n; i++) {
		struct spot *s = d->spots.v[i];

		left = MIN(left, s->x - s->width / 2.0);
		right = MAX(right, s->x + s->width / 2.0);
	}
	for (u32 i = 0; i < d->spots.n; i++)
		d->spots.v[i]->x += MARGIN - left;
	d->width = right - left + 2 * MARGIN;
}

static double top(const struct spot *s) { return MARGIN + s->layer * (double)STEP; }

static void escape(struct buf *to, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '<':
			buf_puts(to, "&lt;");
			break;
		case '>':
			buf_puts(to, "&gt;");
			break;
		case '&':
			buf_puts(to, "&amp;");
			break;
		case '"':
			buf_puts(to, "&quot;");
			break;
		default:
			buf_putc(to, (u8)s[i] < ' ' ? ' ' : s[i]);
		}
}

static void draw_edge(const struct spot *from, const struct spot *to_spot, const char *class,
		      const char *word, double shift, struct buf *to)
{
	double x = from->x + shift, y = top(from) + BOX;

	buf_printf(to, "<path class=\"%s\" d=\"M%.0f %.0f", class, x, y);
	for (;; to_spot = to_spot->down[0]) {
		double nx = to_spot->x, ny = top(to_spot), mid = (y + ny) / 2;

		buf_printf(to, " C%.0f %.0f %.0f %.0f %.0f %.0f", x, mid, nx, mid, nx, ny);
		if (to_spot->node)
			break;
		x = nx;
		y = ny + BOX;
		buf_printf(to, " L%.0f %.0f", x, y);
	}
	buf_puts(to, "\" marker-end=\"url(#tip)\"/>\n");
	if (*word)
		buf_printf(to, "<text class=\"way\" x=\"%.0f\" y=\"%.0f\">%s</text>\n",
			   from->x + shift * 1.6, top(from) + BOX + 14, word);
}

static void draw_node(const struct filter *f, const struct spot *s, struct buf *to)
{
	const struct node *n = s->node;
	struct buf label = {0};
	const char *class = n->op == N_ACCEPT ? "yes" : n->op == N_REJECT ? "no" : "box";

	node_label(n, &label);
	buf_printf(to, "<g><title>");
	if (n->span.to > n->span.from && n->span.to <= f->n)
		escape(to, f->text + n->span.from, n->span.to - n->span.from);
	buf_printf(to,
		   "</title><rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"%u\" height=\"%u\" "
		   "rx=\"%u\"/><text x=\"%.0f\" y=\"%.0f\">",
		   class, s->x - s->width / 2.0, top(s), s->width, (u32)BOX,
		   node_is_leaf(n) ? BOX / 2 : 4, s->x, top(s) + BOX - 9);
	escape(to, label.p, label.n);
	buf_puts(to, "</text></g>\n");
	to->oom |= label.oom;
	buf_deinit(&label);
}

static void head(const struct drawing *d, struct buf *to)
{
	double height = MARGIN * 2.0 + (d->layers - 1) * STEP + BOX;

	buf_printf(to,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		   "viewBox=\"0 0 %.0f %.0f\">\n<title>",
		   d->width, height, d->width, height);
	escape(to, d->f->text, d->f->n);
	buf_puts(to, "</title>\n<style>\n"
		     "text { font: 13px monospace; text-anchor: middle; fill: #222; }\n"
		     "text.way { font-size: 11px; fill: #777; }\n"
		     "rect { fill: #fff; stroke: #555; }\n"
		     "rect.yes { fill: #dff0d8; }\nrect.no { fill: #f2dede; }\n"
		     "path { fill: none; stroke: #555; }\n"
		     "path.no { stroke-dasharray: 5 3; }\n"
		     "</style>\n<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" "
		     "refX=\"7\" "
		     "refY=\"4\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8\"/></marker></defs>\n"
		     "<rect width=\"100%\" height=\"100%\" style=\"stroke: none\"/>\n");
}

void graph_svg(struct filter *f, struct order o, struct buf *to)
{
	if (o.n > NODES_MAX)
		filter_fail(f, OB_RANGE, (struct span){0, f->n},
			    "a graph of %u nodes is too large to draw; at most %d are", o.n,
			    NODES_MAX);
	struct drawing *d = arena_new(&f->scratch, struct drawing);
	d->f = f;
	d->o = o;
	layers(d);
	settle(d);
	head(d, to);
	for (u32 i = 0; i < o.n; i++) {
		const struct spot *s = d->of[i];

		if (s->downs == 1)
			draw_edge(s, s->down[0], "yes", "", 0, to);
		if (s->downs == 2) {
			bool left = s->down[0]->x < s->down[1]->x;
			double shift = MIN(s->width / 4.0, 30.0);

			draw_edge(s, s->down[0], "yes", "yes", left ? -shift : shift, to);
			draw_edge(s, s->down[1], "no", "no", left ? shift : -shift, to);
		}
	}
	for (u32 i = 0; i < o.n; i++)
		draw_node(f, d->of[i], to);
	buf_puts(to, "</svg>\n");
}
