/* SPDX-License-Identifier: BSD-2-Clause */
/* What is attached to one target, in order: programs, and links with theirs.
 *
 * It is a directory of the world, attach/TYPE.TARGET. An entry's name is its place and
 * what it is, PLACE.PROG.LINK.FLAGS in %08x.%u.%u.%x. That of a program (link 0) is a hard
 * link to its file; that of a link is empty, and goes when the link does. `state` has the
 * revision and the flags that all share. A directory that is looked at is locked. */
#ifndef KERN_ORDER_H
#define KERN_ORDER_H

#include "kern/call.h"

enum { ORDER_MAX = 64 };

/* 0: none */
struct spot {
	u32 prog, link;
};

struct ordered {
	u32 place, flags;
	struct spot is;
	u32 named; /* the program in its name */
};

struct order {
	int dir; /* -1: nothing was ever attached there */
	u32 n, flags;
	u64 revision; /* from 1 on */
	bool forgets; /* once nothing is left, the revision is 1 again */
	struct ordered v[ORDER_MAX];
};

/* make: the directory, if it is not there. 0 or -errno. */
int order_open(u32 attach, u64 target, bool make, struct order *o);
void order_close(struct order *o);
/* Changes, each with another revision. `flags` are the entry's. */
int order_insert(struct order *o, u32 at, struct spot is, u32 flags);
int order_remove(struct order *o, u32 at);
int order_replace(struct order *o, u32 at, struct spot is, u32 flags);
void order_share(struct order *o, u32 flags); /* with the next change */
/* The place of an entry; -1. */
s32 order_find(const struct order *o, struct spot is);

/* bpf_cgroup_storages_alloc: its storages have a value for where it is attached. 0 or
 * -errno (bpf_attach.c) */
int order_cgroup_storages(const struct kern_prog *p, u64 cgroup, u32 attach);

/* Has the network namespace a link of a flow dissector (bpf_link.c)? */
bool kern_dissector_linked(u64 netns);
/* The links of one of its types, in the order in which they came: how many. */
u32 kern_netns_links(u32 attach, u64 netns, u32 *progs, u32 *links, u32 most);

/* ---- who may come where (bpf_order.c): kernel/bpf/mprog.c, kernel/bpf/cgroup.c ---- */

struct wish {
	u32 attach, flags;
	u32 anchor; /* descriptor or id, as flags say */
	u64 revision;
	struct spot is; /* whom it is about; prog 0: nobody is named */
	u32 replaced;   /* a program, with BPF_F_REPLACE */
	u32 type;       /* of the program */
};
/* On an interface: at which place it comes, or which one goes; or -errno. */
int order_tcx_place(const struct order *o, const struct wish *w);
int order_tcx_which(const struct order *o, const struct wish *w);
/* A link's program becomes another one: at which place it is; or -errno. */
int order_tcx_update(const struct order *o, struct spot link, u32 prog);
/* In the cgroup behind fd: the same. *in_place: what is there is replaced. */
int order_cgroup_place(const struct order *o, int fd, const struct wish *w, bool *in_place);
int order_cgroup_which(const struct order *o, const struct wish *w);
/* Programs that count there: ids, at most `most` of them; how many, or -errno. */
int order_cgroup_effective(u32 attach, int fd, u32 *ids, u32 most);

#endif
