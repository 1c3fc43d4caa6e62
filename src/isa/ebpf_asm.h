/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the assembler for extended BPF. There are no tokens: a reader looks
 * at the text at `pos`, where a word, number or sign begins (blanks are behind
 * each, and skipped with it), and says whether it was there. */
#ifndef ISA_EBPF_ASM_H
#define ISA_EBPF_ASM_H

#include "isa/isa.h"

struct ea_label {
	u32 at, len; /* its name in the text */
	u32 pc;      /* NOT_YET before it is defined */
	u32 def;     /* where in the text */
	u32 waits;   /* the last of the refs that wait for it, from 1 */
};

/* What points at a slot. */
struct ea_ref {
	u32 pc, at, len;
	s64 target; /* NOWHERE: unresolved */
	u32 next;   /* that waits for the same label, from 1 */
};

struct ea {
	struct arena *a;
	const char *name, *text;
	u32 n, pos;
	u32 last; /* end of the word that was read last, without its blanks */
	u32 from; /* of the statement */
	struct ob_err *err;
	const char *const
		*maps; /* names of maps in the order of their numbers, then NULL; or NULL */
	struct {
		struct eb *v;
		u32 n, cap;
	} code;
	struct {
		struct eb_span *v;
		u32 n, cap;
	} spans;
	struct {
		struct ea_ref *v;
		u32 n, cap;
	} refs;
	struct {
		struct ea_label *v;
		u32 n, cap;
	} labels;
	u32 *slot, slots;                /* hash of names to labels, from 1 */
	char (*mnemonic)[EBPF_MNEMONIC]; /* of each row, made when first needed */
};

/* ---- ebpf_asm_lex.c ---- */

/* Sets the error, at the len characters from at, and returns false. */
bool ea_bad(struct ea *j, enum ob_code code, u32 at, u32 len, const char *fmt, ...) PRINTF(5, 6);
/* Adds a note with a place of its own. */
void ea_note(struct ea *j, u32 at, u32 len, const char *what);
/* "what is expected here, not `found`" */
bool ea_expected(struct ea *j, const char *what);
/* "did you mean", of a list that ends with NULL. */
void ea_did_you_mean(struct ea *j, u32 at, u32 len, const char *const *list);
/* Text for a message: cut to what is worth reading. */
const char *ea_show(struct ea *j, u32 at, u32 len);
/* The length of what begins at pos: a word, a number, one sign, 0 at the end. */
u32 ea_len(const struct ea *j);
static inline char ea_char(const struct ea *j, u32 ahead)
{
	return ahead < j->n - j->pos ? j->text[j->pos + ahead] : 0;
}
bool ea_is_word(char c);
void ea_skip(struct ea *j, u32 n);                /* n characters and the blanks behind */
void ea_blanks(struct ea *j);                     /* and comments, but no end of line */
bool ea_at_end(const struct ea *j);               /* of the statement */
bool ea_is(const struct ea *j, const char *word); /* the whole word, or sign */
bool ea_take(struct ea *j, const char *word);
bool ea_need(struct ea *j, const char *word);

/* A number or expression within [min, max]; what: "an immediate". */
bool ea_number(struct ea *j, const char *what, s64 min, u64 max, s64 *ret);
bool ea_imm32(struct ea *j, s64 *ret);
bool ea_is_number(const struct ea *j);

struct ea_reg {
	u8 nr;
	bool wide;
	u32 at, len;
};
/* [%] (r|w) 0 to 10. is: looks only. */
bool ea_is_reg(const struct ea *j);
bool ea_reg(struct ea *j, struct ea_reg *ret);
/* The same, of that width. */
bool ea_reg_of(struct ea *j, bool wide, u8 *ret);

/* ---- ebpf_asm.c ---- */

bool ea_add(struct ea *j, struct eb e);
/* Where a jump goes: +3, -2, pc+3, a label, 1f, 1b. */
bool ea_target(struct ea *j);

/* Is this `1f` or `1b`? */
bool ea_is_local(const struct ea *j);

/* ---- ebpf_asm_clang.c, ebpf_asm_old.c: one instruction each ---- */

bool ea_clang(struct ea *j, bool *known);
bool ea_old(struct ea *j);
/* Behind `call` and its like, and of a 64-bit immediate; in both notations. */
bool ea_call(struct ea *j);
bool ea_wide(struct ea *j, u8 dst, bool need_ll);

/* The operands of a form in the older notation, for reading and for writing: d, s
 * registers, i imm, > target, w 64-bit immediate, D and S an address. */
const char *ebpf_old_operands(enum eb_form form);

#endif
