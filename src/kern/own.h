/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: objects that programs allocate (bpf_obj_new). */
#ifndef KERN_OWN_H
#define KERN_OWN_H

#include "map/map.h"
#include "prog/prog.h"

/* What is known of an object. */
struct own {
	u8 *at;           /* its first byte */
	u32 btf, type;    /* its type: one of that object's */
	u32 size, copies; /* bytes of each copy; more than one: a copy for each slot */
};

/* Can this process have such objects at all? 0 or -errno */
int own_open(void);
/* Zeros, or NULL: there is no memory. */
void *own_new(u32 btf, u32 type, u32 size, u32 copies);
/* Gives the memory back; what its fields own is let go before (own_drop). */
void own_free(const struct own *o);
/* The object that has this byte, and is there; false: there is none. */
bool own_find(u64 at, struct own *ret);
bool own_has(u64 at, u64 size);
u32 own_stride(u32 size); /* from one copy to the next */
u64 own_number(void);     /* that no other list or tree has; never 0 */
u64 own_count(void);      /* of objects in the world, for those who look for leaks */

/* ---- what is owned (own_drop.c) ---- */

/* The fields of such an object that are the kernel's, NULL: there are none. */
const struct btf_fields *own_fields(const struct own *o);
/* One owner less of the object that has this byte. It goes with the last, and what
 * it owned with it. */
void own_drop(u64 at);
/* May a value of the map, or of those in it, own objects? Then whoever uses it needs
 * own_open. */
bool own_may(const struct map *m);
/* An element of a map goes: what its fields own. map_host.drop */
void own_drop_value(struct map *m, u8 *value);
/* This process lets go of the map; and: a map's file, which nobody has any more. */
void own_forget_map(struct map *m);
void own_end_map(int fd);

/* ---- lists and trees (kfunc_list.c, kfunc_tree.c) ----
 *
 * Nodes lie in objects, roots in objects and in values of maps. A root has a number of its
 * own, since processes see a map's values at different addresses; its nodes tell it. */
struct own_root {
	u64 first; /* a list's first node, a tree's root; 0: it is empty */
	u64 number;
};
/* Takes one node after another out of it: 0 when it is empty. */
u64 own_list_take(struct own_root *root);
u64 own_tree_take(struct own_root *root);
/* Of a run's program; NULL, and the run is at fault: none can lie there. (kfunc_own.c) */
struct own_root *own_root_at(struct run *r, u64 at);
/* The root's number. */
static inline u64 own_root_number(struct own_root *root)
{
	if (!root->number)
		root->number = own_number();
	return root->number;
}

enum { OWN_BUSY = 1 }; /* no root's number: it is being put somewhere */

#endif
