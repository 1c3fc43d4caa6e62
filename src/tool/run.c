/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf run`: runs a program on given input: interpreter, JIT or kernel. */
#include "tool/json.h"
#include "tool/run.h"

#include <stdlib.h>

enum { ENGINES = RUN_ALL - RUN_INTERP };

static const char *const engines[] = {"interp", "jit", "kernel", "all", NULL};

static const char *name_of(enum run_engine e)
{
	return e == RUN_BEST ? "" : engines[e - RUN_INTERP];
}

/* Refused or at fault: no. Anything else: could not tell. */
static int told(struct ob_err *err)
{
	enum ob_code code = ob_err_code(err);

	fail("run", err);
	return code == OB_FAULT || code == OB_REFUSED ? NO : UNSURE;
}

/* The fault, and how its address lies to the memory, which it may have missed. */
static struct ob_err *fault_of(const struct job *job, const struct outcome *o)
{
	struct ob_err *err = run_err(&o->run, job->object ? job->object->g->prog : job->p);
	u64 at = (u64)(uintptr_t)job->work;

	if (job->object)
		return err;
	if (o->run.fault != FAULT_READ && o->run.fault != FAULT_WRITE)
		return err;
	if (!job->mem.n)
		return err_note(err, "there is no memory besides the stack");
	return err_note(err, "the memory is %llu bytes at 0x%llx: this is byte %lld of it",
			(unsigned long long)job->mem.n, (unsigned long long)at,
			(long long)(o->run.fault_addr - at));
}

/* ---- what differs ---- */

/* Somewhere else than around the memory an address may have come from the
 * stack, which each engine has elsewhere. */
static bool near_memory(const struct job *job, u64 addr)
{
	enum { AROUND = 1 << 16 };
	u64 at = (u64)(uintptr_t)job->work;

	return job->mem.n && addr - (at - AROUND) < job->mem.n + 2 * AROUND;
}

static bool same_run(const struct job *job, const struct outcome *a, const struct outcome *b)
{
	const struct run *x = &a->run, *y = &b->run;

	if (x->fault != y->fault)
		return false;
	if (!x->fault)
		return true;
	if (x->fault_pc != y->fault_pc || x->fault_size != y->fault_size)
		return false;
	bool access = x->fault == FAULT_READ || x->fault == FAULT_WRITE;
	return x->fault_addr == y->fault_addr ||
	       (access && !near_memory(job, x->fault_addr) && !near_memory(job, y->fault_addr));
}

static void put_fault(struct buf *b, const struct outcome *o)
{
	if (!o->run.fault) {
		buf_printf(b, "%s 0x%llx", o->engine, (unsigned long long)o->r0);
		return;
	}
	struct ob_err *err = run_err(&o->run, &(struct prog){0});
	buf_printf(b, "%s at insn %u: %s", o->engine, o->run.fault_pc, ob_err_reason(err));
	ob_err_destroy(err);
}

static struct ob_err *note_memory(struct ob_err *err, const struct outcome *a,
				  const struct outcome *b, size_t n)
{
	size_t first = n, count = 0;

	for (size_t i = n; i-- > 0;)
		if (a->after[i] != b->after[i]) {
			first = i;
			count++;
		}
	if (!count)
		return err;
	return err_note(err, "memory, byte %zu: %s %02x, %s %02x; %zu byte%s differ%s", first,
			a->engine, a->after[first], b->engine, b->after[first], count,
			count == 1 ? "" : "s", count == 1 ? "s" : "");
}

/* The first lines that differ. */
static struct ob_err *note_maps(struct ob_err *err, const struct outcome *a,
				const struct outcome *b)
{
	const char *x = a->maps.n ? a->maps.p : "", *y = b->maps.n ? b->maps.p : "";

	while (*x && *y) {
		size_t n = strcspn(x, "\n"), m = strcspn(y, "\n");

		if (n != m || memcmp(x, y, n) != 0)
			break;
		x += n + (x[n] != 0);
		y += n + (y[n] != 0);
	}
	return err_note(err, "maps: %s %.*s, %s %.*s", a->engine, *x ? (int)strcspn(x, "\n") : 7,
			*x ? x : "nothing", b->engine, *y ? (int)strcspn(y, "\n") : 7,
			*y ? y : "nothing");
}

/* NULL when both say the same. */
static struct ob_err *compare(const struct job *job, const struct outcome *a,
			      const struct outcome *b)
{
	bool faults = !same_run(job, a, b), r0 = !a->run.fault && !b->run.fault && a->r0 != b->r0;
	bool maps = a->maps.n != b->maps.n || (a->maps.n && strcmp(a->maps.p, b->maps.p) != 0);
	bool length = a->after_n != b->after_n;
	struct buf left = {0}, right = {0};

	if (!faults && !r0 && !maps && !length && !memcmp(a->after, b->after, a->after_n))
		return NULL;
	struct ob_err *err = err_new(OB_FAULT, "%s and %s DIFFER", a->engine, b->engine);
	put_fault(&left, a);
	put_fault(&right, b);
	if (faults || r0)
		err = err_note(err, "%s: %s, %s", faults ? "result" : "r0", left.p, right.p);
	buf_deinit(&left);
	buf_deinit(&right);
	if (length)
		err = err_note(err, "memory: %s has %zu bytes, %s %zu", a->engine, a->after_n,
			       b->engine, b->after_n);
	else
		err = note_memory(err, a, b, a->after_n);
	if (maps)
		err = note_maps(err, a, b);
	if (run_varies(job, a))
		err = err_note(err, "the result depends on where the memory lies, on the time or "
				    "on chance");
	return err;
}

/* ---- what is printed ---- */

static void put_hex(struct buf *b, const u8 *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n && !b->oom; i++) {
		buf_putc(b, digits[p[i] >> 4]);
		buf_putc(b, digits[p[i] & 15]);
	}
}

/* As xxd does: 16 bytes a line. */
static void put_memory(struct buf *b, const u8 *p, size_t n)
{
	for (size_t i = 0; i < n && !b->oom; i++) {
		if (i % 16 == 0)
			buf_printf(b, "%s%08zx:", i ? "\n" : "", i);
		buf_printf(b, "%s%02x", i % 2 ? "" : " ", p[i]);
	}
	if (n)
		buf_putc(b, '\n');
}

static void put_stats(const struct outcome *o, u32 n)
{
	fprintf(stderr, "%-8s %14s %12s %12s %12s %12s\n", "engine", "instructions", "runs",
		"ns a run", "code bytes", "us to ready");
	for (u32 i = 0; i < n; i++, o++) {
		if (o->left_out)
			continue;
		fprintf(stderr, "%-8s ", o->engine);
		if (o->counted)
			fprintf(stderr, "%14llu ", (unsigned long long)o->run.count);
		else
			fprintf(stderr, "%14s ", "-");
		fprintf(stderr, "%12llu %12.1f ", (unsigned long long)o->runs, o->ns);
		if (o->code)
			fprintf(stderr, "%12llu ", (unsigned long long)o->code);
		else
			fprintf(stderr, "%12s ", "-");
		fprintf(stderr, "%12.1f\n", o->prepare / 1e3);
	}
}

static void json_fault(struct buf *b, const struct outcome *o)
{
	struct ob_err *err = run_err(&o->run, &(struct prog){0});

	buf_printf(b, ",\"fault\":{\"insn\":%u,\"reason\":", o->run.fault_pc);
	json_text(b, ob_err_reason(err), strlen(ob_err_reason(err)));
	buf_putc(b, '}');
	ob_err_destroy(err);
}

static void json_engine(struct buf *b, const struct job *job, const struct outcome *o)
{
	buf_printf(b, "{\"engine\":\"%s\"", o->engine);
	if (o->left_out) {
		const char *why = ob_err_reason(o->left_out);

		buf_puts(b, ",\"left_out\":");
		json_text(b, why, strlen(why));
		buf_putc(b, '}');
		return;
	}
	if (o->run.fault)
		json_fault(b, o);
	else
		buf_printf(b, ",\"r0\":\"0x%llx\"", (unsigned long long)o->r0);
	if (o->counted)
		buf_printf(b, ",\"instructions\":%llu", (unsigned long long)o->run.count);
	buf_printf(b, ",\"runs\":%llu,\"ns\":%.1f,\"prepare_ns\":%.0f", (unsigned long long)o->runs,
		   o->ns, o->prepare);
	if (o->code)
		buf_printf(b, ",\"code_bytes\":%llu", (unsigned long long)o->code);
	if (job->cmd->show_mem) {
		buf_puts(b, ",\"memory\":\"");
		put_hex(b, o->after, o->after_n);
		buf_putc(b, '"');
	}
	if (o->maps.n)
		buf_printf(b, ",\"maps\":[%s]", o->maps.p);
	buf_putc(b, '}');
}

static void put_json(struct buf *b, const struct job *job, const struct outcome *o, u32 n,
		     bool agree)
{
	buf_printf(b, "{\"schema\":1,\"agree\":%s,\"engines\":[", agree ? "true" : "false");
	for (u32 i = 0; i < n; i++) {
		if (i)
			buf_putc(b, ',');
		json_engine(b, job, &o[i]);
	}
	buf_puts(b, "]}\n");
}

/* ---- running ---- */

/* Not for everyone to run: that is not the program's fault. */
static bool may_leave_out(enum run_engine e, struct ob_err *err)
{
	enum ob_code code = ob_err_code(err);

	return e == RUN_KERNEL ? code != OB_NOMEM : e == RUN_JIT && code == OB_UNSUPPORTED;
}

static void leave_out(enum run_engine e, struct ob_err *err, struct outcome *o)
{
	outcome_deinit(o);
	o->engine = name_of(e);
	o->left_out = err;
	fprintf(stderr, "onebpf run: without %s: ", o->engine);
	ob_err_print(err, stderr);
}

static struct ob_err *run_all(const struct job *job, struct outcome *o)
{
	for (u32 i = 0; i < ENGINES; i++) {
		enum run_engine e = RUN_INTERP + i;
		struct ob_err *err = run_on(e, job, &o[i]);

		if (err && !may_leave_out(e, err))
			return err;
		if (err)
			leave_out(e, err, &o[i]);
	}
	return NULL;
}

/* Tells every difference from the first; true: there is none. */
static bool agree(const struct job *job, const struct outcome *o, u32 n)
{
	bool all = true;

	for (u32 i = 1; i < n; i++) {
		struct ob_err *err = o[i].left_out ? NULL : compare(job, &o[0], &o[i]);

		if (err)
			fail("run", err);
		all &= !err;
	}
	return all;
}

static int report(const struct job *job, const struct outcome *o, u32 n)
{
	struct buf out = {0};
	bool same = agree(job, o, n);
	int status = same ? DONE : NO;

	if (o->run.fault && same)
		status = told(fault_of(job, o));
	if (job->cmd->json) {
		put_json(&out, job, o, n, same);
	} else if (same) {
		if (!o->run.fault)
			buf_printf(&out, "0x%llx\n", (unsigned long long)o->r0);
		if (job->cmd->show_mem)
			put_memory(&out, o->after, o->after_n);
		if (o->maps.n)
			buf_add(&out, o->maps.p, o->maps.n);
	}
	if (out.oom)
		status = fail("run", err_nomem());
	else if (out.n)
		fwrite(out.p, 1, out.n, stdout);
	if (job->cmd->stats && !job->cmd->json) {
		fflush(stdout);
		put_stats(o, n);
	}
	buf_deinit(&out);
	return status;
}

static int run_job(const struct job *job)
{
	struct outcome o[ENGINES] = {0};
	bool all = job->cmd->engine == RUN_ALL;
	struct ob_err *err = all ? run_all(job, o) : run_on(job->cmd->engine, job, o);
	int status = err ? told(err) : report(job, o, all ? ENGINES : 1);

	for (u32 i = 0; i < ENGINES; i++)
		outcome_deinit(&o[i]);
	return status;
}

static struct ob_err *operand_of(char **operand, const char **path)
{
	if (!operand[0])
		return err_hint(err_new(OB_SYNTAX, "no file is given"),
				"onebpf run FILE; - is standard input");
	if (operand[1])
		return err_new(OB_SYNTAX, "one file is run at a time: \"%s\"", operand[1]);
	*path = operand[0];
	return NULL;
}

static struct ob_err *only_objects(const struct run_cmd *c)
{
	const char *which = c->map.n       ? "--map"
			    : c->data.n    ? "--data"
			    : c->type      ? "--type"
			    : c->show_maps ? "--show-maps"
					   : NULL;

	return which ? err_new(OB_SYNTAX, "%s is about programs of object files", which) : NULL;
}

static int run(const void *opts, char **operand)
{
	const struct run_cmd *c = opts;
	struct job job = {.cmd = c};
	struct buf mem = {0};
	struct prog *p = NULL;
	const char *path = NULL;
	struct object_file object = {0};
	bool is_object = false;
	int status;

	run_catch_signals();
	struct ob_err *err = operand_of(operand, &path);
	if (!err)
		err = run_memory(c, &mem);
	if (!err && !c->raw)
		err = object_file_open(path, &object, &is_object);
	if (!err && is_object) {
		job.object = &object;
		err = run_object_begin(c, &object);
	} else if (!err) {
		err = run_program(c, path, &p);
		if (!err)
			err = only_objects(c);
	}
	if (!err) {
		job.p = p;
		job.mem = (struct bytes){(const u8 *)mem.p, mem.n};
		job.work = mem.n ? malloc(mem.n) : NULL;
		if (mem.n && !job.work)
			err = err_nomem();
	}
	if (!err && c->unchecked)
		fputs("onebpf run: unchecked: mistakes are found when they are reached\n", stderr);
	if (err)
		status = fail("run", err);
	else
		status = run_job(&job);
	free(job.work);
	if (job.object)
		object_file_close(&object);
	prog_destroy(p);
	buf_deinit(&mem);
	return status;
}

#define TO(field) .to = offsetof(struct run_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What to run"},
	{OPT_COUNT, .name = "raw", .top = true, TO(raw),
	 .help = "FILE holds instructions as they are stored, 8 bytes each",
	 .more = "Their byte order is little-endian. Otherwise FILE is text, as clang -S and llvm-objdump write it"},
	{OPT_COUNT, .name = "unchecked", TO(unchecked),
	 .help = "run what is no valid program: mistakes fault when reached"},
	{OPT_GROUP, .help = "What to give it"},
	{OPT_TEXT, 'm', true, "mem", "HEX", TO(mem), .complete = COMPLETE_FILE,
	 .help = "memory, in hexadecimal; @FILE: the bytes of a file",
	 .more = "Spaces and colons between the bytes do not count"},
	{OPT_TEXT, 'p', true, "pkt", "FILE[:N]", TO(pkt), .complete = COMPLETE_FILE,
	 .help = "packet N of a capture as memory; else the first",
	 .more = "The historical packet loads (r0 = *(u16 *)skb[12]) read it, too"},
	{OPT_LIST, .name = "map", .arg = "NAME=KEY:VALUE,...", TO(map),
	 .help = "what a map of an object holds at first",
	 .more = "Keys and values are written as C does, by their types: numbers, \"text\", {1, 2}, {.name = 1}. A queue's are values alone"},
	{OPT_LIST, .name = "data", .arg = "NAME=VALUE", TO(data),
	 .help = "what a variable of an object holds at first"},
	{OPT_TEXT, .name = "type", .arg = "TYPE", TO(type),
	 .help = "of the program, where its section does not say it"},
	{OPT_GROUP, .help = "How to run it"},
	{OPT_WORD, 'e', true, "engine", "ENGINE", TO(engine), .words = engines,
	 .help = "interp, jit, kernel, or all, which must agree",
	 .more = "Without it the JIT runs the program, or the interpreter where there is no JIT for the processor"},
	{OPT_NUMBER, .name = "budget", .arg = "N", TO(budget), .min = 1,
	 .help = "most instructions of a run; else 100000000",
	 .more = "It does not hold in the kernel, whose verifier makes sure that a program ends"},
	{OPT_COUNT, .name = "harden", TO(harden), .help = "the JIT blinds the program's constants"},
	{OPT_NUMBER, 'r', false, "repeat", "N", TO(repeat), .min = 1,
	 .help = "run it N times, for the time that it takes",
	 .more = "What is printed is the first run's; the others find the memory as the run before left it, and their time is told by --stats"},
	{OPT_GROUP, .help = "What to show"},
	{OPT_COUNT, 's', true, "stats", TO(stats),
	 .help = "instructions, time, size of code, to standard error"},
	{OPT_COUNT, .name = "show-mem", TO(show_mem), .help = "the memory after the run, as xxd shows it"},
	{OPT_COUNT, .name = "show-maps", TO(show_maps),
	 .help = "what an object's maps and variables hold after the run",
	 .more = "Elements of arrays that are all zero are left out; of a value that each CPU has, those that are not zero are told"},
	{OPT_COUNT, 'j', true, "json", TO(json), .help = "all of it as a line of JSON"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"what does it return?", "onebpf run --mem '01 02 03 04' prog.s"},
	{"do all engines agree?", "onebpf run -e all --pkt FILE.pcap:2 prog.s"},
	{"what does it count?", "onebpf run --pkt FILE.pcap --show-maps prog.o:count"},
	{"how fast is it?", "onebpf run --stats --repeat 1000000 prog.s"},
	{0},
};

const struct verb verb_run = {
	.name = "run",
	.does = "run a program on given input: interpreter, JIT or kernel",
	.operands = "FILE[:NAME]|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct run_cmd),
	.run = run,
};
