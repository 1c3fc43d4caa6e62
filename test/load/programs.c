/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of example/bpf, as each clang makes them: loaded through both doors, run
 * on the same packets; what they return and leave in their maps must be the same. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "prog/object.h"
#include "sys/sys.h"

#include <fcntl.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed;
static char dir[] = "/tmp/onebpf-load-XXXXXX";

static void result(const char *name, const char *clang, const char *why)
{
	failed |= why != NULL;
	if (why)
		printf("FAIL %s, %s: %s\n", name, clang, why);
	else
		printf("ok %s, %s\n", name, clang);
}

static const char *text_of(struct ob_err *err)
{
	static char text[2048];
	FILE *f = fmemopen(text, sizeof(text), "w");

	ob_err_print(err, f);
	fclose(f);
	ob_err_destroy(err);
	return text;
}

/* ---- packets ---- */

#define ETHER(type) 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (type) >> 8, (type)&255
#define IP4(proto, a, b, c, d) \
	0x45, 0, 0, 40, 0, 1, 0, 0, 64, proto, 0, 0, a, b, c, d, 198, 51, 100, 1
#define IP6(proto, net)                                                                           \
	0x60, 0, 0, 0, 0, 20, proto, 64, 0x20, 1, net >> 8, net & 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
		0, 0, 7, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define TCP(flags) 0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 2, 0, 0, 0, 0, 0

static const u8 tcp4[] = {ETHER(0x800), IP4(6, 192, 0, 2, 7), TCP(0x10)};
static const u8 syn4[] = {ETHER(0x800), IP4(6, 203, 0, 113, 9), TCP(2)};
static const u8 udp4[] = {ETHER(0x800),
			  IP4(17, 192, 0, 3, 1),
			  0,
			  53,
			  0,
			  53,
			  0,
			  20,
			  0,
			  0,
			  1,
			  2,
			  3,
			  4,
			  5,
			  6,
			  7,
			  8,
			  9,
			  10,
			  11,
			  12};
static const u8 tcp6[] = {ETHER(0x86dd), IP6(6, 0xdb8), TCP(0x10)};
static const u8 udp6[] = {ETHER(0x86dd), IP6(17, 0xdb9), 0, 53, 0, 53, 0, 20, 0, 0};
static const u8 arp[] = {ETHER(0x806), 0, 1, 8, 0, 6, 4, 0, 1, 2, 0,   0, 0, 0, 1,
			 192,          0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2};
static const u8 bare[] = {ETHER(0x800)};
static const struct bytes packets[] = {
	{tcp4, sizeof(tcp4)}, {syn4, sizeof(syn4)}, {udp4, sizeof(udp4)}, {tcp6, sizeof(tcp6)},
	{udp6, sizeof(udp6)}, {arp, sizeof(arp)},   {bare, sizeof(bare)}, {udp4, sizeof(udp4)},
};

/* ---- one run ---- */

/* What to put into a map before. */
struct fill {
	const char *map;
	u8 key[20], value[8];
};

struct trial {
	const char *file, *prog;
	bool kernel_only;
	const char *variable; /* a word that is set before it is loaded */
	u32 to;
	struct fill fill[4];
};

static const struct trial trials[] = {
	{"count", "count", false, NULL, 0, {{0}}},
	{"firewall",
	 "firewall",
	 false,
	 NULL,
	 0,
	 {{"blocked4", {24, 0, 0, 0, 192, 0, 2}, {0}},
	  {"blocked4", {16, 0, 0, 0, 203, 0}, {0}},
	  {"blocked6", {32, 0, 0, 0, 0x20, 1, 0xd, 0xb8}, {0}}}},
	{"firewall", "firewall", false, "strict", 1, {{0}}},
	{"tails", "by_protocol", false, NULL, 0, {{0}}},
	{"syncookie", "check_cookie", true, NULL, 0, {{0}}},
};

static void fill(const struct sys_loaded *l, const struct fill *f)
{
	for (u32 i = 0; f->map && i < l->object->maps; i++) {
		union bpf_attr a = {.map_fd = (u32)l->map[i],
				    .key = (u64)(uintptr_t)f->key,
				    .value = (u64)(uintptr_t)f->value};

		if (!strcmp(l->object->map[i].name, f->map))
			l->door->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
	}
}

static void run(const struct sys_loaded *l, u32 prog, struct buf *to)
{
	for (u32 i = 0; i < LEN(packets); i++) {
		u8 out[512] = {0};
		union bpf_attr a = {.test = {.prog_fd = (u32)l->prog[prog],
					     .data_in = (u64)(uintptr_t)packets[i].p,
					     .data_size_in = (u32)packets[i].n,
					     .data_out = (u64)(uintptr_t)out,
					     .data_size_out = sizeof(out)}};
		int err = l->door->bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
		u32 n = MIN(a.test.data_size_out, (u32)sizeof(out));

		buf_printf(to, "packet %u: %d, %d, %u bytes, %d\n", i, err, (int)a.test.retval, n,
			   memcmp(out, packets[i].p, MIN((u64)n, packets[i].n)));
		if (!i) /* the timer of the first one */
			usleep(30000);
	}
}

/* ---- what is left in a map, in the order of its keys ---- */

enum { ENTRIES = 64, WIDE = 64 };

static u32 key_size;
static int by_key(const void *a, const void *b) { return memcmp(a, b, key_size); }

static void put_map(const struct sys_loaded *l, u32 map, struct buf *to)
{
	const struct object_map *m = &l->object->map[map];
	static u8 entry[ENTRIES][2 * WIDE];
	u32 n = 0, from = !strcmp(m->name, "clocks") ? 16 : 0;

	memset(entry, 0, sizeof(entry));
	key_size = m->shape.key_size;
	for (u8 *last = NULL; n < ENTRIES; last = entry[n++]) {
		union bpf_attr next = {.map_fd = (u32)l->map[map],
				       .key = (u64)(uintptr_t)last,
				       .next_key = (u64)(uintptr_t)entry[n]};
		union bpf_attr get = {.map_fd = (u32)l->map[map],
				      .key = (u64)(uintptr_t)entry[n],
				      .value = (u64)(uintptr_t)entry[n] + WIDE};

		if (l->door->bpf(BPF_MAP_GET_NEXT_KEY, &next, sizeof(next)) < 0)
			break;
		l->door->bpf(BPF_MAP_LOOKUP_ELEM, &get, sizeof(get));
	}
	qsort(entry, n, sizeof(entry[0]), by_key);
	for (u32 i = 0; i < n; i++) {
		buf_printf(to, "%s ", m->name);
		for (u32 k = 0; k < m->shape.key_size; k++)
			buf_printf(to, "%02x", entry[i][k]);
		buf_puts(to, ": ");
		for (u32 k = from; k < MIN(m->shape.value_size, (u32)WIDE); k++)
			buf_printf(to, "%02x", entry[i][WIDE + k]);
		buf_putc(to, '\n');
	}
}

/* The values of others are numbers of objects. */
static bool comparable(const struct object_map *m)
{
	return m->kind != OBJECT_INNER && m->shape.key_size <= WIDE &&
	       m->shape.value_size <= WIDE &&
	       (m->shape.type == MAPTYPE_HASH || m->shape.type == MAPTYPE_ARRAY ||
		m->shape.type == MAPTYPE_LPM_TRIE);
}

static struct ob_err *in_world(struct bytes file, const struct trial *t, const struct sys_door *d,
			       const struct btf *types, struct buf *to)
{
	struct object_target target = {.kernel = types};
	struct sys_loaded *l = NULL;
	struct object *o;
	struct ob_err *err = object_open(t->file, file, &o);

	if (err)
		return err;
	if (t->variable) {
		u32 map, type;
		struct bytes at = object_variable(o, t->variable, &map, &type);

		if (at.n)
			memcpy((u8 *)(uintptr_t)at.p, &t->to, MIN(at.n, 4u));
	}
	err = object_link(o, &target);
	if (!err)
		err = sys_load(o, &(struct sys_load_opts){.door = d, .kernel = types}, &l);
	if (!err) {
		for (u32 i = 0; i < LEN(t->fill); i++)
			fill(l, &t->fill[i]);
		run(l, (u32)(object_program(o, t->prog) - o->prog), to);
		for (u32 i = 0; i < o->maps; i++)
			if (comparable(&o->map[i]))
				put_map(l, i, to);
	}
	sys_loaded_close(l);
	object_close(o);
	return err;
}

/* ---- with every clang ---- */

static bool read_all(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char part[1 << 14];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(to, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return !n;
}

static bool compile(const char *clang, const char *name, char path[512])
{
	const char *top = getenv("SRCDIR");
	char command[2048];

	snprintf(path, 512, "%s/%s.o", dir, name);
	snprintf(command, sizeof(command),
		 "%s -O2 -g -target bpf -I/usr/include/$(uname -m)-linux-gnu -c "
		 "%s/example/bpf/%s.bpf.c -o %s",
		 clang, top ? top : ".", name, path);
	return !system(command);
}

static void one(const struct trial *t, const char *clang, bool kernel, const struct btf *types)
{
	struct buf file = {0}, ours = {0}, theirs = {0};
	char path[512], name[80], why[8192];
	struct ob_err *err = NULL;

	snprintf(name, sizeof(name), "%s%s%s", t->file, t->variable ? " with " : "",
		 t->variable ? t->variable : "");
	if (!compile(clang, t->file, path) || !read_all(path, &file)) {
		result(name, clang, "it does not compile");
		goto out;
	}
	struct bytes b = {(const u8 *)file.p, file.n};
	if (!t->kernel_only)
		err = in_world(b, t, &sys_door_own, types, &ours);
	if (err) {
		result(name, clang, text_of(err));
		goto out;
	}
	if (kernel)
		err = in_world(b, t, &sys_door_linux, types, &theirs);
	if (err) {
		result(name, clang, text_of(err));
		goto out;
	}
	bool same = t->kernel_only || !kernel || !strcmp(ours.p, theirs.p);
	snprintf(why, sizeof(why), "ours:\n%sthe kernel's:\n%s", ours.p ? ours.p : "",
		 theirs.p ? theirs.p : "");
	if (getenv("V"))
		printf("%s\n", why);
	result(name, clang, same ? NULL : why);
out:
	buf_deinit(&file);
	buf_deinit(&ours);
	buf_deinit(&theirs);
}

static struct btf *kernel_types(void)
{
	struct buf file = {0};
	struct btf *b = NULL;

	if (read_all("/sys/kernel/btf/vmlinux", &file))
		ob_err_destroy(btf_read((struct bytes){(const u8 *)file.p, file.n}, NULL, &b));
	buf_deinit(&file);
	return b;
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
	static const char *const clangs[] = {"clang-14", "clang-19"};
	char world[512], name[32], command[64];
	bool kernel = kernel_permits(), any = false;
	struct btf *types = kernel_types();

	snprintf(name, sizeof(name), "load-%d", getpid());
	if (!mkdtemp(dir) || kern_world_dir(name, world, sizeof(world)) ||
	    kern_world_set(world, "kernel.unchecked", "1")) {
		printf("FAIL a world: there is none\n");
		return 1;
	}
	setenv("ONEBPF_WORLD", world, 1);
	for (u32 c = 0; c < LEN(clangs); c++) {
		snprintf(command, sizeof(command), "command -v %s >/dev/null", clangs[c]);
		if (system(command) || access("/usr/include/bpf/bpf_helpers.h", R_OK))
			continue;
		any = true;
		for (u32 i = 0; i < LEN(trials); i++)
			if (kernel || !trials[i].kernel_only)
				one(&trials[i], clangs[c], kernel, types);
	}
	if (!any)
		printf("skip programs: neither clang-14 nor clang-19 with libbpf's headers\n");
	else if (!kernel)
		printf("skip the kernel: its bpf() is not permitted\n");
	btf_destroy(types);
	kern_world_remove(world);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) || failed;
}
