/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may come where among what is attached: kernel/bpf/mprog.c for interfaces,
 * kernel/bpf/cgroup.c for cgroups. */
#include "kern/order.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OVERRIDE = BPF_F_ALLOW_OVERRIDE,
	MULTI = BPF_F_ALLOW_MULTI,
	REPLACE = BPF_F_REPLACE,
	BEFORE = 1 << 3,
	AFTER = 1 << 4,
	ID = 1 << 5,
	PREORDER = 1 << 6,
	LINK = 1 << 13,
	NOWHERE = INT32_MIN,
};

/* ---- whom a caller names, to come before or after ---- */

static int prog_type(u32 id, u32 *ret)
{
	struct object *o;
	int err = object_get_id(OBJECT_PROG, id, &o);

	if (err)
		return err;
	*ret = ((const struct kern_prog *)o->p)->type;
	object_put(o);
	return 0;
}

static int named(enum object_kind kind, const struct wish *w, struct object **ret)
{
	return w->flags & ID ? object_get_id(kind, w->anchor, ret)
			     : object_get((int)w->anchor, kind, ret);
}

/* type 0: of any. */
static int find_anchor(const struct wish *w, u32 type, struct spot *ret)
{
	enum object_kind kind = w->flags & LINK ? OBJECT_LINK : OBJECT_PROG;
	struct object *o;
	u32 is = 0;
	int err = named(kind, w, &o);

	if (err)
		return err;
	*ret = (struct spot){o->id, 0};
	if (kind == OBJECT_LINK)
		*ret = (struct spot){kern_link_prog(((const struct kern_link *)o->p)->head), o->id};
	err = type && ret->prog ? prog_type(ret->prog, &is) : 0;
	object_put(o);
	return err ? err : type && ret->prog && is != type ? -EINVAL : 0;
}

/* ---- interfaces ---- */

static bool is_anchor(const struct order *o, u32 i, struct spot s)
{
	return s.prog == o->v[i].is.prog && (!s.link || s.link == o->v[i].is.link);
}

/* The place before or after it; -1 is before the first. */
static s32 beside(const struct order *o, struct spot s, bool after)
{
	for (u32 i = 0; i < o->n; i++)
		if (is_anchor(o, i, s))
			return after ? (s32)i + 1 : (s32)i - 1;
	return s.prog || s.link ? -ENOENT : after ? (s32)o->n : -1;
}

static s32 exactly(const struct order *o, struct spot s)
{
	for (u32 i = 0; i < o->n; i++)
		if (o->v[i].is.prog == s.prog)
			return o->v[i].is.link == s.link ? (s32)i : -EBUSY;
	return -ENOENT;
}

/* What the flags say of the place, which may be known already (at, else NOWHERE). */
static s32 agree(const struct order *o, u32 flags, struct spot anchor, s32 at)
{
	if (flags & BEFORE) {
		s32 to = beside(o, anchor, false);
		if (to < -1 || (at >= -1 && to != at))
			return to < -1 ? to : -ERANGE;
		at = to;
	}
	if (flags & AFTER) {
		s32 to = beside(o, anchor, true);
		if (to < -1 || (at >= -1 && to != at))
			return to < 0 ? to : -ERANGE;
		at = to;
	}
	return at;
}

static bool has_prog(const struct order *o, u32 prog)
{
	for (u32 i = 0; i < o->n; i++)
		if (o->v[i].is.prog == prog)
			return true;
	return false;
}

static int anchor_of(const struct wish *w, struct spot *ret)
{
	*ret = (struct spot){0, 0};
	return w->flags & (LINK | ID) || w->anchor ? find_anchor(w, w->type, ret) : 0;
}

int order_tcx_place(const struct order *o, const struct wish *w)
{
	struct spot anchor;
	s32 at = NOWHERE;

	if (w->revision && w->revision != o->revision)
		return -ESTALE;
	if (has_prog(o, w->is.prog))
		return -EEXIST;
	int err = anchor_of(w, &anchor);
	if (err)
		return err;
	if (w->flags & REPLACE) {
		at = exactly(o, (struct spot){w->replaced, w->is.link});
		if (at < 0)
			return at;
	}
	s32 to = agree(o, w->flags, anchor, at);
	if (to < -1 && to != NOWHERE)
		return to;
	if (to == NOWHERE && (anchor.prog || w->flags))
		return -EINVAL;
	if (w->flags & REPLACE)
		return to;
	if (o->n == ORDER_MAX || to >= ORDER_MAX)
		return -ERANGE;
	if (to == NOWHERE || to == (s32)o->n)
		return (int)o->n;
	return w->flags & BEFORE ? to + 1 : to;
}

int order_tcx_which(const struct order *o, const struct wish *w)
{
	struct spot anchor;
	s32 at = NOWHERE;

	if (!o->n)
		return -ENOENT;
	if (w->flags & REPLACE)
		return -EINVAL;
	if (w->revision && w->revision != o->revision)
		return -ESTALE;
	int err = anchor_of(w, &anchor);
	if (err)
		return err;
	if (w->is.prog) {
		at = exactly(o, w->is);
		if (at < 0)
			return at;
	}
	at = agree(o, w->flags, anchor, at);
	if (at < -1 && at != NOWHERE)
		return at;
	if (at == NOWHERE && (anchor.prog || w->flags))
		return -EINVAL;
	at = at == -1 ? 0 : at == NOWHERE || at == (s32)o->n ? (s32)o->n - 1 : at;
	return o->v[at].is.link && !w->is.link ? -EBUSY : at;
}

int order_tcx_update(const struct order *o, struct spot link, u32 prog)
{
	return has_prog(o, prog) ? -EEXIST : exactly(o, link);
}

/* ---- cgroups ---- */

/* A descriptor of the cgroup above; -1: there is none. */
static int parent_of(int fd)
{
	u64 id;
	int up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (up >= 0 && !kern_file_of(up, KERN_CGROUP2, -EBADF, &id))
		return up;
	if (up >= 0)
		close(up);
	return -1;
}

typedef bool each_fn(struct order *o, void *arg); /* false: no further */

/* From the cgroup behind fd (or from the one above it) to the root. */
static int upwards(u32 attach, int fd, bool self, each_fn *fn, void *arg)
{
	struct order o;
	u64 id;
	int err = 0;
	bool on = true;

	for (int at = self ? dup(fd) : parent_of(fd), up; at >= 0; at = up) {
		if (on && !err && !(err = kern_file_of(at, KERN_CGROUP2, -EBADF, &id)) &&
		    !(err = order_open(attach, id, false, &o))) {
			on = fn(&o, arg);
			order_close(&o);
		}
		up = on && !err ? parent_of(at) : -1;
		close(at);
	}
	return err;
}

/* hierarchy_allows_attach */
static bool allows(struct order *o, void *arg)
{
	bool *yes = arg;

	if (!(o->flags & MULTI) && o->n != 1)
		return true;
	*yes = o->flags & (MULTI | OVERRIDE);
	return false;
}

/* get_prog_list: after which one (before, with BEFORE), -1: it is the first. */
static s32 next_to(const struct order *o, const struct wish *w)
{
	bool before = w->flags & BEFORE, after = w->flags & AFTER;
	struct spot anchor = {0, 0};

	if (w->flags & (LINK | ID) || w->anchor) {
		if (before == after || !(w->flags & LINK) != !w->is.link)
			return -EINVAL;
		int err = find_anchor(w, 0, &anchor);
		if (err)
			return err;
	} else if (o->n && before && after) {
		return -EINVAL;
	}
	if (!anchor.prog && !anchor.link)
		return !o->n ? -1 : before ? 0 : (s32)o->n - 1;
	for (u32 i = 0; i < o->n; i++) {
		const struct ordered *e = &o->v[i];
		bool is = anchor.link ? e->is.link == anchor.link
				      : !e->is.link && e->is.prog == anchor.prog;
		if (is)
			return (e->flags ^ w->flags) & PREORDER ? -EINVAL : (s32)i;
	}
	return -ENOENT;
}

static int bad_flags(const struct wish *w)
{
	bool both = (w->flags & OVERRIDE) && (w->flags & MULTI);
	bool single = (w->flags & REPLACE) && !(w->flags & MULTI);
	bool where = (w->flags & REPLACE) && (w->flags & (BEFORE | AFTER));

	return both || single || where ? -EINVAL : 0;
}

/* find_attach_entry: the one that it takes the place of; -1: none. */
static s32 replaced(const struct order *o, const struct wish *w)
{
	if (!(w->flags & MULTI))
		return o->n ? 0 : -1;
	for (u32 i = 0; i < o->n && !w->is.link; i++)
		if (!o->v[i].is.link && o->v[i].is.prog == w->is.prog && w->is.prog != w->replaced)
			return -EINVAL;
	if (!w->replaced)
		return -1;
	s32 at = order_find(o, (struct spot){w->replaced, 0});
	return at < 0 ? -ENOENT : at;
}

int order_cgroup_place(const struct order *o, int fd, const struct wish *w, bool *in_place)
{
	bool may = true;
	int err = bad_flags(w);

	*in_place = false;
	if (err)
		return err;
	if (w->revision && w->revision != o->revision)
		return -ESTALE;
	err = upwards(w->attach, fd, false, allows, &may);
	if (err)
		return err;
	if (!may || (o->n && o->flags != (w->flags & (OVERRIDE | MULTI))))
		return -EPERM;
	if (o->n >= ORDER_MAX)
		return -E2BIG;
	s32 at = replaced(o, w);
	*in_place = at >= 0;
	if (at != -1)
		return at;
	at = next_to(o, w);
	if (at < -1)
		return at;
	return at < 0 ? 0 : w->flags & BEFORE ? at : at + 1;
}

int order_cgroup_which(const struct order *o, const struct wish *w)
{
	if (w->revision && w->revision != o->revision)
		return -ESTALE;
	if (!(o->flags & MULTI))
		return o->n ? 0 : -ENOENT;
	if (!w->is.prog)
		return -EINVAL;
	s32 at = order_find(o, w->is);
	return at < 0 ? -ENOENT : at;
}

/* ---- what counts in a cgroup: its own, then those above it ---- */

struct effective {
	u32 n, front; /* all; those that come first */
	u32 id[2][ORDER_MAX * 8];
	u32 in[2];
};

static bool gather(struct order *o, void *arg)
{
	struct effective *e = arg;

	if (e->n && !(o->flags & MULTI))
		return true;
	u32 first = e->in[1];
	for (u32 i = 0; i < o->n; i++) {
		bool pre = o->v[i].flags & PREORDER;
		if (e->in[pre] == LEN(e->id[0]))
			return false;
		e->id[pre][e->in[pre]++] = o->v[i].is.prog;
		e->n++;
	}
	/* They are told from the root on, and here it is the other way round. */
	for (u32 i = first, k = e->in[1]; i + 1 < k; i++, k--) {
		u32 id = e->id[1][i];
		e->id[1][i] = e->id[1][k - 1];
		e->id[1][k - 1] = id;
	}
	return true;
}

int order_cgroup_effective(u32 attach, int fd, u32 *ids, u32 most)
{
	struct effective e = {0};
	int err = upwards(attach, fd, true, gather, &e);
	u32 n = 0;

	if (err)
		return err;
	for (u32 i = e.in[1]; i-- > 0 && n < most;)
		ids[n++] = e.id[1][i];
	for (u32 i = 0; i < e.in[0] && n < most; i++)
		ids[n++] = e.id[0][i];
	return (int)n;
}
