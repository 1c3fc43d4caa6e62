/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a call of a function of the kernel is refused, and what must be given back to which. */
#include "check/explain_priv.h"

/* In which section the program is, by what it began and how that ends. */
static const struct {
	const char *words, *begin, *end, *section;
} sections[] = {
	{"bpf_rcu_read_lock-ed", "bpf_rcu_read_lock", "bpf_rcu_read_unlock()", "a section of RCU"},
	{"bpf_preempt_disable-ed", "bpf_preempt_disable", "bpf_preempt_enable()",
	 "a section without preemption"},
	{"bpf_local_irq_save-ed", "bpf_local_irq_save", "bpf_local_irq_restore()",
	 "a section without interrupts"},
	{"bpf_spin_lock-ed", "bpf_spin_lock", "bpf_spin_unlock", "a section with a lock"},
};

bool explain_section(struct explain *x, const char *what)
{
	for (u32 i = 0; i < LEN(sections); i++) {
		if (!strstr(x->out.words, sections[i].words))
			continue;
		x->out.what = explain_text(x, "%s within %s", what, sections[i].section);
		x->out.knew =
			explain_text(x, "%s was called on this path, and nothing has ended it",
				     sections[i].begin);
		x->out.needs = explain_text(x, "%s on every path before it", sections[i].end);
		return true;
	}
	return false;
}

#define OWNED "bpf_obj_drop on every path, or a list, tree or kptr that takes it"

const char *explain_release(struct explain *x, const struct eb *e)
{
	static const struct {
		const char *has, *by;
	} pairs[] = {{"task", "bpf_task_release on every path"},
		     {"cgroup", "bpf_cgroup_release on every path"},
		     {"key", "bpf_key_put on every path"},
		     {"percpu_obj_new", "bpf_percpu_obj_drop on every path, or a kptr of a map "
					"that takes it"},
		     {"obj_new", OWNED},
		     {"refcount_acquire", OWNED},
		     {"list_pop", OWNED},
		     {"rbtree_remove", OWNED},
		     {"iter_num", "bpf_iter_num_destroy on every path"},
		     {"iter_bits", "bpf_iter_bits_destroy on every path"}};
	const char *name = kfunc_name(&x->v, e);

	for (u32 i = 0; i < LEN(pairs); i++)
		if (strstr(name, pairs[i].has))
			return pairs[i].by;
	return "to release it on every path";
}

static void not_here(struct explain *x, const char *name, const struct kfunc_row *row)
{
	x->cause = CAUSE_HELPER;
	if (!row) {
		x->out.what = explain_text(x, "programs may not call %s", name);
		return;
	}
	x->out.what = explain_text(x, "%s is not for programs of this type", name);
	x->out.knew = explain_text(x, "the program is of type %s",
				   prog_row(x->p->type) ? prog_row(x->p->type)->name : "?");
}

static void given(struct explain *x, const char *name, u32 reg)
{
	const struct reg *r = &shot_frame(last_shot(x))->reg[reg];
	bool null = r->type & REG_NULLABLE;

	x->reg = reg;
	x->cause = null ? CAUSE_NULL : CAUSE_ARG;
	x->out.what = explain_text(x, "argument %u of %s %s", reg, name,
				   null ? "may be NULL" : "will not do");
	x->out.knew = explain_text(x, "r%u is %s", reg, explain_reg(x, r));
	x->out.needs = null ? "a comparison with NULL before it" : NULL;
	explain_life(x, reg);
}

bool explain_kfunc(struct explain *x, const struct eb *e, u32 reg)
{
	const char *name = kfunc_name(&x->v, e);
	const struct kfunc_row *row = kfunc_row(kfunc_find(name));
	const char *arg = strstr(x->out.words, "trusted arg");
	unsigned nr;

	if (*name == '<')
		return false;
	if (!row || !(row->types & type_bit(x->p->type))) {
		not_here(x, name, row);
	} else if (strstr(x->out.words, "must be sleepable")) {
		x->out.what = explain_text(x, "%s may sleep, and the program may not", name);
		x->out.needs = "a section of a name with .s, such as SEC(\"lsm.s/...\")";
	} else if (strstr(x->out.words, "is sleepable within")) {
		x->out.what = explain_text(x, "%s may sleep, and nothing may here", name);
		x->out.needs = "to call it before the section begins, or behind its end";
	} else if (arg && sscanf(arg, "trusted arg%u", &nr) == 1 && nr < HELPER_ARGS) {
		given(x, name, nr + 1);
	} else if (reg >= 1 && reg <= HELPER_ARGS &&
		   shot_frame(last_shot(x))->reg[reg].type != REG_NONE) {
		given(x, name, reg);
	} else {
		return false;
	}
	return true;
}
