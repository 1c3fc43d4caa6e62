/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes that a program's author put into it: usdt/PROGRAM:PROVIDER:NAME.
 *
 * A note of type stapsdt tells for each place where it is, the semaphore that turns it
 * on, and where its arguments are then: "-4@%edi 8@-8(%rbp) 4@$5". Programs with libbpf's
 * usdt.bpf.h look them up in a map, by the cookie of the place. */
#include "sys/attach.h"

#include <elf.h>
#include <stdlib.h>

enum { NOTE_TYPE = 3, ARGS = 12, SITES = 4096 };
enum { ARG_CONST, ARG_REG, ARG_DEREF, ARG_SIB };

/* As usdt.bpf.h has them. */
struct arg_spec {
	u64 val;
	u32 type; /* of SIB: the index register's offset << 8, its shift << 20 */
	s16 reg;  /* offset in struct pt_regs */
	bool is_signed;
	u8 shift; /* bits to be cut from the top */
};
struct spec {
	struct arg_spec arg[ARGS];
	u64 cookie;
	s16 n;
};
_Static_assert(sizeof(struct arg_spec) == 16 && sizeof(struct spec) == 208, "usdt.bpf.h");

/* ---- arguments ---- */

#ifdef __x86_64__
/* In the order of struct pt_regs. */
static const char *const regs[][4] = {
	{"r15", "r15d", "r15w", "r15b"},
	{"r14", "r14d", "r14w", "r14b"},
	{"r13", "r13d", "r13w", "r13b"},
	{"r12", "r12d", "r12w", "r12b"},
	{"rbp", "ebp", "bp", "bpl"},
	{"rbx", "ebx", "bx", "bl"},
	{"r11", "r11d", "r11w", "r11b"},
	{"r10", "r10d", "r10w", "r10b"},
	{"r9", "r9d", "r9w", "r9b"},
	{"r8", "r8d", "r8w", "r8b"},
	{"rax", "eax", "ax", "al"},
	{"rcx", "ecx", "cx", "cl"},
	{"rdx", "edx", "dx", "dl"},
	{"rsi", "esi", "si", "sil"},
	{"rdi", "edi", "di", "dil"},
	{"", "", "", ""},
	{"rip", "eip", "ip", ""},
	{"", "", "", ""},
	{"", "", "", ""},
	{"rsp", "esp", "sp", "spl"},
};

static int reg_offset(const char *name)
{
	for (u32 i = 0; i < LEN(regs); i++)
		for (u32 k = 0; k < LEN(regs[i]); k++)
			if (*name && !strcmp(name, regs[i][k]))
				return (int)(i * 8);
	return -1;
}

/* "%rax", "$5", "-8(%rbp)", "(%rax)", "8(%rax,%rbx,4)" */
static bool read_place(const char *s, struct arg_spec *to)
{
	char base[8] = "", index[8] = "";
	long long val = 0;
	u32 scale = 1;
	int n = 0;

	if (sscanf(s, "$%lli%n", &val, &n) == 1 && !s[n]) {
		to->type = ARG_CONST;
	} else if (sscanf(s, "%%%7[a-z0-9]%n", base, &n) == 1 && !s[n]) {
		to->type = ARG_REG;
	} else {
		if (*s != '(' && (sscanf(s, "%lli%n", &val, &n) != 1))
			return false;
		s += n;
		n = 0;
		if (sscanf(s, "(%%%7[a-z0-9])%n", base, &n) == 1 && n && !s[n]) {
			to->type = ARG_DEREF;
		} else if (sscanf(s, "(%%%7[a-z0-9],%%%7[a-z0-9],%u)%n", base, index, &scale, &n) ==
				   3 &&
			   n && !s[n] && scale && scale <= 8 && !(scale & (scale - 1))) {
			int at = reg_offset(index);

			if (at < 0)
				return false;
			to->type = ARG_SIB | (u32)at << 8 | (u32)__builtin_ctz(scale) << 20;
		} else {
			return false;
		}
	}
	to->val = (u64)val;
	int at = *base ? reg_offset(base) : 0;
	to->reg = (s16)at;
	return at >= 0;
}
#else
static bool read_place(const char *s, struct arg_spec *to)
{
	(void)s, (void)to;
	return false;
}
#endif

/* "-4@PLACE", "8@PLACE", "8f@PLACE" is of floating point. */
static bool read_arg(const char *s, struct arg_spec *to)
{
	int size, n = 0;

	if (sscanf(s, "%d@%n", &size, &n) != 1 || !n)
		return false;
	u32 bytes = (u32)abs(size);
	if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
		return false;
	to->is_signed = size < 0;
	to->shift = (u8)(64 - 8 * bytes);
	return read_place(s + n, to);
}

/* False: one of them is of a form that is not known; it is left in *s. */
static bool read_args(char *text, struct spec *to, const char **wrong)
{
	char *rest = text;

	*to = (struct spec){0};
	for (char *s; (s = strsep(&rest, " "));) {
		*wrong = s;
		if (!*s)
			continue;
		if (to->n == ARGS || !read_arg(s, &to->arg[to->n++]))
			return false;
	}
	return true;
}

/* ---- notes ---- */

struct site {
	u64 at, semaphore; /* offsets in the file; 0: it has none */
	const char *args;
};

struct probe {
	const char *provider, *name;
	u64 moved; /* prelink has moved the program so far */
	const struct program_file *f;
	struct site *site; /* SITES of them */
	u32 n;
};

/* Behind the three addresses: provider, name, arguments, each 0-terminated. */
static void take_note(struct probe *p, struct bytes d)
{
	const char *text[3];
	struct bytes rest = {d.p + 24, d.n - 24};
	u64 at, base, semaphore;

	for (u32 i = 0; i < 3; i++) {
		const u8 *end = rest.n ? memchr(rest.p, 0, rest.n) : NULL;

		if (!end)
			return;
		text[i] = (const char *)rest.p;
		rest.n -= (u64)(end + 1 - rest.p);
		rest.p = end + 1;
	}
	if (strcmp(text[0], p->provider) || strcmp(text[1], p->name) || p->n == SITES)
		return;
	memcpy(&at, d.p, 8);
	memcpy(&base, d.p + 8, 8);
	memcpy(&semaphore, d.p + 16, 8);
	u64 moved = p->moved && base ? p->moved - base : 0;
	s64 off = program_file_offset(p->f, at + moved);
	s64 sem = semaphore ? program_file_offset(p->f, semaphore + moved) : 0;
	if (off >= 0 && sem >= 0)
		p->site[p->n++] = (struct site){(u64)off, (u64)sem, text[2]};
}

static void read_notes(struct probe *p)
{
	u32 base = elf_find(&p->f->elf, ".stapsdt.base");
	u32 nr = elf_find(&p->f->elf, ".note.stapsdt");
	struct bytes b = nr ? elf_section(&p->f->elf, nr).data : (struct bytes){0};

	p->moved = base ? elf_section(&p->f->elf, base).addr : 0;
	while (b.n >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr h;

		memcpy(&h, b.p, sizeof(h));
		u64 name = ((u64)h.n_namesz + 3) & ~(u64)3, desc = ((u64)h.n_descsz + 3) & ~(u64)3;
		b.p += sizeof(h);
		b.n -= sizeof(h);
		if (name > b.n || desc > b.n - name)
			return;
		if (h.n_type == NOTE_TYPE && h.n_namesz == 8 && !memcmp(b.p, "stapsdt", 8) &&
		    h.n_descsz > 24)
			take_note(p, (struct bytes){b.p + name, h.n_descsz});
		b.p += name + desc;
		b.n -= name + desc;
	}
}

/* ---- attaching ---- */

/* Where the map wants the arguments, NULL: the object has no such map. */
static int specs_map(const struct attach *a)
{
	for (u32 i = 0; i < a->l->object->maps; i++)
		if (!strcmp(a->l->object->map[i].name, "__bpf_usdt_specs") &&
		    a->l->object->map[i].shape.value_size == sizeof(struct spec))
			return a->l->map[i];
	return -1;
}

static struct ob_err *put_spec(const struct attach *a, const struct site *s, u32 id)
{
	int map = specs_map(a);
	struct spec spec;
	const char *wrong = "";
	char *text = strdup(s->args);

	if (!text)
		return err_nomem();
	struct ob_err *err =
		map >= 0 && !read_args(text, &spec, &wrong)
			? err_new(OB_UNSUPPORTED,
				  "%s (%s): an argument of the probe lies at \"%s\", which is not "
				  "understood",
				  a->p->name, a->p->section, wrong)
			: NULL;
	if (!err && map >= 0) {
		union bpf_attr u = {.map_fd = (u32)map,
				    .key = (u64)(uintptr_t)&id,
				    .value = (u64)(uintptr_t)&spec};
		int no = a->door->bpf(BPF_MAP_UPDATE_ELEM, &u, sizeof(u));

		if (no < 0)
			err = attach_err(a, no, "cannot keep the arguments of place %u", id);
	}
	free(text);
	return err;
}

static struct ob_err *attach_site(const struct attach *a, const char *path, const struct site *s,
				  struct sys_link *to)
{
	int type = a->door->unit("uprobe", "type");
	pid_t pid = a->opts->pid ? a->opts->pid : -1;
	struct features *f = a->l->features;
	u32 id = f->usdt_places++;
	struct ob_err *err = put_spec(a, s, id);

	if (err)
		return err;
	if (!a->door->own && specs_map(a) >= 0 && !feature_has(f, FEATURE_COOKIE))
		return err_hint(
			err_new(OB_UNSUPPORTED,
				"%s (%s): this kernel does not tell a program which place it "
				"was called from",
				a->p->name, a->p->section),
			"Linux 5.15 does");
	if (type < 0)
		return event_err(a, -EOPNOTSUPP, NULL, "the kernel has no unit uprobe");
	struct perf_event_attr e = {.type = (u32)type,
				    .config = s->semaphore << 32,
				    .config1 = (u64)(uintptr_t)path,
				    .config2 = s->at};
	int no = event_attach(a, &e, pid, pid > 0 ? -1 : 0, id, to);
	return no < 0 ? event_err(a, no, "uprobe", "cannot attach to %s at 0x%llx", path,
				  (unsigned long long)s->at)
		      : NULL;
}

static struct ob_err *attach_sites(const struct attach *a, struct probe *p, struct sys_link *to)
{
	struct ob_err *err = NULL;

	p->site = calloc(SITES, sizeof(*p->site));
	if (!p->site)
		return err_nomem();
	read_notes(p);
	if (!p->n)
		err = err_new(OB_NAME, "%s has no probe %s:%s", p->f->path, p->provider, p->name);
	for (u32 i = 0; i < p->n && !err; i++)
		err = attach_site(a, p->f->path, &p->site[i], to);
	if (!err)
		err = link_where(to, "probe %s:%s of %s, %u place%s", p->provider, p->name,
				 p->f->path, p->n, p->n == 1 ? "" : "s");
	free(p->site);
	return err;
}

static struct ob_err *usdt(const struct attach *a, struct sys_link *to)
{
	struct program_file f = {0};
	char *spec = strdup(a->p->target);
	char *name = spec ? strrchr(spec, ':') : NULL;
	struct ob_err *err;

	if (!spec)
		return err_nomem();
	if (name)
		*name++ = 0;
	char *provider = name ? strrchr(spec, ':') : NULL;
	if (provider)
		*provider++ = 0;
	if (!provider || !*name || !*spec)
		err = err_hint(err_new(OB_NAME, "%s: section %s does not name a probe", a->p->name,
				       a->p->section),
			       "SEC(\"usdt//path/to/program:PROVIDER:NAME\")");
	else
		err = program_file_open(spec, a->opts->pid, &f);
	if (!err)
		err = attach_sites(a, &(struct probe){.provider = provider, .name = name, .f = &f},
				   to);
	program_file_close(&f);
	free(spec);
	return err;
}

const struct attach_kind attach_usdt = {(const char *const[]){"usdt", "usdt.s", NULL}, usdt};
