/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSPF machine: one jump an operation, the top of the stack in a register.
 *
 * An operation is decoded into one of three forms of its operator: with nothing
 * pushed before it, with a constant, or with a word of the packet. As there are
 * no branches, the number of operations done is the place where it ended. */
#include "vm/vm.h"

#include <stdlib.h>

enum form { NONE, CONST, WORD, FORMS };

/* clang-format off */
enum handler {
#define H(name) name##_NONE, name##_CONST, name##_WORD,
	H(NOP)
#define CSPF_BINARY(name, code, result) H(name)
#define CSPF_END(name, code, when, verdict) H(name)
#include "isa/cspf.def"
#undef H
	FINISH,
};
/* clang-format on */

struct op {
	u16 handler;
	u16 k; /* the constant, or which word of the packet */
};

struct vm_cspf {
	u32 n;
	struct op op[]; /* n of them, then FINISH */
};

static u16 handler(u32 binop, enum form form)
{
	/* clang-format off */
	static const u16 first[] = {
		[CSPF_NOP] = NOP_NONE,
#define CSPF_BINARY(name, code, result) [code] = name##_NONE,
#define CSPF_END(name, code, when, verdict) [code] = name##_NONE,
#include "isa/cspf.def"
	};
	/* clang-format on */

	return (u16)(first[binop] + form);
}

struct ob_err *vm_cspf_create(const u16 *word, u32 n, struct vm_cspf **ret)
{
	struct vm_cspf *c = calloc(1, sizeof(*c) + (n + 1) * sizeof(c->op[0]));

	if (!c)
		return err_nomem();
	for (u32 i = 0; i < n; i++) {
		u32 action = cspf_action(word[i]), binop = cspf_binop(word[i]);
		struct op *op = &c->op[c->n++];

		op->handler = handler(binop, action == CSPF_NOPUSH     ? NONE
					     : action >= CSPF_PUSHWORD ? WORD
								       : CONST);
		if (action >= CSPF_PUSHWORD)
			op->k = (u16)(action - CSPF_PUSHWORD);
		else if (action == CSPF_PUSHLIT)
			op->k = word[++i];
		else if (action != CSPF_NOPUSH)
			op->k = (u16)cspf_const(action);
	}
	c->op[c->n].handler = FINISH;
	*ret = c;
	return NULL;
}

void vm_cspf_destroy(struct vm_cspf *c) { free(c); }

/* clang-format off */
/* Invariant: the words below the top are stack[1..depth-1]; stack[0] lies under
 * the first word, so that an empty stack needs no case of its own. *last is the
 * operation that ended the program, FINISH when it ran to its end. */
static bool run(const struct vm_cspf *c, const u8 *data, u32 len, const struct op **last)
{
	static const void *const label[] = {
#define H(name) &&name##_none, &&name##_const, &&name##_word,
		H(NOP)
#define CSPF_BINARY(name, code, result) H(name)
#define CSPF_END(name, code, when, verdict) H(name)
#include "isa/cspf.def"
#undef H
		&&finish,
	};
	_Static_assert(LEN(label) == FINISH + 1, "a label for each handler");
	u16 stack[CSPF_MAXWORDS], *sp = stack, a, b, top = 1;
	u32 words = len / 2;
	const struct op *op = c->op;
	bool verdict;

	*sp++ = 0;
	goto *label[op->handler];

#define NEXT		goto *label[(++op)->handler]
#define POP()		(*--sp)
#define LOAD(to)							\
	do {								\
		if (unlikely(op->k >= words))				\
			goto outside;					\
		to = get_be16(data + 2 * op->k);			\
	} while (0)

NOP_none:
	NEXT;
NOP_word:
	LOAD(b);
	*sp++ = top;
	top = b;
	NEXT;
NOP_const:
	*sp++ = top;
	top = op->k;
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
	LOAD(b);							\
	top = result;							\
	NEXT;
#define CSPF_END(name, code, when, verdict_)				\
name##_none:								\
	b = top;							\
	a = POP();							\
	top = POP();							\
	if (when)							\
		goto end_##verdict_;					\
	NEXT;								\
name##_const:								\
	a = top;							\
	b = op->k;							\
	top = POP();							\
	if (when)							\
		goto end_##verdict_;					\
	NEXT;								\
name##_word:								\
	a = top;							\
	LOAD(b);							\
	top = POP();							\
	if (when)							\
		goto end_##verdict_;					\
	NEXT;
#include "isa/cspf.def"
#undef NEXT
#undef POP
#undef LOAD

end_true:
	verdict = true;
	goto end;
outside:
end_false:
	verdict = false;
	goto end;
finish:
	verdict = top != 0;
end:
	*last = op;
	return verdict;
}
/* clang-format on */

bool vm_cspf_run(const struct vm_cspf *c, const u8 *data, u32 len)
{
	const struct op *last;

	return run(c, data, len, &last);
}

bool vm_cspf_run_counted(const struct vm_cspf *c, const u8 *data, u32 len, u64 *count)
{
	const struct op *last;
	bool verdict = run(c, data, len, &last);

	*count = (u64)(last - c->op) + (last->handler != FINISH);
	return verdict;
}
