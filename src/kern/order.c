/* SPDX-License-Identifier: BSD-2-Clause */
/* What is attached to one target, as the files of a directory. */
#include "kern/order.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 64 };

struct state {
	u64 revision;
	u32 flags;
};

static void name_of(char name[NAME], const struct ordered *e)
{
	snprintf(name, NAME, "%08x.%u.%u.%x", e->place, e->named, e->is.link, e->flags);
}

static bool read_name(const char *name, struct ordered *e)
{
	*e = (struct ordered){0};
	bool good = sscanf(name, "%8x.%u.%u.%x", &e->place, &e->named, &e->is.link, &e->flags) == 4;
	e->is.prog = e->named;
	return good;
}

static int by_place(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

/* ---- the state ---- */

static void read_state(struct order *o)
{
	struct state s = {.revision = 1};
	int fd = openat(o->dir, "state", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && pread(fd, &s, sizeof(s), 0) != sizeof(s))
		s = (struct state){.revision = 1};
	if (fd >= 0)
		close(fd);
	o->revision = s.revision;
	o->flags = s.flags;
}

static void changed(struct order *o)
{
	int fd = openat(o->dir, "state", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool anew = o->forgets && !o->n;
	struct state s = {.revision = anew ? 1 : o->revision + 1, .flags = o->n ? o->flags : 0};

	o->revision = s.revision;
	o->flags = s.flags;
	if (fd < 0)
		return;
	if (pwrite(fd, &s, sizeof(s), 0) != sizeof(s))
		ftruncate(fd, 0);
	close(fd);
}

/* ---- the entries ---- */

/* The program that a link has now; 0: it is detached, or gone. */
static u32 prog_of_link(u32 id)
{
	struct object *o;

	if (object_get_id(OBJECT_LINK, id, &o))
		return 0;
	u32 prog = kern_link_prog(((struct kern_link *)o->p)->head);
	object_put(o);
	return prog;
}

static void read_entries(struct order *o)
{
	int fd = dup(o->dir);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d)
		rewinddir(d);
	for (struct dirent *e; d && o->n < ORDER_MAX && (e = readdir(d));)
		o->n += read_name(e->d_name, &o->v[o->n]);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	qsort(o->v, o->n, sizeof(*o->v), by_place);
}

/* Links that nobody holds any more leave their place. */
static void drop_dead(struct order *o)
{
	for (u32 i = o->n; i-- > 0;) {
		struct ordered *e = &o->v[i];
		if (!e->is.link)
			continue;
		e->is.prog = prog_of_link(e->is.link);
		if (!e->is.prog)
			order_remove(o, i);
	}
}

int order_open(u32 attach, u64 target, bool make, struct order *o)
{
	char name[NAME];

	*o = (struct order){.dir = -1,
			    .revision = 1,
			    .forgets = attach == ATTACH_TCX_INGRESS || attach == ATTACH_TCX_EGRESS};
	snprintf(name, sizeof(name), "attach/%u.%llu", attach, (unsigned long long)target);
	if (make) {
		mkdirat(world()->dir, "attach", 0700);
		if (mkdirat(world()->dir, name, 0700) && errno != EEXIST)
			return -errno;
	}
	o->dir = openat(world()->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->dir < 0)
		return errno == ENOENT ? 0 : -errno;
	while (flock(o->dir, LOCK_EX) && errno == EINTR)
		;
	read_state(o);
	read_entries(o);
	drop_dead(o);
	return 0;
}

void order_close(struct order *o)
{
	if (o->dir >= 0)
		close(o->dir);
	o->dir = -1;
}

s32 order_find(const struct order *o, struct spot is)
{
	for (u32 i = 0; i < o->n; i++)
		if (o->v[i].is.prog == is.prog && o->v[i].is.link == is.link)
			return (s32)i;
	return -1;
}

/* ---- changes ---- */

static int put(const struct order *o, const struct ordered *e)
{
	char name[NAME], prog[NAME];

	name_of(name, e);
	if (!e->is.link) {
		snprintf(prog, sizeof(prog), "bpf-prog.%u", e->is.prog);
		return linkat(world()->dir, prog, o->dir, name, 0) ? -errno : 0;
	}
	int fd = openat(o->dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void take_off(const struct order *o, const struct ordered *e)
{
	char name[NAME];

	name_of(name, e);
	unlinkat(o->dir, name, 0);
}

/* From the last one on, so that the order is never another one. */
static int make_room(struct order *o, u32 at)
{
	char from[NAME], to[NAME];

	for (u32 i = o->n; i-- > at;) {
		name_of(from, &o->v[i]);
		o->v[i].place++;
		name_of(to, &o->v[i]);
		if (renameat(o->dir, from, o->dir, to))
			return -errno;
	}
	return 0;
}

int order_insert(struct order *o, u32 at, struct spot is, u32 flags)
{
	struct ordered e = {.flags = flags, .is = is, .named = is.prog};

	e.place = at < o->n ? o->v[at].place : o->n ? o->v[o->n - 1].place + 1 : 0;
	int err = make_room(o, at);
	if (!err)
		err = put(o, &e);
	if (err)
		return err;
	memmove(o->v + at + 1, o->v + at, (o->n - at) * sizeof(*o->v));
	o->v[at] = e;
	o->n++;
	changed(o);
	return 0;
}

int order_remove(struct order *o, u32 at)
{
	take_off(o, &o->v[at]);
	o->n--;
	memmove(o->v + at, o->v + at + 1, (o->n - at) * sizeof(*o->v));
	changed(o);
	return 0;
}

int order_replace(struct order *o, u32 at, struct spot is, u32 flags)
{
	struct ordered was = o->v[at], now = {was.place, flags, is, is.prog};
	char before[NAME], after[NAME];

	if (is.link && is.link == was.is.link)
		now.named = was.named;
	name_of(before, &was);
	name_of(after, &now);
	bool moves = strcmp(before, after) != 0;
	int err = moves ? put(o, &now) : 0;
	if (err)
		return err;
	o->v[at] = now;
	if (moves)
		take_off(o, &was);
	changed(o);
	return 0;
}

void order_share(struct order *o, u32 flags) { o->flags = flags; }
