/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader, with objects made by hand: in both worlds, and through a door that
 * refuses what older kernels do not know. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "prog/object.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int failed;

static void check(bool ok, const char *name, const char *why)
{
	failed |= !ok;
	printf(ok ? "ok %s\n" : "FAIL %s: %s\n", name, why);
}

/* ---- an object: a counter in .data, a table, a program that adds ---- */

struct sample {
	struct object o;
	struct object_map map[3];
	struct object_program prog[1];
	struct prog_map shape[3];
	u8 data[4], start[4];
};

static const char counting[] = "r1 = 0\n"
			       "*(u32 *)(r10 - 4) = r1\n"
			       "r2 = r10\n"
			       "r2 += -4\n"
			       "r1 = map_idx 1 ll\n"
			       "call 1\n"
			       "if r0 == 0 goto out\n"
			       "r1 = map_idx_value 0 ll\n"
			       "r2 = *(u32 *)(r1 + 0)\n"
			       "r3 = map_idx_value 2 ll\n"
			       "r3 = *(u32 *)(r3 + 0)\n"
			       "r2 += r3\n"
			       "*(u32 *)(r1 + 0) = r2\n"
			       "out: r0 = 7\n"
			       "exit\n";

static void set_map(struct sample *s, u32 i, enum object_map_kind kind, const char *name, u32 flags,
		    u8 *data)
{
	s->map[i] = (struct object_map){
		.kind = kind,
		.name = name,
		.shape = {.name = name,
			  .type = kind == OBJECT_MAP ? MAPTYPE_HASH : MAPTYPE_ARRAY,
			  .key_size = 4,
			  .value_size = 4,
			  .max_entries = kind == OBJECT_MAP ? 8 : 1,
			  .flags = flags},
		.inner = -1,
		.data = data,
	};
}

static bool make(struct sample *s, const struct btf *btf)
{
	struct prog *p;
	struct ob_err *err = prog_assemble("counting", counting, strlen(counting), &p);

	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		return false;
	}
	*s = (struct sample){.data = {40}, .start = {2}};
	set_map(s, 0, OBJECT_DATA, ".data", BPF_F_MMAPABLE, s->data);
	set_map(s, 1, OBJECT_MAP, "a table with a long name", 0, NULL);
	set_map(s, 2, OBJECT_RODATA, ".rodata", BPF_F_MMAPABLE | BPF_F_RDONLY_PROG, s->start);
	s->prog[0] = (struct object_program){.name = "add_some_to_it_all",
					     .section = "socket",
					     .target = "",
					     .kind = section_find("socket", 6),
					     .type = PROGTYPE_SOCKET_FILTER,
					     .prog = p};
	s->o = (struct object){.name = "sample",
			       .license = "GPL",
			       .btf = btf,
			       .prog = s->prog,
			       .progs = 1,
			       .map = s->map,
			       .maps = 3};
	return true;
}

static u32 value_of(const struct sys_loaded *l, u32 map)
{
	u32 key = 0, value = 0;
	union bpf_attr a = {.map_fd = (u32)l->map[map],
			    .key = (u64)(uintptr_t)&key,
			    .value = (u64)(uintptr_t)&value};

	return l->door->bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a)) < 0 ? 0 : value;
}

static int put(const struct sys_loaded *l, u32 map, u32 value)
{
	u32 key = 0;
	union bpf_attr a = {.map_fd = (u32)l->map[map],
			    .key = (u64)(uintptr_t)&key,
			    .value = (u64)(uintptr_t)&value};

	return l->door->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
}

static int run(const struct sys_loaded *l)
{
	u8 packet[64] = {0};
	union bpf_attr a = {.test = {.prog_fd = (u32)l->prog[0],
				     .data_in = (u64)(uintptr_t)packet,
				     .data_size_in = sizeof(packet)}};

	return l->door->bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) < 0 ? -1 : (int)a.test.retval;
}

static struct ob_err *load(struct sample *s, const struct sys_door *d, struct sys_loaded **l)
{
	return sys_load(&s->o, &(struct sys_load_opts){.door = d}, l);
}

static void name_of(const struct sys_loaded *l, u32 map, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_map_info i = {0};
	union bpf_attr a = {.info = {.bpf_fd = (u32)l->map[map],
				     .info_len = sizeof(i),
				     .info = (u64)(uintptr_t)&i}};

	l->door->bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a));
	memcpy(name, i.name, BPF_OBJ_NAME_LEN);
}

static void in_world(const struct sys_door *d)
{
	char name[64], map[BPF_OBJ_NAME_LEN];
	struct sys_loaded *l;
	struct sample s;

	if (!make(&s, NULL)) {
		failed = 1;
		return;
	}
	struct ob_err *err = load(&s, d, &l);
	snprintf(name, sizeof(name), "loads in %s", d->name);
	check(!err, name, err ? ob_err_reason(err) : "");
	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
	} else {
		snprintf(name, sizeof(name), "runs in %s", d->name);
		int first = run(l);
		check(first == 7 && value_of(l, 0) == 40, name, "it counted without an entry");
		put(l, 1, 1);
		run(l);
		snprintf(name, sizeof(name), "data in %s", d->name);
		check(value_of(l, 0) == 42, name, "40 and 2 are not 42");
		snprintf(name, sizeof(name), "frozen in %s", d->name);
		check(put(l, 2, 9) == -EPERM && value_of(l, 2) == 2, name, "it was written to");
		snprintf(name, sizeof(name), "names in %s", d->name);
		name_of(l, 0, map);
		bool good = !strcmp(map, "sample.data");
		name_of(l, 1, map);
		check(good && !strcmp(map, "a_table_with_a_"), name, map);
	}
	if (!err)
		sys_loaded_close(l);
	prog_destroy(s.prog[0].prog);
}

/* ---- an old kernel ---- */

static bool saw_name, saw_mmap, saw_expected, saw_kernel_read;

static bool old_type(u32 kind) { return kind <= BTF_KIND_RESTRICT; /* Linux 4.18 */ }

/* Every kind that the loader gives must be one of the first eleven. */
static int old_btf(const union bpf_attr *a)
{
	struct btf *b;
	int err = -EINVAL;
	struct bytes data = {(const u8 *)(uintptr_t)a->btf, a->btf_size};
	struct ob_err *no = btf_read(data, NULL, &b);

	if (no) {
		ob_err_destroy(no);
		return -EINVAL;
	}
	for (u32 id = 1, n = b->n; id < n; id++)
		if (!old_type(btf_kind_of(btf_type(b, id))))
			goto out;
	err = sys_linux_bpf(BPF_BTF_LOAD, (union bpf_attr *)(uintptr_t)a, sizeof(*a));
	err = err < 0 ? -errno : err;
out:
	btf_destroy(b);
	return err;
}

static int old_bpf(int cmd, union bpf_attr *a, unsigned size)
{
	if (cmd == BPF_BTF_LOAD)
		return old_btf(a);
	if (cmd == BPF_PROG_LOAD) {
		const struct ob_ebpf *c = (const struct ob_ebpf *)(uintptr_t)a->insns;

		saw_name |= a->prog_name[0] && strcmp(a->prog_name, "onebpf_name");
		saw_expected |= a->insn_cnt > 2 && a->expected_attach_type;
		for (u32 i = 0; i < a->insn_cnt; i++)
			if (c[i].code == 0x85 && c[i].imm >= 112 && c[i].imm <= 115) {
				saw_kernel_read |= a->insn_cnt > 6;
				return -EINVAL;
			}
		if (a->prog_name[0] || a->expected_attach_type || a->func_info_cnt)
			return -E2BIG;
	}
	if (cmd == BPF_MAP_CREATE) {
		saw_mmap |= a->value_size == 4 && a->key_size == 4 && a->map_name[0];
		if (a->map_name[0] || a->map_flags & BPF_F_MMAPABLE)
			return -EINVAL;
	}
	if (cmd == BPF_LINK_CREATE)
		return -EINVAL;
	return sys_door_linux.bpf(cmd, a, size);
}

static struct btf *types(void)
{
	struct btf_maker *m = btf_maker_create(NULL);
	struct btf *b = NULL;
	u32 word = btf_maker_add(m, "int", BTF_KIND_INT, false, 0, 4);

	btf_maker_word(m, BTF_INT_SIGNED << 24 | 32);
	u32 var = btf_maker_add(m, "counter", BTF_KIND_VAR, false, 0, word);
	btf_maker_word(m, BTF_VAR_GLOBAL_ALLOCATED);
	btf_maker_add(m, ".data", BTF_KIND_DATASEC, false, 1, 4);
	btf_maker_word(m, var);
	btf_maker_word(m, 0);
	btf_maker_word(m, 4);
	btf_maker_add(m, "?.late", BTF_KIND_DATASEC, false, 1, 4);
	btf_maker_word(m, var);
	btf_maker_word(m, 0);
	btf_maker_word(m, 4);
	btf_maker_add(m, "real", BTF_KIND_FLOAT, false, 0, 8);
	u32 tag = btf_maker_add(m, "user", BTF_KIND_TYPE_TAG, false, 0, word);
	btf_maker_add(m, "", BTF_KIND_PTR, false, 0, tag);
	btf_maker_add(m, "large", BTF_KIND_ENUM64, false, 1, 8);
	btf_maker_word(m, btf_maker_name(m, "LARGE"));
	btf_maker_word(m, 1);
	btf_maker_word(m, 2);
	btf_maker_add(m, "noted", BTF_KIND_DECL_TAG, false, 0, var);
	btf_maker_word(m, (u32)-1);
	u32 proto = btf_maker_add(m, "", BTF_KIND_FUNC_PROTO, false, 1, word);
	btf_maker_word(m, btf_maker_name(m, "ctx"));
	btf_maker_word(m, word);
	btf_maker_add(m, "work", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL, proto);
	struct ob_err *err = btf_maker_finish(m, &b);
	if (err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	btf_maker_destroy(m);
	return b;
}

static void on_old_kernel(void)
{
	static const char reads[] = "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall 113\nr0 = 7\nexit\n";
	struct sys_door old = sys_door_linux;
	struct btf *b = types();
	struct sys_loaded *l;
	struct sample s;

	old.bpf = old_bpf;
	if (!b || !make(&s, b)) {
		failed = 1;
		return;
	}
	struct ob_err *err = load(&s, &old, &l);
	check(!err, "an old kernel takes it", err ? ob_err_reason(err) : "");
	if (!err) {
		put(l, 1, 1);
		run(l);
		check(value_of(l, 0) == 42, "and runs it", "40 and 2 are not 42");
		check(l->btf >= 0 && !l->warning, "types that it does not know become older ones",
		      l->warning ? ob_err_reason(l->warning) : "no BTF");
		check(!saw_name && !saw_mmap, "it is given no names", "there was one");
		sys_loaded_close(l);
	}
	ob_err_destroy(err);
	prog_destroy(s.prog[0].prog);
	err = prog_assemble("reads", reads, strlen(reads), &s.prog[0].prog);
	s.prog[0].type = PROGTYPE_TRACEPOINT;
	if (!err)
		err = load(&s, &old, &l);
	check(!err && !saw_kernel_read, "an older helper takes the place of a newer one",
	      err ? ob_err_reason(err) : "it saw the newer one");
	if (!err)
		sys_loaded_close(l);
	ob_err_destroy(err);
	prog_destroy(s.prog[0].prog);
	btf_destroy(b);
}

static void refusal(void)
{
	static const char bad[] = "r0 = *(u32 *)(r1 + 4000)\nexit\n";
	struct sys_loaded *l;
	struct sample s;
	char text[4096] = "";

	if (!make(&s, NULL))
		return;
	prog_destroy(s.prog[0].prog);
	struct ob_err *err = prog_assemble("bad", bad, strlen(bad), &s.prog[0].prog);
	if (!err)
		err = load(&s, &sys_door_linux, &l);
	FILE *f = fmemopen(text, sizeof(text), "w");
	if (err)
		ob_err_print(err, f);
	fclose(f);
	check(err && strstr(text, "invalid bpf_context access off=4000") &&
		      strstr(text, "bad:1:1:") && strstr(text, "program add_some_to_it_all"),
	      "a refused program is told with its line", text);
	ob_err_destroy(err);
	prog_destroy(s.prog[0].prog);
}

static bool kernel_permits(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int main(void)
{
	char world[512], name[32];

	snprintf(name, sizeof(name), "load-%d", getpid());
	if (kern_world_dir(name, world, sizeof(world)) ||
	    kern_world_set(world, "kernel.unchecked", "1")) {
		printf("FAIL a world: there is none\n");
		return 1;
	}
	setenv("ONEBPF_WORLD", world, 1);
	in_world(&sys_door_own);
	if (kernel_permits()) {
		in_world(&sys_door_linux);
		on_old_kernel();
		refusal();
	} else {
		printf("skip the kernel: its bpf() is not permitted\n");
	}
	kern_world_remove(world);
	return failed;
}
