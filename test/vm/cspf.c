/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSPF machine, its checker and its assembler, case by case. */
#include <stdlib.h>

#include "check/check.h"
#include "isa/isa.h"
#include "vm/vm.h"

static int failed;

static void result(bool ok, const char *name, const char *why)
{
	printf(ok ? "ok %s\n" : "FAIL %s: %s\n", name, why);
	failed |= !ok;
}

/* ---- the machine: packet bytes 00 01 02 ... unless the case says otherwise ---- */

static const struct {
	const char *name, *text;
	u32 len; /* of the packet */
	bool accepts;
	u64 count;
} runs[] = {
	{"the empty program accepts", "", 0, true, 0},
	{"the stack begins with TRUE", "NOPUSH", 0, true, 1},
	{"TRUE is the number 1", "PUSHONE EQ", 0, true, 1},
	{"zero on top rejects", "PUSHZERO", 0, false, 1},
	{"any other top accepts", "PUSHFF00", 0, true, 1},
	{"PUSHFFFF pushes 0xffff", "PUSHFFFF\nPUSHLIT 0xffff EQ", 0, true, 2},
	{"PUSHFF00 pushes 0xff00", "PUSHFF00\nPUSHLIT 0xff00 EQ", 0, true, 2},
	{"PUSH00FF pushes 0x00ff", "PUSH00FF\nPUSHLIT 0x00ff EQ", 0, true, 2},
	{"packet words are big-endian", "PUSHWORD+1\nPUSHLIT 0x0203 EQ", 4, true, 2},
	{"a word beyond the end rejects", "PUSHWORD+2", 4, false, 1},
	{"it rejects what was true before", "PUSHONE\nPUSHWORD+900 OR", 60, false, 2},
	{"an odd last byte is not seen", "PUSHWORD+2", 5, false, 1},
	{"the word before it is", "PUSHWORD+1", 5, true, 1},
	{"the action comes before the operator", "PUSHLIT 7\nPUSHLIT 7 EQ", 0, true, 2},
	{"EQ: not", "PUSHLIT 7\nPUSHLIT 8 EQ", 0, false, 2},
	{"NEQ", "PUSHLIT 7\nPUSHLIT 8 NEQ", 0, true, 2},
	{"LT has the lower word on the left", "PUSHLIT 7\nPUSHLIT 8 LT", 0, true, 2},
	{"LT: equal", "PUSHLIT 8\nPUSHLIT 8 LT", 0, false, 2},
	{"LE: equal", "PUSHLIT 8\nPUSHLIT 8 LE", 0, true, 2},
	{"LE: more", "PUSHLIT 9\nPUSHLIT 8 LE", 0, false, 2},
	{"GT: equal", "PUSHLIT 8\nPUSHLIT 8 GT", 0, false, 2},
	{"GT is unsigned", "PUSHLIT 0x8000\nPUSHLIT 8 GT", 0, true, 2},
	{"GE: equal", "PUSHLIT 8\nPUSHLIT 8 GE", 0, true, 2},
	{"GE: less", "PUSHLIT 7\nPUSHLIT 8 GE", 0, false, 2},
	{"AND is bitwise", "PUSHLIT 6\nPUSHLIT 3 AND\nPUSHLIT 2 EQ", 0, true, 3},
	{"OR is bitwise", "PUSHLIT 6\nPUSHLIT 3 OR\nPUSHLIT 7 EQ", 0, true, 3},
	{"XOR is bitwise", "PUSHLIT 6\nPUSHLIT 3 XOR\nPUSHLIT 5 EQ", 0, true, 3},
	{"an operator with nothing pushed", "PUSHLIT 6\nPUSHLIT 6\nEQ", 0, true, 3},
	{"COR: equal accepts at once", "PUSHONE COR\nPUSHZERO", 0, true, 1},
	{"COR: else goes on", "PUSHLIT 3\nPUSHLIT 4 COR\nPUSHZERO EQ", 0, false, 3},
	{"CAND: not equal rejects at once", "PUSHLIT 3\nPUSHLIT 4 CAND\nPUSHONE", 0, false, 2},
	{"CAND: else goes on", "PUSHLIT 3\nPUSHLIT 3 CAND", 0, true, 2},
	{"CNOR: equal rejects at once", "PUSHLIT 3\nPUSHLIT 3 CNOR\nPUSHONE", 0, false, 2},
	{"CNOR: else goes on", "PUSHLIT 3\nPUSHLIT 4 CNOR", 0, true, 2},
	{"CNAND: not equal accepts at once", "PUSHLIT 3\nPUSHLIT 4 CNAND\nPUSHZERO", 0, true, 2},
	{"CNAND: else goes on", "PUSHLIT 3\nPUSHLIT 3 CNAND\nPUSHZERO", 0, false, 3},
	{"a short circuit that goes on pops both",
	 "PUSHLIT 5\nPUSHLIT 3\nPUSHLIT 4 CNOR\nPUSHLIT 5 EQ", 0, true, 4},
	{"an empty stack takes new words", "PUSHZERO COR\nPUSHLIT 9", 0, true, 2},
	{"a word that is not reached is not missed", "PUSHONE COR\nPUSHWORD+99", 0, true, 1},
};

static bool agrees(const struct vm_cspf *c, u32 i)
{
	/* exactly as long as it is, so that the sanitizers see a read beyond */
	u8 *packet = malloc(MAX(runs[i].len, 1u));
	u64 count = 0;
	bool ok;

	for (u32 k = 0; k < runs[i].len; k++)
		packet[k] = (u8)k;
	ok = vm_cspf_run(c, packet, runs[i].len) == runs[i].accepts &&
	     vm_cspf_run_counted(c, packet, runs[i].len, &count) == runs[i].accepts &&
	     count == runs[i].count;
	free(packet);
	return ok;
}

static struct ob_err *make(const char *text, struct cspf *code, struct vm_cspf **ret)
{
	struct ob_err *err = cspf_asm("case", text, strlen(text), code);

	if (!err)
		err = check_cspf(code->word, code->n);
	return err ? err : vm_cspf_create(code->word, code->n, ret);
}

static void test_machine(void)
{
	for (u32 i = 0; i < LEN(runs); i++) {
		struct vm_cspf *c = NULL;
		struct cspf code;
		struct ob_err *err = make(runs[i].text, &code, &c);

		if (err)
			result(false, runs[i].name, ob_err_reason(err));
		else
			result(agrees(c, i), runs[i].name, "another verdict or count");
		vm_cspf_destroy(c);
		ob_err_destroy(err);
	}
}

/* ---- the checker ---- */

static const struct {
	const char *name, *text, *reason;
} refusals[] = {
	{"an action that is not one", ".word 0x0007", "there is no action 7"},
	{"the action below PUSHWORD", ".word 0x000f", "there is no action 15"},
	{"an operator that is not one", ".word 0x3802", "there is no operator 14"},
	{"the last operator", ".word 0xfc02", "there is no operator 63"},
	{"a literal that is missing", "PUSHONE\n.word 0x0001", "its literal is missing"},
	{"an operator with one word", "EQ", "EQ takes two words from the stack, which holds 1"},
	{"an operator with none", "PUSHONE COR\nAND", "which holds 0"},
	{"an end with nothing", "PUSHONE COR", "the stack is empty at the end"},
};

static void refused(const char *name, const u16 *word, u32 n, const char *reason)
{
	struct ob_err *err = check_cspf(word, n);

	result(err && ob_err_code(err) == OB_REFUSED && strstr(ob_err_reason(err), reason), name,
	       err ? ob_err_reason(err) : "accepted");
	ob_err_destroy(err);
}

static void test_checker(void)
{
	static u16 full[CSPF_MAXWORDS + 1];
	struct cspf code;

	for (u32 i = 0; i < LEN(refusals); i++) {
		struct ob_err *err =
			cspf_asm("case", refusals[i].text, strlen(refusals[i].text), &code);

		if (err)
			result(false, refusals[i].name, ob_err_reason(err));
		else
			refused(refusals[i].name, code.word, code.n, refusals[i].reason);
		ob_err_destroy(err);
	}
	refused("256 words", full, CSPF_MAXWORDS + 1, "256 words: at most 255");
	result(!check_cspf(full, CSPF_MAXWORDS), "255 words", "refused");
	for (u32 i = 0; i < CSPF_MAXWORDS; i++)
		full[i] = CSPF_PUSHONE;
	refused("a stack that overflows", full, CSPF_MAXWORDS, "the stack overflows");
	result(!check_cspf(full, CSPF_MAXWORDS - 1), "a stack that is just full", "refused");
}

/* ---- text ---- */

static const struct {
	const char *name, *text;
	unsigned line, column;
} mistakes[] = {
	{"a word that is none", "PUSHONE\nPUSHTWO EQ", 2, 1},
	{"an operator that is none", "PUSHLIT 3 EQUALS", 1, 11},
	{"a literal that is no number", "PUSHLIT EQ", 1, 9},
	{"a literal of 17 bits", "PUSHLIT 0x10000", 1, 9},
	{"a packet word beyond all", "PUSHWORD+1008", 1, 1},
	{"something behind the operator", "PUSHONE EQ NEQ ; two", 1, 12},
	{"something behind a raw word", ".word 3 4", 1, 9},
};

static void test_text(void)
{
	static const char listing[] = "(000) PUSHWORD+6\n(001) PUSHLIT 0x0800 CAND\n"
				      "(003) PUSHWORD+1007 XOR\n(004) AND\n(005) NOPUSH\n"
				      "(006) .word 0x0007\n(007) .word 0x0001\n";
	static const char loose[] = " pushword+6 ; the type\n\n;\npushlit 2048 Cand\n"
				    "PUSHWORD+1007 XOR\nNOPUSH AND\nNOPUSH NOP\n.WORD 7\n.word 1";
	struct cspf code = {.n = 0};
	struct buf text = {0};
	struct ob_err *err;

	for (u32 i = 0; i < LEN(mistakes); i++) {
		err = cspf_asm("case", mistakes[i].text, strlen(mistakes[i].text), &code);
		result(err && ob_err_line(err) == mistakes[i].line &&
			       ob_err_column(err) == mistakes[i].column,
		       mistakes[i].name, err ? ob_err_reason(err) : "taken");
		ob_err_destroy(err);
	}
	err = cspf_asm("case", loose, strlen(loose), &code);
	if (!err)
		cspf_dis(&text, code.word, code.n);
	result(!err && !strcmp(text.p, listing), "what was read is listed",
	       text.p ? text.p : "error");
	ob_err_destroy(err);
	buf_deinit(&text);
}

int main(void)
{
	test_machine();
	test_checker();
	test_text();
	return failed;
}
