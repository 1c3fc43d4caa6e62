/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf btf`: the types of an object, of the kernel or of a file, as C or one by
 * one; and whether Linux would take them. */
#include "isa/bpf.h"
#include "prog/object.h"
#include "tool/expr.h"

#include <ctype.h>
#include <stdlib.h>

enum { LARGEST = 1 << 30 };
enum { AS_C = 1, AS_RAW, AS_BIN };

static const char *const formats[] = {"c", "raw", "bin", NULL};

struct btf_cmd {
	u32 format; /* AS_C ..., 0: AS_RAW */
	u32 check, zero, dedup;
	const char *base, *value;
};

/* ---- where types come from ---- */

static const char kernel_path[] = "/sys/kernel/btf/vmlinux";

/* The part of a file that holds types: all of it, or an object's section. */
static struct ob_err *find_types(struct bytes file, struct bytes *ret)
{
	struct elf e;
	u32 i;

	*ret = file;
	if (!elf_is(file))
		return NULL;
	struct ob_err *err = elf_open(file, &e);
	if (err)
		return err;
	i = elf_find(&e, ".BTF");
	if (!i)
		return err_hint(err_new(OB_FORMAT, "the object has no section .BTF"),
				"compile it with -g");
	*ret = elf_section(&e, i).data;
	return NULL;
}

/* file keeps the bytes, of which *ret is a part. */
static struct ob_err *read_file(const char *name, struct buf *file, struct bytes *ret)
{
	const char *path = strcmp(name, "kernel") ? name : kernel_path;
	struct ob_err *err = expr_read(path, LARGEST, file);

	if (err)
		return err;
	err = find_types((struct bytes){(const u8 *)file->p, file->n}, ret);
	return err ? err_at_file(err, path) : NULL;
}

static struct ob_err *read_types(const char *name, const struct btf *base, struct btf **ret)
{
	struct buf file = {0};
	struct bytes data;
	struct ob_err *err;

	if (!strcmp(name, "world"))
		return core_world(ret);
	err = read_file(name, &file, &data);
	if (!err) {
		err = btf_read(data, base, ret);
		if (err)
			err = err_note(err, "in %s", name);
	}
	buf_deinit(&file);
	return err;
}

/* ---- which of them ---- */

/* A word of C before a name tells its kind. */
static const char *kind_of(const char *name, u32 *kind)
{
	static const struct {
		const char *word;
		u32 kind;
	} words[] = {{"struct ", BTF_KIND_STRUCT},
		     {"union ", BTF_KIND_UNION},
		     {"enum ", BTF_KIND_ENUM},
		     {"typedef ", BTF_KIND_TYPEDEF}};

	for (u32 i = 0; i < LEN(words); i++)
		if (!strncmp(name, words[i].word, strlen(words[i].word))) {
			*kind = words[i].kind;
			return name + strlen(words[i].word);
		}
	*kind = 0;
	return name;
}

static bool fits(const struct btf_type *t, u32 kind)
{
	return !kind || btf_is(t, kind) || (kind == BTF_KIND_ENUM && btf_is(t, BTF_KIND_ENUM64));
}

static struct ob_err *no_type(const struct btf *b, const char *name)
{
	struct ob_err *err = err_new(OB_NAME, "no type is called \"%s\"", name);

	return err_hint(err, "by id, 1 to %u, or by name: \"struct NAME\", NAME", b->n - 1);
}

/* Adds the ids of one name. */
static struct ob_err *find_named(const struct btf *b, const char *name, struct buf *ids)
{
	size_t had = ids->n;
	u32 kind;
	const char *bare = kind_of(name, &kind);

	if (isdigit((u8)*name)) {
		char *end;
		u64 id = strtoull(name, &end, 10);

		if (*end || !id || id >= b->n)
			return no_type(b, name);
		buf_add(ids, &(u32){(u32)id}, sizeof(u32));
		return NULL;
	}
	for (u32 id = 1; *bare && id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		if (fits(t, kind) && !strcmp(btf_name(b, t->name_off), bare))
			buf_add(ids, &id, sizeof(id));
	}
	return ids->n > had ? NULL : no_type(b, name);
}

static struct ob_err *put_value(const struct btf_cmd *c, const struct btf *b, u32 id,
				struct buf *out)
{
	struct buf value = {0};
	s64 size = btf_size(b, id);
	struct ob_err *err = expr_bytes("--value", c->value, LARGEST, &value);

	if (!err && size < 0)
		err = err_new(OB_UNSUPPORTED, "type %u is none of a value: it has no size", id);
	else if (!err && (u64)size != value.n)
		err = err_new(OB_RANGE, "the value has %zu bytes, type %u has %lld", value.n, id,
			      (long long)size);
	if (!err)
		btf_put_value(out, b, id, (struct bytes){(const u8 *)value.p, value.n},
			      BTF_F_PTR_RAW | (c->zero ? BTF_F_ZERO : 0));
	buf_deinit(&value);
	return err;
}

static struct ob_err *put_ids(const struct btf_cmd *c, const struct btf *b, const u32 *id, u32 n,
			      struct buf *out)
{
	if (c->value)
		return put_value(c, b, id[0], out);
	if (c->format == AS_C)
		return btf_put_c(out, b, id, n);
	for (u32 i = 0; i < n; i++)
		btf_put_raw(out, b, id[i]);
	return NULL;
}

static struct ob_err *put_named(const struct btf_cmd *c, const struct btf *b, char **names,
				struct buf *out)
{
	struct ob_err *err = NULL;
	struct buf ids = {0};

	for (; *names && !err; names++)
		err = find_named(b, *names, &ids);
	if (!err && ids.oom)
		err = err_nomem();
	if (!err)
		err = put_ids(c, b, (const u32 *)(const void *)ids.p, (u32)(ids.n / sizeof(u32)),
			      out);
	buf_deinit(&ids);
	return err;
}

/* ---- all of it ---- */

static const char c_head[] =
	"#ifndef __VMLINUX_H__\n"
	"#define __VMLINUX_H__\n\n"
	"#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	"#pragma clang attribute push (__attribute__((preserve_access_index)), "
	"apply_to = record)\n"
	"#endif\n\n";
static const char c_tail[] = "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
			     "#pragma clang attribute pop\n"
			     "#endif\n\n"
			     "#endif /* __VMLINUX_H__ */\n";

static struct ob_err *put_all(const struct btf_cmd *c, const struct btf *b, struct buf *out)
{
	struct ob_err *err;

	if (c->format == AS_BIN) {
		btf_write(out, b, false);
		return NULL;
	}
	if (c->format != AS_C) {
		for (u32 id = b->first; id < b->n; id++)
			btf_put_raw(out, b, id);
		return NULL;
	}
	buf_puts(out, c_head);
	err = btf_put_c(out, b, NULL, 0);
	buf_puts(out, c_tail);
	return err;
}

static struct ob_err *put_types(const struct btf_cmd *c, const char *name, char **types,
				struct buf *out)
{
	struct btf *base = NULL, *b = NULL;
	struct ob_err *err = c->base ? read_types(c->base, NULL, &base) : NULL;

	if (!err)
		err = read_types(name, base, &b);
	if (!err && c->dedup) {
		struct btf *all = b;

		b = NULL;
		err = btf_dedup(all, &b);
		btf_destroy(all);
	}
	if (!err && !*types)
		err = put_all(c, b, out);
	if (!err && *types)
		err = put_named(c, b, types, out);
	btf_destroy(b);
	btf_destroy(base);
	return err;
}

/* ---- would Linux take them? ---- */

static const char *errno_name(int err) { return err == -524 ? "ENOTSUPP" : strerrorname_np(-err); }

/* The kernel's types, which kptrs may point to; without them none do. */
static struct btf *kernel_types(void)
{
	struct btf *b = NULL;
	struct ob_err *err = read_types("kernel", NULL, &b);

	ob_err_destroy(err);
	return err ? NULL : b;
}

static int check(const char *name)
{
	struct buf file = {0}, log = {0};
	struct btf *b = NULL;
	struct bytes data;
	struct ob_err *err = read_file(name, &file, &data);

	if (err) {
		buf_deinit(&file);
		return fail("btf", err);
	}
	struct btf *kernel = kernel_types();
	int no = btf_load(data, kernel, &log, &b);
	fwrite(log.p ? log.p : "", 1, log.n, stdout);
	if (log.n && log.p[log.n - 1] != '\n')
		putchar('\n');
	if (no)
		fail("btf",
		     err_at_file(err_new(OB_REFUSED, "Linux would refuse it: %s", errno_name(no)),
				 name));
	btf_destroy(b);
	btf_destroy(kernel);
	buf_deinit(&log);
	buf_deinit(&file);
	return no ? NO : DONE;
}

static int run(const void *opts, char **operand)
{
	const struct btf_cmd *c = opts;
	struct buf out = {0};

	if (!*operand)
		return fail("btf", err_hint(err_new(OB_SYNTAX, "no file is given"),
					    "onebpf btf FILE; kernel: the running one's"));
	if (c->check && (operand[1] || c->format || c->base || c->value || c->dedup))
		return fail("btf", err_new(OB_SYNTAX, "--check takes a file and nothing else"));
	if (c->format == AS_BIN && operand[1])
		return fail("btf", err_new(OB_SYNTAX, "--format=bin writes all types"));
	if (c->value && (!operand[1] || operand[2] || c->format))
		return fail("btf", err_new(OB_SYNTAX, "--value needs one type"));
	if (c->check)
		return check(*operand);
	struct ob_err *err = put_types(c, *operand, operand + 1, &out);
	if (!err && out.oom)
		err = err_nomem();
	if (!err)
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	buf_deinit(&out);
	return err ? fail("btf", err) : DONE;
}

#define TO(field) .to = offsetof(struct btf_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What to show"},
	{OPT_WORD, 'f', true, "format", "FORMAT", TO(format), .words = formats,
	 .help = "raw, when nothing is said, one by one; c; bin: as stored",
	 .more = "In C a type stands behind those that it needs; when TYPE is given, those are shown, too"},
	{OPT_TEXT, 'B', true, "base-btf", "FILE", TO(base), .complete = COMPLETE_FILE,
	 .help = "the types that FILE's go on from: a module's, kernel",
	 .more = "Its own types are shown"},
	{OPT_COUNT, .name = "dedup", TO(dedup), .help = "equal types as one, before anything is shown"},
	{OPT_TEXT, 'v', true, "value", "HEX", TO(value), .complete = COMPLETE_FILE,
	 .help = "show a value of TYPE, in hexadecimal; @FILE: a file's",
	 .more = "The text is bpf_snprintf_btf's. Of types that fit, it is the first"},
	{OPT_COUNT, .name = "zero", TO(zero), .help = "what is 0 in the value, too"},
	{OPT_COUNT, 'c', true, "check", TO(check),
	 .help = "tell if Linux would load it: its log, and the errno",
	 .more = "It is what BPF_BTF_LOAD says, but no kernel is asked"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"which types has the kernel?", "onebpf btf --format=c kernel >vmlinux.h"},
	{"what is in a file?", "onebpf btf -f c kernel 'struct file'"},
	{"what is in these bytes?", "onebpf btf -v @bytes kernel 'struct iphdr'"},
	{"why is my BTF refused?", "onebpf btf --check prog.o"},
	{0},
};

const struct verb verb_btf = {
	.name = "btf",
	.does = "show the types of an object or of the kernel",
	.operands = "FILE|kernel|world [TYPE ...]",
	.opt = options,
	.example = examples,
	.size = sizeof(struct btf_cmd),
	.run = run,
};
