/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs and links on one target, in order: random attaching, replacing, detaching and
 * asking, in our world and in the running kernel: the same answers, the same order.
 * Usage: order [steps [seed]] */
#include "../programs.h"
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS, LO = 1, PROGS = 6, LINKS = 6, TARGETS = 3, ROOM = 16 };
enum {
	MULTI = 2,
	OVERRIDE = 1,
	REPLACE = 4,
	BEFORE = 8,
	AFTER = 16,
	ID = 32,
	LINK = 1 << 13,
	PREORDER = 64,
	EFFECTIVE = 1
};

static struct rnd dice;
static bool one_in(u32 n) { return !below(&dice, n); }

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(__NR_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

/* ---- what there is: programs, links that are open, targets ---- */

static struct side {
	int prog[PROGS], link[LINKS];
	u32 prog_id[PROGS], link_id[LINKS];
	u64 revision;
} side[WORLDS];

static struct {
	const char *name;
	u32 type, attach;
	int target[TARGETS];
	bool cgroup;
} on;

static int load(int world)
{
	static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};
	union bpfattr a = {.a = {.prog_type = on.type,
				 .insn_cnt = LEN(code),
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t) "GPL",
				 .expected_attach_type = on.attach}};

	return (int)call(world, BPF_PROG_LOAD, &a);
}

static u32 id_of(int world, int fd)
{
	u32 info[64] = {0};
	union bpfattr a = {.a.info = {(u32)fd, sizeof(info), (u64)(uintptr_t)info}};

	return call(world, BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : info[1];
}

static void open_side(int world)
{
	struct side *s = &side[world];

	memset(s, 0, sizeof(*s));
	for (u32 i = 0; i < PROGS; i++) {
		s->prog[i] = load(world);
		s->prog_id[i] = id_of(world, s->prog[i]);
	}
	for (u32 i = 0; i < LINKS; i++)
		s->link[i] = -1;
}

/* ---- a step, the same in both ---- */

struct step {
	u32 kind, prog, other, link, target, flags, room;
	bool by_id, wrong_revision, right_revision, effective, no_anchor;
};
enum { ATTACH, DETACH, QUERY, MAKE_LINK, UPDATE_LINK, DETACH_LINK, CLOSE_LINK, KINDS };
static const char *const kinds[] = {"attach",      "detach",      "query",     "make a link",
				    "update link", "detach link", "close link"};

static struct step random_step(void)
{
	struct step s = {.kind = below(&dice, KINDS),
			 .prog = below(&dice, PROGS),
			 .other = below(&dice, PROGS),
			 .link = below(&dice, LINKS),
			 .target = below(&dice, TARGETS),
			 .room = below(&dice, ROOM + 1)};

	if (one_in(3))
		s.kind = QUERY;
	if (one_in(2))
		s.flags |= one_in(2) ? BEFORE : AFTER;
	if (one_in(12))
		s.flags |= BEFORE | AFTER;
	if (one_in(5))
		s.flags |= REPLACE;
	if (one_in(5))
		s.flags |= LINK;
	if (one_in(3))
		s.flags |= ID;
	if (one_in(40))
		s.flags |= 1u << below(&dice, 16);
	if (on.cgroup && s.kind == ATTACH && !one_in(10))
		s.flags |= MULTI;
	if (on.cgroup && one_in(30))
		s.flags = one_in(2) ? OVERRIDE : 0;
	if (on.cgroup && one_in(6))
		s.flags |= PREORDER;
	if (!on.cgroup && one_in(2))
		s.flags &= BEFORE | AFTER | ID;
	if (s.kind == DETACH && !one_in(4))
		s.flags = 0;
	s.no_anchor = !(s.flags & (ID | LINK)) && !one_in(3);
	s.right_revision = one_in(6);
	s.wrong_revision = one_in(20);
	s.effective = on.cgroup && one_in(3);
	return s;
}

static u32 anchor(const struct side *w, const struct step *s)
{
	if (s->no_anchor)
		return 0;
	if (s->flags & LINK)
		return s->flags & ID ? w->link_id[s->link] : (u32)w->link[s->link];
	return s->flags & ID ? w->prog_id[s->other] : (u32)w->prog[s->other];
}

static u64 revision(const struct side *w, const struct step *s)
{
	return s->wrong_revision ? 77 : s->right_revision ? w->revision : 0;
}

static u32 index_of(const u32 *ids, u32 n, u32 id)
{
	for (u32 i = 0; id && i < n; i++)
		if (ids[i] == id)
			return i + 1;
	return id ? 99 : 0;
}

struct answer {
	long ret;
	u32 count, flags;
	u64 revision;
	u32 prog[ROOM], link[ROOM], prog_flags[ROOM];
};

static void query(int world, const struct step *s, struct answer *r)
{
	struct side *w = &side[world];
	u32 prog[ROOM] = {0}, link[ROOM] = {0}, flags[ROOM] = {0};
	union bpfattr a = {.query = {.target_fd = (u32)on.target[s->target],
				     .attach_type = on.attach,
				     .query_flags = s->effective ? EFFECTIVE : 0,
				     .count = s->room,
				     .prog_ids = (u64)(uintptr_t)prog,
				     .link_ids = on.cgroup ? 0 : (u64)(uintptr_t)link}};

	if (on.cgroup && !s->effective && s->prog % 2)
		a.query.prog_attach_flags = (u64)(uintptr_t)flags;
	r->ret = call(world, BPF_PROG_QUERY, &a);
	r->count = a.query.count;
	r->flags = a.query.attach_flags;
	r->revision = a.query.revision;
	if (!r->ret && s->target == 0 && !s->effective)
		w->revision = r->revision;
	for (u32 i = 0; i < ROOM; i++) {
		r->prog[i] = index_of(w->prog_id, PROGS, prog[i]);
		r->link[i] = index_of(w->link_id, LINKS, link[i]);
		r->prog_flags[i] = flags[i];
	}
}

static void make_link(int world, const struct step *s, struct answer *r)
{
	struct side *w = &side[world];
	union bpfattr a = {.link = {.prog_fd = (u32)w->prog[s->prog],
				    .target_fd = (u32)on.target[s->target],
				    .attach_type = on.attach,
				    .flags = s->flags & ~(u32)(MULTI | REPLACE)}};

	if (w->link[s->link] >= 0)
		return;
	a.link.tcx.relative_fd = anchor(w, s);
	a.link.tcx.expected_revision = revision(w, s);
	long fd = call(world, BPF_LINK_CREATE, &a);
	r->ret = fd < 0 ? fd : 0;
	w->link[s->link] = fd < 0 ? -1 : (int)fd;
	w->link_id[s->link] = fd < 0 ? 0 : id_of(world, (int)fd);
}

static void on_link(int world, const struct step *s, struct answer *r)
{
	struct side *w = &side[world];
	union bpfattr a = {.byte = {0}};

	if (s->kind == CLOSE_LINK) {
		if (w->link[s->link] >= 0)
			close(w->link[s->link]);
		w->link[s->link] = -1;
		w->link_id[s->link] = 0;
		return;
	}
	a.a.link_update.link_fd = (u32)w->link[s->link];
	if (s->kind == UPDATE_LINK)
		a.a.link_update.new_prog_fd = (u32)w->prog[s->prog];
	r->ret = call(world, s->kind == UPDATE_LINK ? BPF_LINK_UPDATE : BPF_LINK_DETACH, &a);
}

static void take(int world, const struct step *s, struct answer *r)
{
	struct side *w = &side[world];
	union bpfattr a = {.attach = {.target_fd = (u32)on.target[s->target],
				      .attach_bpf_fd = (u32)w->prog[s->prog],
				      .attach_type = on.attach,
				      .attach_flags = s->flags,
				      .relative_fd = anchor(w, s),
				      .expected_revision = revision(w, s)}};

	memset(r, 0, sizeof(*r));
	switch (s->kind) {
	case ATTACH:
		if (s->flags & REPLACE)
			a.attach.replace_bpf_fd = (u32)w->prog[s->room % PROGS];
		r->ret = call(world, BPF_PROG_ATTACH, &a);
		return;
	case DETACH:
		if (s->room == 1)
			a.attach.attach_bpf_fd = 0;
		r->ret = call(world, BPF_PROG_DETACH, &a);
		return;
	case QUERY:
		query(world, s, r);
		return;
	case MAKE_LINK:
		make_link(world, s, r);
		return;
	default:
		on_link(world, s, r);
	}
}

static void show(const char *who, const struct answer *r)
{
	printf("    %s: %ld, count %u, flags %u, revision %llu:", who, r->ret, r->count, r->flags,
	       (unsigned long long)r->revision);
	for (u32 i = 0; i < ROOM && r->prog[i]; i++)
		printf(" %u/%u", r->prog[i], r->link[i]);
	puts("");
}

static u32 good[KINDS];

static bool steps(u64 n)
{
	for (u64 i = 0; i < n; i++) {
		struct step s = random_step();
		struct answer r[WORLDS];
		for (int w = 0; w < WORLDS; w++)
			take(w, &s, &r[w]);
		good[s.kind] += !r[LINUX].ret;
		if (!memcmp(&r[OURS], &r[LINUX], sizeof(r[0])))
			continue;
		printf("    step %llu: %s, program %u, other %u, link %u, target %u, flags %#x, "
		       "room %u, anchor %d, revision %d %d\n",
		       (unsigned long long)i, kinds[s.kind], s.prog, s.other, s.link, s.target,
		       s.flags, s.room, !s.no_anchor, s.right_revision, s.wrong_revision);
		show("ours", &r[OURS]);
		show("Linux", &r[LINUX]);
		return false;
	}
	return true;
}

static bool run(u64 n, u64 seed)
{
	bool ok = true;

	memset(good, 0, sizeof(good));
	for (u64 round = 0; round < n / 100 + 1 && ok; round++) {
		dice.s = hash_u64(seed * 1000003 + round) | 1;
		for (int w = 0; w < WORLDS; w++)
			open_side(w);
		ok = steps(100);
		if (!ok)
			printf("    round %llu\n", (unsigned long long)round);
		/* Programs that are attached stay so: they are taken off. */
		for (int w = 0; w < WORLDS; w++) {
			for (u32 i = 0; i < LINKS; i++)
				if (side[w].link[i] >= 0)
					close(side[w].link[i]);
			for (u32 t = 0; t < TARGETS; t++)
				for (u32 i = 0; i < PROGS; i++) {
					union bpfattr a = {
						.attach = {.target_fd = (u32)on.target[t],
							   .attach_bpf_fd = (u32)side[w].prog[i],
							   .attach_type = on.attach}};
					call(w, BPF_PROG_DETACH, &a);
				}
			for (u32 i = 0; i < PROGS; i++)
				close(side[w].prog[i]);
		}
	}
	printf("%s %s:", ok ? "ok" : "FAIL", on.name);
	for (u32 i = 0; i < KINDS; i++)
		printf(" %u x %s", good[i], kinds[i]);
	puts("");
	return ok;
}

/* ---- targets ---- */

static char cgroup[3][96];

static bool make_cgroups(void)
{
	struct statfs fs;
	bool usual = !statfs("/sys/fs/cgroup", &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;

	snprintf(cgroup[0], 64, "/sys/fs/cgroup%s/test-order-%d", usual ? "" : "/unified",
		 getpid());
	for (u32 i = 0; i < TARGETS; i++) {
		if (i)
			snprintf(cgroup[i], sizeof(cgroup[i]), "%.80s/%u", cgroup[i - 1], i);
		if (mkdir(cgroup[i], 0700))
			return false;
		on.target[i] = open(cgroup[i], O_RDONLY);
	}
	return true;
}

static void remove_cgroups(void)
{
	for (u32 i = TARGETS; i-- > 0;) {
		close(on.target[i]);
		rmdir(cgroup[i]);
	}
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 3000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	bool ok = true;

	if (unshare(CLONE_NEWNET)) {
		printf("skip order: no network namespace: %s\n", strerror(errno));
		return 0;
	}
	on = (__typeof__(on)){"tcx", PROGTYPE_SCHED_CLS, ATTACH_TCX_INGRESS, {LO, LO, 9999}, false};
	int may = load(LINUX);
	if (may < 0) {
		printf("skip order: the kernel's bpf(): %s\n", strerror(-may));
		return 0;
	}
	close(may);
	ok = run(n, seed);
	on = (__typeof__(on)){"cgroups", PROGTYPE_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, {0}, true};
	if (make_cgroups())
		ok &= run(n, seed);
	else
		printf("skip cgroups: none can be made: %s\n", strerror(errno));
	remove_cgroups();
	return !ok;
}
