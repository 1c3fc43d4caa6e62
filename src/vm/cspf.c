/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSPF machine: decoded once to threaded code, run by one loop with the top
 * of the stack in a register.
 *
 * An operator has four forms, by what is pushed before it: nothing, a constant,
 * a word of the packet, or such a word and then, by its own operation, a
 * constant. The last does two operations at once. As a program has no branches,
 * the number of operations done is a property of the place where it ended. */
#include "vm/vm.h"

#include <stdlib.h>

enum form { NONE, CONST, WORD, WORD_CONST };

/* clang-format off */
enum handler {
#define H(name) name##_NONE, name##_CONST, name##_WORD, name##_WORD_CONST,
	H(NOP)
#define CSPF_BINARY(name, code, result) H(name)
#define CSPF_END(name, code, when, verdict) H(name)
#include "isa/cspf.def"
#undef H
	FINISH,
	HANDLERS,
};

static enum handler handler(u32 binop, enum form form)
{
	static const u8 first[] = {
		[CSPF_NOP] = NOP_NONE,
#define CSPF_BINARY(name, code, result) [code] = name##_NONE,
#define CSPF_END(name, code, when, verdict) [code] = name##_NONE,
#include "isa/cspf.def"
	};

	return first[binop] + form;
}
/* clang-format on */

struct op {
	const void *go; /* the label that does it */
	u16 word, k;    /* of the packet; the constant */
	u32 done;       /* operations of the program up to this, itself included */
};

struct vm_cspf {
	struct op op[CSPF_MAXWORDS + 1];
};

/* clang-format off */
/* Invariant: the words below the top are stack[1..depth-1]; stack[0] lies under
 * the first word, so that an empty stack needs no case of its own. Without a
 * machine, gives the labels. */
static bool run(const struct vm_cspf *c, const u8 *data, u32 len, u64 *done,
		const void *const **labels)
{
	static const void *const label[] = {
#define H(name) &&name##_none, &&name##_const, &&name##_word, &&name##_word_const,
		H(NOP)
#define CSPF_BINARY(name, code, result) H(name)
#define CSPF_END(name, code, when, verdict) H(name)
#include "isa/cspf.def"
#undef H
		&&finish,
	};
	_Static_assert(LEN(label) == HANDLERS, "a label for each handler");

	if (!c)
		return *labels = label, false;
	u16 stack[CSPF_MAXWORDS], *sp = stack, a, b, top = 1;
	u32 words = len / 2;
	const struct op *op = c->op;

	*sp++ = 0;
	goto *op->go;

#define NEXT		goto *(++op)->go
#define POP()		(*--sp)
#define PUSH(v)		(*sp++ = top, top = (v))
#define LOAD(to, else_)							\
	do {								\
		if (unlikely(op->word >= words))			\
			goto else_;					\
		to = get_be16(data + 2 * op->word);			\
	} while (0)

NOP_none:
	NEXT;
NOP_const:
	PUSH(op->k);
	NEXT;
NOP_word:
	LOAD(b, outside);
	PUSH(b);
	NEXT;
NOP_word_const:
	LOAD(b, outside_first);
	PUSH(b);
	PUSH(op->k);
	NEXT;

#define CSPF_BINARY(name, code, result)					\
name##_none:								\
	b = top;							\
	a = POP();							\
	top = result;							\
	NEXT;								\
name##_const:								\
	a = top;							\
	b = op->k;							\
	top = result;							\
	NEXT;								\
name##_word:								\
	a = top;							\
	LOAD(b, outside);						\
	top = result;							\
	NEXT;								\
name##_word_const:							\
	LOAD(a, outside_first);						\
	b = op->k;							\
	PUSH(result);							\
	NEXT;
#define CSPF_END(name, code, when, verdict)				\
name##_none:								\
	b = top;							\
	a = POP();							\
	top = POP();							\
	if (when)							\
		goto end_##verdict;					\
	NEXT;								\
name##_const:								\
	a = top;							\
	b = op->k;							\
	top = POP();							\
	if (when)							\
		goto end_##verdict;					\
	NEXT;								\
name##_word:								\
	a = top;							\
	LOAD(b, outside);						\
	top = POP();							\
	if (when)							\
		goto end_##verdict;					\
	NEXT;								\
name##_word_const:							\
	LOAD(a, outside_first);						\
	b = op->k;							\
	if (when)							\
		goto end_##verdict;					\
	NEXT;
#include "isa/cspf.def"
#undef NEXT
#undef POP
#undef PUSH
#undef LOAD

end_true:
	*done = op->done;
	return true;
outside:
end_false:
	*done = op->done;
	return false;
outside_first:
	*done = op->done - 1;
	return false;
finish:
	*done = op->done;
	return top != 0;
}
/* clang-format on */

static bool is_plain_word(u16 w) { return cspf_action(w) >= CSPF_PUSHWORD && !cspf_binop(w); }

static bool pushes_constant(u16 w)
{
	return cspf_action(w) == CSPF_PUSHLIT || cspf_const(cspf_action(w)) >= 0;
}

/* Decodes at word[i]; returns where the next operation is. */
static u32 decode(const u16 *word, u32 n, u32 i, struct op *op, enum handler *h)
{
	enum form form = NONE;

	if (cspf_action(word[i]) >= CSPF_PUSHWORD) {
		form = WORD;
		op->word = (u16)(cspf_action(word[i]) - CSPF_PUSHWORD);
	}
	op->done++;
	if (is_plain_word(word[i]) && i + 1 < n && pushes_constant(word[i + 1])) {
		form = WORD_CONST;
		op->done++;
		i++;
	} else if (pushes_constant(word[i])) {
		form = CONST;
	}
	*h = handler(cspf_binop(word[i]), form);
	if (cspf_action(word[i]) == CSPF_PUSHLIT)
		op->k = word[++i];
	else if (form == CONST || form == WORD_CONST)
		op->k = (u16)cspf_const(cspf_action(word[i]));
	return i + 1;
}

struct ob_err *vm_cspf_create(const u16 *word, u32 n, struct vm_cspf **ret)
{
	struct vm_cspf *c = calloc(1, sizeof(*c));
	const void *const *label;
	u32 done = 0;

	if (!c)
		return err_nomem();
	run(NULL, NULL, 0, NULL, &label);
	struct op *op = c->op;
	for (u32 i = 0; i < n; op++) {
		enum handler h;

		op->done = done;
		i = decode(word, n, i, op, &h);
		op->go = label[h];
		done = op->done;
	}
	op->go = label[FINISH];
	op->done = done;
	*ret = c;
	return NULL;
}

void vm_cspf_destroy(struct vm_cspf *c) { free(c); }

bool vm_cspf_run(const struct vm_cspf *c, const u8 *data, u32 len)
{
	u64 count;

	return run(c, data, len, &count, NULL);
}

bool vm_cspf_run_counted(const struct vm_cspf *c, const u8 *data, u32 len, u64 *count)
{
	return run(c, data, len, count, NULL);
}
