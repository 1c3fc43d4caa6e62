/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf doctor`: what this machine permits, found by trying it. */
#include "tool/doctor.h"
#include "tool/json.h"
#include "tool/opt.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct doctor_cmd {
	u32 json;
};

static const struct doctor_row rows[] = {
	{"Linux's bpf(2)", "bpf", "maps and programs in the kernel", doctor_bpf},
	{NULL, "map-types", "every type of map that there is", doctor_maps},
	{NULL, "prog-types", "every type of program", doctor_progs},
	{NULL, "jit", "programs become machine code", doctor_jit},
	{NULL, "btf", "the kernel describes its types", doctor_btf},
	{NULL, "pins", "objects stay, pinned in /sys/fs/bpf", doctor_pins},
	{"Events", "kprobe", "functions of the kernel", doctor_kprobe},
	{NULL, "uprobe", "functions of programs, by the kernel", doctor_uprobe},
	{NULL, "tracepoint", "the kernel's tracepoints", doctor_tracepoint},
	{NULL, "fentry", "functions of the kernel, by their types", doctor_fentry},
	{NULL, "samples", "a program's own samples, without the kernel's", doctor_samples},
	{NULL, "counters", "the processor's counters", doctor_counters},
	{"Packets", "filter", "a filter on an own socket", doctor_filter},
	{NULL, "packets", "packets of an interface", doctor_packets},
	{NULL, "sandbox", "onebpf dump limits itself", doctor_sandbox},
	{"In user space", "world", "bpf() answered by a world of our own", doctor_world},
	{NULL, "preload", "other programs in it: onebpf user", doctor_preload},
	{NULL, "machine-code", "our JIT", doctor_machine_code},
	{NULL, "ptrace", "look into other processes of this user", doctor_ptrace},
	{NULL, "userns", "be root among one's own", doctor_userns},
	{NULL, "notify", "answer system calls of static programs", doctor_notify},
};

/* ---- for those who look ---- */

void doctor_errno(struct finding *f, int errnum)
{
	f->state = DOCTOR_NO;
	buf_puts(&f->why, strerror(errnum));
}

bool doctor_number(const char *path, long *ret)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fscanf(f, "%ld", ret) == 1;

	if (f)
		fclose(f);
	return ok;
}

bool doctor_has_cap(u32 cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &head, data) &&
	       data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

int doctor_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(-fn());
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -EIO;
	return -WEXITSTATUS(status);
}

/* ---- what is printed ---- */

enum { NAME_COLUMN = 2, WHAT_COLUMN = 22, WIDTH = 79 };

static const char *const states[] = {"yes", "no", "unknown"};

/* Words of s from a column on. */
static void wrapped(struct buf *b, const char *s, size_t column)
{
	size_t at = column;

	buf_pad(b, column);
	while (*s) {
		size_t n = strcspn(s, " ");

		if (at + n > WIDTH && at > column) {
			buf_putc(b, '\n');
			buf_pad(b, column);
			at = column;
		}
		buf_add(b, s, n);
		at += n + 1;
		s += n;
		s += strspn(s, " ");
		if (*s && at + strcspn(s, " ") <= WIDTH)
			buf_putc(b, ' ');
	}
	buf_putc(b, '\n');
}

static void put_row(struct buf *b, const struct doctor_row *r, const struct finding *f)
{
	struct buf head = {0};

	buf_printf(&head, "  %-14s%-6s", r->name, states[f->state]);
	buf_puts(b, head.p);
	buf_deinit(&head);
	buf_printf(b, "%s\n", r->what);
	if (f->why.n)
		wrapped(b, f->why.p, WHAT_COLUMN + 2);
	if (f->help.n) {
		struct buf help = {0};

		buf_printf(&help, "-> %s", f->help.p);
		wrapped(b, help.p, WHAT_COLUMN + 2);
		buf_deinit(&help);
	}
}

static void put_text(struct buf *b, const char *s) { json_text(b, s ? s : "", s ? strlen(s) : 0); }

static void put_json(struct buf *b, const char *group, const struct doctor_row *r,
		     const struct finding *f)
{
	buf_puts(b, "{\"group\":");
	put_text(b, group);
	buf_puts(b, ",\"name\":");
	put_text(b, r->name);
	buf_puts(b, ",\"what\":");
	put_text(b, r->what);
	buf_printf(b, ",\"permitted\":\"%s\",\"why\":", states[f->state]);
	put_text(b, f->why.p);
	buf_puts(b, ",\"help\":");
	put_text(b, f->help.p);
	buf_putc(b, '}');
}

/* ---- the command ---- */

static bool asked_for(char **operand, const char *name)
{
	if (!*operand)
		return true;
	for (; *operand; operand++)
		if (!strcmp(*operand, name))
			return true;
	return false;
}

static struct ob_err *check_names(char **operand)
{
	const char *list[LEN(rows) + 1] = {NULL};

	for (u32 i = 0; i < LEN(rows); i++)
		list[i] = rows[i].name;
	for (; *operand; operand++) {
		bool known = false;

		for (u32 i = 0; i < LEN(rows); i++)
			known |= !strcmp(*operand, rows[i].name);
		if (known)
			continue;
		struct ob_err *err = err_new(OB_NAME, "nothing is called \"%s\"", *operand);
		const char *near = word_nearest(*operand, list);
		return near ? err_hint(err, "did you mean %s?", near)
			    : err_hint(err, "all names: onebpf doctor");
	}
	return NULL;
}

/* Text goes out row by row, so that what takes its time, or kills, is seen. */
static void look(const struct doctor_row *r, const char *group, bool json, bool *all, u32 *told)
{
	struct finding f = {.state = DOCTOR_NO};
	struct buf b = {0};

	r->look(&f);
	*all &= f.state == DOCTOR_PERMITTED;
	if (json) {
		buf_puts(&b, *told ? "," : "");
		put_json(&b, group, r, &f);
	} else {
		if (r->group || !*told)
			buf_printf(&b, "%s%s\n", *told ? "\n" : "", group);
		put_row(&b, r, &f);
	}
	++*told;
	fwrite(b.p, 1, b.n, stdout);
	buf_deinit(&b);
	buf_deinit(&f.why);
	buf_deinit(&f.help);
}

static int run(const void *opts, char **operand)
{
	const struct doctor_cmd *c = opts;
	struct ob_err *err = check_names(operand);
	const char *group = NULL, *shown = NULL;
	bool all = true;
	u32 told = 0;

	if (err)
		return fail("doctor", err);
	if (c->json)
		fputs("{\"schema\":1,\"rows\":[", stdout);
	for (u32 i = 0; i < LEN(rows); i++) {
		struct doctor_row r = rows[i];

		group = r.group ? r.group : group;
		if (!asked_for(operand, r.name))
			continue;
		r.group = group == shown ? NULL : group;
		shown = group;
		look(&r, group, c->json, &all, &told);
	}
	if (c->json)
		fputs("]}\n", stdout);
	return *operand && !all ? NO : DONE;
}

/* clang-format off */
static const struct opt options[] = {
	{OPT_COUNT, 'j', true, "json", .to = offsetof(struct doctor_cmd, json),
	 .help = "all of it as a line of JSON"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"what may I do here?", "onebpf doctor"},
	{"may I load programs?", "onebpf doctor bpf"},
	{0},
};

static const char *const names[] = {
	"bpf",    "map-types", "prog-types", "jit",    "btf",     "pins",
	"kprobe", "uprobe",    "tracepoint", "fentry", "samples", "counters",
	"filter", "packets",   "sandbox",    "world",  "preload", "machine-code",
	"ptrace", "userns",    "notify",     NULL,
};

const struct verb verb_doctor = {
	.name = "doctor",
	.does = "what this machine permits, found by trying it",
	.operands = "[name ...]",
	.opt = options,
	.example = examples,
	.words = names,
	.size = sizeof(struct doctor_cmd),
	.run = run,
};
