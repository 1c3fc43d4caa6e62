/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the task that runs, on what belongs to it, and on the kernel's types, with
 * random arguments, in the running kernel and here.
 * Usage: objects [cases [seed]] */
#include "cases.h"
#include "kern/call.h"
#include "prog/btf.h"

enum { CALLS = 16, TASK = HELPERID_get_current_task_btf };

static void keep(u32 nr) { say("*(u64 *)(r6 + %u) = r0\n", 256 + 8 * nr); }

static u32 offset(const char *type, const char *name)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = btf_type(b, btf_find(b, type, BTF_KIND_STRUCT));

	for (u32 i = 0; i < btf_len(t); i++)
		if (!strcmp(btf_name(b, btf_members(t)[i].name_off), name))
			return btf_member_at(t, i) / 8;
	abort();
}

/* ---- what stands in a task ---- */

static void task_fields(void)
{
	begin();
	c.type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	say("call %u\nr9 = r0\n", TASK);
	say("r0 = *(u32 *)(r9 + %u)\n*(u64 *)(r6 + 0) = r0\n", offset("task_struct", "pid"));
	say("r0 = *(u32 *)(r9 + %u)\n*(u64 *)(r6 + 8) = r0\n", offset("task_struct", "tgid"));
	say("r0 = *(u64 *)(r9 + %u)\n*(u64 *)(r6 + 16) = r0\n", offset("task_struct", "comm"));
	for (u32 i = 0; i < 2; i++) {
		say("r1 = *(u64 *)(r9 + %u)\n",
		    offset("task_struct", i ? "group_leader" : "real_parent"));
		say("r0 = *(u32 *)(r1 + %u)\n*(u64 *)(r6 + %u) = r0\n",
		    offset("task_struct", "tgid"), 24 + 16 * i);
		say("r0 = *(u64 *)(r1 + %u)\n*(u64 *)(r6 + %u) = r0\n",
		    offset("task_struct", "comm"), 32 + 16 * i);
	}
	say("r1 = *(u64 *)(r9 + %u)\nr1 = *(u64 *)(r1 + %u)\n", offset("task_struct", "cgroups"),
	    offset("css_set", "dfl_cgrp"));
	say("r1 = *(u64 *)(r1 + %u)\nr0 = *(u64 *)(r1 + %u)\n*(u64 *)(r6 + 64) = r0\n",
	    offset("cgroup", "kn"), offset("kernfs_node", "id"));
	say("r1 = *(u64 *)(r9 + %u)\nr0 = *(u32 *)(r1 + %u)\n*(u64 *)(r6 + 72) = r0\n",
	    offset("task_struct", "cred"), offset("cred", "uid"));
	end();
}

/* ---- memory of a task ---- */

static u64 somewhere(void)
{
	static u8 here[64];
	static const u64 odd[] = {0, 1, 4096, 0x7fffffffe000, 1ull << 63, -1ull};

	return one_in(3)   ? odd[below(&dice, LEN(odd))]
	       : one_in(2) ? (u64)(uintptr_t)here
			   : (u64)(uintptr_t)&dice;
}

static void find_vma(void)
{
	begin();
	say("call %u\nr1 = r0\n", TASK);
	number(2, somewhere());
	say("r3 = func each ll\nr4 = r10\nr4 += -16\n*(u64 *)(r10 - 16) = 0\n*(u64 *)(r10 - 8) = "
	    "0\n");
	number(5, one_in(8) ? any64() : 0);
	call(BPF_FUNC_find_vma);
	say("r0 = *(u64 *)(r10 - 16)\n*(u64 *)(r6 + 0) = r0\n");
	say("r0 = *(u64 *)(r10 - 8)\n*(u64 *)(r6 + 8) = r0\n");
	end();
	say("each:\nr1 = *(u64 *)(r2 + %u)\n*(u64 *)(r3 + 0) = r1\n",
	    offset("vm_area_struct", "vm_mm") - 16);
	say("r1 = *(u64 *)(r2 + %u)\n*(u64 *)(r3 + 8) = r1\nr0 = 0\nexit\n",
	    offset("vm_area_struct", "vm_mm") - 8);
}

static void copy_from_task(void)
{
	static const char text[64] = "what a process has in its memory";

	begin();
	c.trusted = true;
	memset(c.mem, 0x55, 64);
	say("call %u\nr4 = r0\n", TASK);
	memory(1, 0);
	number(2, one_in(8) ? 0 : in(1, 64));
	number(3, one_in(3) ? somewhere() : (u64)(uintptr_t)text);
	if (strstr(c.text, "r3 = 0x0 ll")) /* a page at 0 would be the process's own */
		number(3, 1);
	number(5, one_in(8) ? any64() : 0);
	call(BPF_FUNC_copy_from_user_task);
	end();
}

/* ---- types ---- */

static bool may_show(const struct btf *b, u32 id, u32 depth)
{
	const struct btf_type *t = btf_skip(b, id, NULL);

	if (!t || depth > 8 || btf_is(t, BTF_KIND_VAR) || btf_is(t, BTF_KIND_DATASEC) ||
	    btf_is(t, BTF_KIND_FUNC) || btf_is(t, BTF_KIND_FUNC_PROTO) ||
	    btf_is(t, BTF_KIND_DECL_TAG) || btf_is(t, BTF_KIND_ARRAY))
		return false;
	for (u32 i = 0; btf_is_composite(t) && i < btf_len(t); i++)
		if (!may_show(b, btf_members(t)[i].type, depth + 1))
			return false;
	return true;
}

static u32 some_type(void)
{
	const struct btf *b = kern_vmlinux();

	for (;;) {
		u32 id = in(1, b->n - 1);
		s64 size = btf_size(b, id);
		if (size > 0 && size <= 200 && may_show(b, id, 0))
			return id;
	}
}

static void show(void)
{
	begin();
	c.trusted = true;
	for (u32 i = 0; i < 200; i++)
		c.mem[i] = one_in(3) ? 0 : (u8)rnd(&dice);
	say("*(u64 *)(r10 - 16) = r6\n");
	if (one_in(8)) {
		number(1, one_in(2) ? 0 : 1ull << 63);
		say("*(u64 *)(r10 - 16) = r1\n");
	}
	number(1, one_in(10) ? (u32)any64() | 1u << 30 : one_in(20) ? 0 : some_type());
	say("*(u64 *)(r10 - 8) = r1\n");
	memory(1, 200);
	number(2, in(1, 290));
	say("r3 = r10\nr3 += -16\n");
	number(4, one_in(20) ? in(1, 16) : 16);
	number(5, (one_in(20) ? any64() : in(0, 15)) | BTF_F_PTR_RAW);
	call(BPF_FUNC_snprintf_btf);
	end();
}

static void find_type(void)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = btf_type(b, in(1, b->n - 1));
	const char *name = btf_name(b, t->name_off);
	u32 n = (u32)strnlen(name, 63);

	begin();
	memcpy(c.mem, name, n);
	memory(1, 0);
	number(2, one_in(8) ? in(1, 64) : n + 1);
	number(3, one_in(8) ? in(0, 20) : btf_kind_of(t));
	number(4, one_in(20) ? any64() : 0);
	call(BPF_FUNC_btf_find_by_name_kind);
	end();
}

/* ---- storages ---- */

/* r9: the owner. */
static void storage_call(u32 nr, u32 get, u32 drop)
{
	say("r1 = map_idx 1 ll\n%s\n", one_in(8) ? "r2 = 0" : "r2 = r9");
	if (one_in(4)) {
		say("call %u\n", drop);
		keep(nr);
		return;
	}
	if (one_in(2))
		say("r3 = 0\n");
	else
		memory(3, 4 * in(0, 10));
	number(4, one_in(8) ? any64() : in(0, 1));
	say("call %u\nif r0 == 0 goto none%u\nr1 = *(u32 *)(r0 + 0)\nr2 = r1\nr2 *= 7\nr2 += %u\n"
	    "*(u32 *)(r0 + 0) = r2\nr0 = r1\nr0 += 1\nnone%u:\n",
	    get, nr, nr, nr);
	keep(nr);
}

static void storage(u32 type, u32 get, u32 drop)
{
	u32 i = add_map(type, 4, 4, 0);

	c.attr[i].flags = BPF_F_NO_PREALLOC;
	c.type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	c.fickle = true; /* Linux makes no value while the CPU is making another */
	fill(0, 128, "abcdefghijkl");
	say("call %u\nr9 = r0\n", TASK);
	if (type == MAPTYPE_CGRP_STORAGE)
		say("r9 = *(u64 *)(r9 + %u)\nr9 = *(u64 *)(r9 + %u)\n",
		    offset("task_struct", "cgroups"), offset("css_set", "dfl_cgrp"));
	else if (one_in(2))
		say("r9 = *(u64 *)(r9 + %u)\n", offset("task_struct", "group_leader"));
	for (u32 k = 0; k < CALLS; k++)
		storage_call(k, get, drop);
	end();
}

static void task_storage(void)
{
	begin();
	storage(MAPTYPE_TASK_STORAGE, HELPERID_task_storage_get, HELPERID_task_storage_delete);
}

static void cgroup_storage(void)
{
	begin();
	storage(MAPTYPE_CGRP_STORAGE, HELPERID_cgrp_storage_get, HELPERID_cgrp_storage_delete);
}

static const struct family families[] = {
	{"a task", task_fields},
	{"find_vma", find_vma},
	{"copy_from_user_task", copy_from_task},
	{"snprintf_btf", show},
	{"btf_find_by_name_kind", find_type},
	{"values of tasks", task_storage},
	{"values of cgroups", cgroup_storage},
};

int main(int argc, char **argv)
{
	if (!kern_vmlinux()) {
		puts("skip objects: /sys/kernel/btf/vmlinux cannot be read");
		return 0;
	}
	return run_families(families, LEN(families), argc, argv);
}
