/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs whose verdict is known (programs/NAME.s): ours is that, and where the running
 * kernel may be asked its verdict and its log, line by line, are the same.
 * Line 3 of each: type=NAME maps=TYPE,KEY,VALUE,ENTRIES,FLAGS holds=HEX level=LEVEL
 * want=VERDICT. holds: the map before it is an array of one value, which is this; frozen.
 * And: kptrs, the values of the map before it are of TYPES' struct val; back=PC[,TYPE], there a
 * function begins that may be called back, of TYPES; lines=PC,PC has lines of source;
 * kfuncs=NAME,NAME, what `call kfunc 1` and 2 are; trace=NAME, the tracepoint of a tracing program;
 * flags=N, of the program; log=ours, which the kernel's is not; ask=ours, and not the kernel.
 * Usage: programs [NAME] */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "check/check.h"
#include "isa/bpf.h"
#include "sys/sys.h"

enum { LOG = 1 << 24, TEXT = 1 << 16, MAPS = 8, VALUE = 64, LINES = 4 };

struct one {
	const char *name;
	struct prog *p;
	struct prog_map map[MAPS];
	u8 value[MAPS][VALUE];
	struct prog_func func[2];
	struct prog_line line[LINES];
	struct bpf_line_info info[LINES];
	u32 flags, attach_id;
	struct btf *types;
	int types_fd;
	enum check_level level;
	bool refuse, own_log, not_asked, skip;
};

static bool no_kernel;
static struct btf *vmlinux;

/* ---- types ---- */

static const char names[] = "\0int\0long\0task_struct\0kptr\0kptr_untrusted\0own\0val\0main\0back"
			    "\0a\0b\0c\0d";
enum {
	N_INT = 1,
	N_LONG = 5,
	N_TASK = 10,
	N_KPTR = 22,
	N_UNTRUSTED = 27,
	N_OWN = 42,
	N_VAL = 46,
	N_MAIN = 50,
	N_BACK = 55,
	N_A = 60,
	T_INT = 1,
	T_VAL = 11,
	T_MAIN = 13,
	T_BACK
};
#define KIND(kind, n) ((u32)BTF_KIND_##kind << 24 | (n))
static const u32 types[] = {
	N_INT, KIND(INT, 0), 4, 1 << 24 | 32, N_LONG, KIND(INT, 0), 8, 1 << 24 | 64,
	/* 3: struct task_struct, 4 and 5: a kptr to it, 6 and 7: an untrusted one */
	N_TASK, KIND(STRUCT, 1), 8, N_A, 2, 0, N_KPTR, KIND(TYPE_TAG, 0), 3, 0, KIND(PTR, 0), 4,
	N_UNTRUSTED, KIND(TYPE_TAG, 0), 3, 0, KIND(PTR, 0), 6,
	/* 8: struct own, 9 and 10: a kptr to it */
	N_OWN, KIND(STRUCT, 1), 8, N_A, 2, 0, N_KPTR, KIND(TYPE_TAG, 0), 8, 0, KIND(PTR, 0), 9,
	N_VAL, KIND(STRUCT, 4), 32, N_A, 5, 0, N_A + 2, 7, 64, N_A + 4, 2, 128, N_A + 6, 10, 192,
	/* 12: int (void) */
	0, KIND(FUNC_PROTO, 0), T_INT, N_MAIN, KIND(FUNC, 1), 12, N_BACK, KIND(FUNC, 0), 12,
	/* 15: void (void) */
	0, KIND(FUNC_PROTO, 0), 0, N_BACK, KIND(FUNC, 0), 15};
static struct {
	struct btf_header head;
	u32 types[LEN(types)];
	char names[sizeof(names)];
} blob;

static struct btf *make_types(void)
{
	struct btf *b = NULL;

	blob.head = (struct btf_header){.magic = BTF_MAGIC,
					.version = BTF_VERSION,
					.hdr_len = sizeof(blob.head),
					.type_len = sizeof(types),
					.str_off = sizeof(types),
					.str_len = sizeof(names)};
	memcpy(blob.types, types, sizeof(types));
	memcpy(blob.names, names, sizeof(names));
	btf_load((struct bytes){(u8 *)&blob, offsetof(__typeof__(blob), names) + sizeof(names)},
		 vmlinux, NULL, &b);
	return b;
}

static void read_vmlinux(void)
{
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "r");
	u8 *p = malloc(BTF_SIZE_MAX);
	size_t n = f && p ? fread(p, 1, BTF_SIZE_MAX, f) : 0;

	if (f)
		fclose(f);
	ob_err_destroy(btf_read((struct bytes){p, n}, NULL, &vmlinux));
	free(p);
}

static int load_types(void)
{
	union bpf_attr a = {.btf = (u64)(uintptr_t)&blob,
			    .btf_size = (u32)(offsetof(__typeof__(blob), names) + sizeof(names))};

	return sys_linux_bpf(BPF_BTF_LOAD, &a, sizeof(a));
}

static bool fail(const struct one *o, const char *fmt, ...) PRINTF(2, 3);
static bool fail(const struct one *o, const char *fmt, ...)
{
	va_list ap;

	printf("FAIL %s: ", o->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("");
	return false;
}

/* ---- what the file says ---- */

static bool hold(struct one *o, const char *hex)
{
	u32 nr = o->p->maps - 1, n = (u32)strlen(hex) / 2;
	struct prog_map *m = &o->map[nr];

	if (nr >= MAPS || n > m->value_size || m->value_size > VALUE)
		return false;
	for (u32 i = 0; i < n; i++)
		if (sscanf(hex + (size_t)i * 2, "%2hhx", &o->value[nr][i]) != 1)
			return false;
	m->fixed = (struct bytes){o->value[nr], m->value_size};
	return true;
}

static bool name_kfuncs(struct one *o, const char *list)
{
	for (u32 nr = 1; *list; nr++) {
		char name[64];
		size_t n = strcspn(list, ",");
		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		for (u32 pc = 0; pc < o->p->n; pc++)
			if (o->p->ext[pc].op == EB_CALL_KFUNC && o->p->ext[pc].imm == nr)
				o->p->ext[pc].imm = o->p->stored[pc].imm =
					(s32)btf_find(vmlinux, name, BTF_KIND_FUNC);
		list += n + (list[n] == ',');
	}
	return true;
}

static bool add_lines(struct one *o, const char *list)
{
	for (u32 i = 0; i < LINES && *list; i++) {
		u32 pc = (u32)strtoul(list, (char **)(uintptr_t)&list, 10);
		o->line[i] = (struct prog_line){pc, "a", "b", 1, 1};
		o->info[i] = (struct bpf_line_info){pc, N_A, N_A + 2, 1 << 10 | 1};
		o->p->lines++;
		list += *list == ',';
	}
	o->p->line = o->line;
	return true;
}

static bool set_types(struct one *o, const char *word)
{
	char name[80];

	if (!vmlinux)
		read_vmlinux();
	o->skip = !vmlinux;
	if (o->skip)
		return true;
	if (*word == 't') {
		snprintf(name, sizeof(name), "btf_trace_%s", word + 6);
		o->attach_id = btf_find(vmlinux, name, BTF_KIND_TYPEDEF);
		o->p->attach = BPF_TRACE_RAW_TP;
		return o->attach_id;
	}
	if (!strncmp(word, "kfuncs=", 7))
		return name_kfuncs(o, word + 7);
	if (!o->types)
		o->types = make_types();
	if (*word == 'k') {
		struct prog_map *m = &o->map[o->p->maps - 1];
		m->btf = o->types;
		m->key = T_INT;
		m->value = T_VAL;
		return o->types;
	}
	o->p->btf = o->types;
	if (*word == 'l')
		return add_lines(o, word + 6);
	o->func[0] = (struct prog_func){0, T_MAIN};
	o->func[1].type = T_BACK;
	o->p->func = o->func;
	o->p->funcs = 2;
	return o->types && sscanf(word + 5, "%u,%u", &o->func[1].pc, &o->func[1].type) >= 1;
}

static bool set(struct one *o, const char *word)
{
	struct prog_map *m = &o->map[o->p->maps];

	if (!strncmp(word, "type=", 5))
		return prog_find(word + 5, strlen(word + 5), &o->p->type);
	if (!strcmp(word, "level=unprivileged") || !strcmp(word, "level=seed")) {
		o->level = word[6] == 's' ? CHECK_SEED : CHECK_UNPRIVILEGED;
		return true;
	}
	if (!strncmp(word, "maps=", 5)) {
		m->name = "";
		o->p->maps++;
		return sscanf(word + 5, "%u,%u,%u,%u,%u", &m->type, &m->key_size, &m->value_size,
			      &m->max_entries, &m->flags) >= 4;
	}
	if (!strcmp(word, "log=ours"))
		return o->own_log = true;
	if (!strcmp(word, "ask=ours"))
		return o->not_asked = true;
	if (!strncmp(word, "flags=", 6))
		return sscanf(word + 6, "%u", &o->flags) == 1;
	if (!strcmp(word, "kptrs") || !strncmp(word, "back=", 5) || !strncmp(word, "kfuncs=", 7) ||
	    !strncmp(word, "trace=", 6) || !strncmp(word, "lines=", 6))
		return set_types(o, word);
	if (!strncmp(word, "holds=", 6))
		return hold(o, word + 6);
	o->refuse = !strcmp(word, "want=refuse");
	return o->refuse || !strcmp(word, "want=accept");
}

static bool read_header(struct one *o, char *text)
{
	char *line = strchr(strchr(text, '\n') + 1, '\n') + 1, *save = NULL, *word;
	char copy[256];

	snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
	o->p->type = PROGTYPE_SOCKET_FILTER;
	o->p->map = o->map;
	o->level = CHECK_PRIVILEGED;
	for (word = strtok_r(copy, " /", &save); word; word = strtok_r(NULL, " /", &save))
		if (!set(o, word))
			return fail(o, "what is `%s`?", word);
	return true;
}

static bool read_one(struct one *o, const char *path)
{
	static char text[TEXT];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = 0;
	struct ob_err *err = prog_assemble(o->name, text, n, &o->p);
	if (!err)
		return read_header(o, text);
	ob_err_print(err, stdout);
	ob_err_destroy(err);
	return fail(o, "cannot be read");
}

/* ---- the kernel's log ---- */

static int make_map(const struct one *o, const struct prog_map *m)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags,
			    .btf_fd = m->btf ? (u32)o->types_fd : 0,
			    .btf_key_type_id = m->key,
			    .btf_value_type_id = m->value};

	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
	u32 key = 0;

	if (fd < 0 || !m->fixed.p)
		return fd;
	a = (union bpf_attr){.map_fd = (u32)fd,
			     .key = (u64)(uintptr_t)&key,
			     .value = (u64)(uintptr_t)m->fixed.p};
	sys_linux_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
	a = (union bpf_attr){.map_fd = (u32)fd};
	sys_linux_bpf(BPF_MAP_FREEZE, &a, sizeof(a));
	return fd;
}

static int in_kernel(struct one *o, char *log)
{
	int fds[MAPS], err = 0;
	union bpf_attr a = {.prog_type = o->p->type,
			    .insn_cnt = o->p->n,
			    .insns = (u64)(uintptr_t)o->p->stored,
			    .license = (u64)(uintptr_t) "GPL",
			    .fd_array = (u64)(uintptr_t)fds,
			    .log_level = 2,
			    .log_size = LOG,
			    .log_buf = (u64)(uintptr_t)log,
			    .prog_flags = o->flags,
			    .expected_attach_type = o->p->attach,
			    .attach_btf_id = o->attach_id,
			    .func_info = (u64)(uintptr_t)o->func,
			    .func_info_cnt = o->p->funcs,
			    .func_info_rec_size = sizeof(*o->func),
			    .line_info = (u64)(uintptr_t)o->info,
			    .line_info_cnt = o->p->lines,
			    .line_info_rec_size = sizeof(*o->info)};

	o->types_fd = o->types ? load_types() : -1;
	a.prog_btf_fd = o->p->btf ? (u32)o->types_fd : 0;
	for (u32 i = 0; i < o->p->maps; i++)
		fds[i] = make_map(o, &o->map[i]);
	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (fd < 0)
		err = -errno;
	else
		close(fd);
	for (u32 i = 0; i < o->p->maps; i++)
		close(fds[i]);
	if (o->types_fd >= 0)
		close(o->types_fd);
	return err;
}

/* The next line that both are to have: not what the kernel notes of its own liveness of
 * the stack, nor empty ones. NULL: none. */
static char *next_line(char **at)
{
	char *line;

	do {
		line = strsep(at, "\n");
	} while (line && (!*line || line[0] == '('));
	return line;
}

/* Addresses differ, and so does where the state stands behind them. */
static bool same_line(const char *a, const char *b)
{
	const char *x = strstr(a, "(18) r"), *y = strstr(b, "(18) r");

	if (!strcmp(a, b))
		return true;
	return x && y && x - a == y - b && strncmp(a, b, (size_t)(x - a)) == 0 &&
	       !strcmp(strchr(a, ';') ? strchr(a, ';') : "", strchr(b, ';') ? strchr(b, ';') : "");
}

static bool compare(const struct one *o, char *ours, char *theirs)
{
	for (;;) {
		char *a = next_line(&ours), *b = next_line(&theirs);
		if (!a || !b) {
			if (!a && !b)
				return true;
			return fail(o, "only %s: %s", a ? "ours" : "the kernel", a ? a : b);
		}
		if (!same_line(a, b)) {
			printf("    ours:   %s\n    kernel: %s\n", a, b);
			return fail(o, "the logs differ");
		}
	}
}

/* Needs root to ask for the other levels: by ours alone. */
static bool beside_kernel(struct one *o, int err, char *ours)
{
	static char log[LOG];

	if (o->level != CHECK_PRIVILEGED || o->not_asked || no_kernel)
		return true;
	memset(log, 0, sizeof(log));
	int theirs = in_kernel(o, log);
	if (theirs == -EPERM) {
		no_kernel = true;
		return true;
	}
	if (theirs != err) {
		puts(log);
		return fail(o, "ours is %d, the kernel's %d", err, theirs);
	}
	return o->own_log || compare(o, ours, log);
}

static bool judge(struct one *o)
{
	struct buf text = {0};
	struct check_how how = {.level = o->level,
				.gpl = true,
				.log = 2,
				.text = &text,
				.prog_flags = o->flags,
				.kernel = vmlinux,
				.attach_btf_id = o->attach_id};
	int err = check_verify(o->p, &how, NULL);
	bool ok = true;

	if (!err == o->refuse) {
		fputs(text.p, stdout);
		ok = fail(o, "the verdict is %d", err);
	}
	how.text = NULL;
	how.no_prune = true;
	int all = ok ? check_verify(o->p, &how, NULL) : err;
	if (all != err && all != -E2BIG) /* every path may be too much */
		ok = fail(o, "the verdict is another one without pruning");
	ok = ok && beside_kernel(o, err, text.p);
	buf_deinit(&text);
	return ok;
}

static bool run(const char *dir, const char *file)
{
	char path[512], name[256];
	struct one o = {.name = name};

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
	bool ok = read_one(&o, path) && (o.skip || judge(&o));
	if (ok)
		printf(o.skip ? "skip %s: the kernel's types are not there\n" : "ok %s\n", name);
	prog_destroy(o.p);
	btf_destroy(o.types);
	return ok;
}

int main(int argc, char **argv)
{
	char dir[256];
	struct dirent **list;
	bool ok = true;

	snprintf(dir, sizeof(dir), "%s/test/check/programs",
		 getenv("SRCDIR") ? getenv("SRCDIR") : ".");
	int n = scandir(dir, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		size_t len = strlen(list[i]->d_name);
		bool asked = argc < 2 || !strncmp(list[i]->d_name, argv[1], strlen(argv[1]));
		if (len > 2 && !strcmp(list[i]->d_name + len - 2, ".s") && asked)
			ok &= run(dir, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (no_kernel)
		puts("skip kernel: its bpf() may not be asked");
	return n < 3 || !ok;
}
