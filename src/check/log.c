/* SPDX-License-Identifier: BSD-2-Clause */
/* The log, in Linux's form: kernel/bpf/log.c. */
#include "check/priv.h"

enum {
	ALIGN = 40,
	ALIGN_STEP = 8,
	DECIMAL_MAX = 32767,
	DECIMAL_MIN = -32768,
	UDECIMAL_MAX = 65535
};

int say(struct verify *v, int err, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (!v->how->text || !v->how->log)
		return err;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_puts(v->how->text, line);
	return err;
}

size_t log_pos(const struct verify *v) { return v->how->text ? v->how->text->n : 0; }

void log_cut(struct verify *v, size_t at)
{
	struct buf *b = v->how->text;

	if (b && b->p && at < b->n) {
		b->n = at;
		b->p[at] = 0;
	}
}

void touch_all(struct verify *v)
{
	v->touched_regs = ~(u32)0;
	v->touched_slots = ~(u64)0;
}

void touch_none(struct verify *v)
{
	v->touched_regs = 0;
	v->touched_slots = 0;
}

/* ---- names ---- */

static const char *const kinds[REG_KINDS] = {
	[REG_NONE] = "?",
	[REG_SCALAR] = "scalar",
	[REG_CTX] = "ctx",
	[REG_MAP] = "map_ptr",
	[REG_MAP_VALUE] = "map_value",
	[REG_MAP_KEY] = "map_key",
	[REG_STACK] = "fp",
	[REG_PACKET_META] = "pkt_meta",
	[REG_PACKET] = "pkt",
	[REG_PACKET_END] = "pkt_end",
	[REG_FLOW_KEYS] = "flow_keys",
	[REG_SOCKET] = "sock",
	[REG_SOCK_COMMON] = "sock_common",
	[REG_TCP_SOCK] = "tcp_sock",
	[REG_TP_BUFFER] = "tp_buffer",
	[REG_XDP_SOCK] = "xdp_sock",
	[REG_BTF] = "ptr_",
	[REG_MEM] = "mem",
	[REG_ARENA] = "arena",
	[REG_BUF] = "buf",
	[REG_FUNC] = "func",
	[REG_DYNPTR] = "dynptr_ptr",
};

static const struct {
	u32 flag;
	const char *prefix;
} prefixes[] = {{REG_RDONLY, "rdonly_"},  {REG_RINGBUF, "ringbuf_"}, {REG_USER, "user_"},
		{REG_PERCPU, "percpu_"},  {REG_RCU, "rcu_"},         {REG_UNTRUSTED, "untrusted_"},
		{REG_TRUSTED, "trusted_"}};

const char *reg_name(u32 type)
{
	static _Thread_local char text[4][80];
	static _Thread_local u32 next;
	char *to = text[next++ % 4], *at = to;
	u32 kind = reg_kind(type);

	for (u32 i = 0; i < LEN(prefixes); i++)
		if (type & prefixes[i].flag)
			at = stpcpy(at, prefixes[i].prefix);
	at = stpcpy(at, kinds[kind]);
	if (type & REG_NULLABLE)
		stpcpy(at, kind == REG_BTF ? "or_null_" : "_or_null");
	return to;
}

const char *tnum_text(struct tnum t)
{
	static _Thread_local char text[4][64];
	static _Thread_local u32 next;
	char *to = text[next++ % 4];

	snprintf(to, 64, "(0x%llx; 0x%llx)", (unsigned long long)t.value,
		 (unsigned long long)t.mask);
	return to;
}

/* ---- registers ---- */

static void put_signed(struct buf *to, s64 n)
{
	bool decimal = n >= DECIMAL_MIN && n <= DECIMAL_MAX;

	if (decimal)
		buf_printf(to, "%lld", (long long)n);
	else
		buf_printf(to, "%#llx", (unsigned long long)n);
}

static void put_unsigned(struct buf *to, u64 n)
{
	buf_printf(to, n <= UDECIMAL_MAX ? "%llu" : "%#llx", (unsigned long long)n);
}

static const char *comma(bool *first)
{
	const char *s = *first ? "" : ",";

	*first = false;
	return s;
}

static void put_what(struct buf *b, const struct reg *r, bool *first)
{
	u32 kind = reg_kind(r->type);

	if (r->id)
		buf_printf(b, "%sid=%u", comma(first), r->id & ~ID_PLUS);
	if (r->id & ID_PLUS)
		buf_printf(b, "%+d", r->off);
	if (r->ref)
		buf_printf(b, "%sref_obj_id=%u", comma(first), r->ref);
	if (r->type & REG_NON_OWNING)
		buf_printf(b, "%snon_own_ref", comma(first));
	if (kind == REG_MAP || kind == REG_MAP_KEY || kind == REG_MAP_VALUE) {
		if (r->map->name && r->map->name[0])
			buf_printf(b, "%smap=%s", comma(first), r->map->name);
		buf_printf(b, "%sks=%u,vs=%u", comma(first), r->map->key_size, r->map->value_size);
	}
	if (kind != REG_SCALAR && r->off) {
		buf_printf(b, "%soff=", comma(first));
		put_signed(b, r->off);
	}
	if (reg_is_packet(r)) {
		buf_printf(b, "%sr=", comma(first));
		put_unsigned(b, (u64)(s64)r->range);
	}
	if (kind == REG_MEM) {
		buf_printf(b, "%ssz=", comma(first));
		put_unsigned(b, r->mem_size);
	}
}

static const char *const dynptrs[] = {"invalid", "local",    "ringbuf", "skb",
				      "xdp",     "skb_meta", "file"};

void put_reg(struct buf *b, const struct frame *f, const struct reg *r)
{
	bool first = true;

	if (r->type == REG_SCALAR && r->precise)
		buf_putc(b, 'P');
	if (r->type == REG_SCALAR && scalar_is_const(&r->v)) {
		put_signed(b, (s64)r->v.bits.value);
		return;
	}
	buf_puts(b, reg_name(r->type));
	if (r->type == REG_ARENA)
		return;
	if (r->type == REG_STACK) {
		if (f->number != r->frame)
			buf_printf(b, "[%u]", r->frame);
		if (scalar_is_const(&r->v)) {
			put_signed(b, (s64)r->v.bits.value + r->off);
			return;
		}
	}
	if (reg_kind(r->type) == REG_BTF) {
		const struct btf_type *t = r->btf ? btf_type(r->btf, r->btf_id) : NULL;
		buf_puts(b, t ? btf_name(r->btf, t->name_off) : "");
	}
	buf_putc(b, '(');
	put_what(b, r, &first);
	if (r->type == REG_DYNPTR)
		buf_printf(b, "%stype=%s", comma(&first), dynptrs[r->dynptr % LEN(dynptrs)]);
	if (!scalar_is_const(&r->v)) {
		scalar_put_range(b, &r->v, first);
	} else if (r->v.bits.value) {
		buf_printf(b, "%simm=", comma(&first));
		put_signed(b, (s64)r->v.bits.value);
	}
	buf_putc(b, ')');
}

/* ---- stack ---- */

static const char *iter_name(const struct reg *r)
{
	const struct btf_type *t = r->btf ? btf_type(r->btf, r->btf_id) : NULL;
	const char *name = t ? btf_name(r->btf, t->name_off) : "";

	return strncmp(name, "bpf_iter_", 9) ? name : name + 9;
}

static void put_dynptr(struct buf *b, const struct reg *r, int at)
{
	bool first = true;

	buf_printf(b, " fp%d=dynptr_%s(", at, dynptrs[r->dynptr % LEN(dynptrs)]);
	if (r->id)
		buf_printf(b, "%sid=%u", comma(&first), r->id);
	if (r->ref)
		buf_printf(b, "%sref_id=%u", comma(&first), r->ref);
	/* Linux prints by this name that the slot is the first. */
	buf_printf(b, "%sdynptr_id=1)", comma(&first));
}

/* Returns how many slots more were told of. */
static u32 put_slot(struct buf *b, const struct frame *f, u32 i)
{
	static const char letters[] = "?rm0dif";
	static const char *const states[] = {"<invalid>", "active", "drained", "<unknown>"};
	const struct slot *s = &f->stack[i];
	char text[SLOT + 1] = {0};
	int at = -(int)(i + 1) * SLOT;
	u32 n = SLOT;

	if (s->type[SLOT - 1] == SLOT_DYNPTR && i + 1 < f->slots) {
		put_dynptr(b, &f->stack[i + 1].reg, at - SLOT);
		return 1;
	}
	if (s->type[SLOT - 1] == SLOT_ITER) {
		if (s->reg.ref)
			buf_printf(b, " fp%d=iter_%s(ref_id=%u,state=%s,depth=%u)", at,
				   iter_name(&s->reg), s->reg.ref, states[s->reg.iter_state],
				   s->reg.iter_depth);
		return 0;
	}
	if (slot_spilled(s))
		for (n = 0; s->type[n] != SLOT_SPILL;)
			n++;
	for (u32 k = 0; k < n; k++)
		text[k] = letters[s->type[k]];
	buf_printf(b, " fp%d=%s", at, text);
	if (slot_spilled(s))
		put_reg(b, f, &s->reg);
	return 0;
}

static bool slot_empty(const struct slot *s)
{
	for (u32 i = 0; i < SLOT; i++)
		if (s->type[i] != SLOT_INVALID)
			return false;
	return true;
}

void log_state(struct verify *v, const struct state *s, u32 frame, bool all)
{
	const struct frame *f = s->frame[frame];
	struct buf *b = v->how->text;

	if (f->number)
		buf_printf(b, " frame%u:", f->number);
	for (u32 i = 0; i < EBPF_REGS; i++)
		if (f->reg[i].type != REG_NONE && (all || v->touched_regs >> i & 1)) {
			buf_printf(b, " R%u=", i);
			put_reg(b, f, &f->reg[i]);
		}
	for (u32 i = 0; i < f->slots; i++)
		if ((all || v->touched_slots >> i & 1) && !slot_empty(&f->stack[i]))
			i += put_slot(b, f, i);
	for (u32 i = 0; i < s->refs && s->ref[0].id; i++)
		if (s->ref[i].id)
			buf_printf(b, i ? ",%u" : " refs=%u", s->ref[i].id);
	buf_puts(b, f->callback ? " cb" : "");
	buf_puts(b, f->async ? " async_cb" : "");
	buf_putc(b, '\n');
	if (!all)
		touch_none(v);
}

void log_insn_state(struct verify *v, const struct state *s, u32 frame)
{
	struct buf *b = v->how->text;

	if (v->before_pos && v->before_pos == b->n) {
		log_cut(v, b->n - 1);
		size_t pos = MAX(v->insn_len + ALIGN_STEP / 2, (size_t)ALIGN);
		pos = (pos + ALIGN_STEP - 1) / ALIGN_STEP * ALIGN_STEP;
		buf_printf(b, "%*c;", (int)(pos - v->insn_len - 1), ' ');
	} else {
		buf_printf(b, "%u:", v->pc);
	}
	log_state(v, s, frame, false);
}

/* ---- instructions and their source ---- */

static const struct prog_line *line_of(const struct verify *v, u32 pc)
{
	const struct prog *p = v->p;
	u32 lo = 0, hi = p->lines;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;
		if (p->line[mid].pc <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &p->line[lo - 1] : NULL;
}

static bool same_line(const struct prog_line *a, const struct prog_line *b)
{
	if (!a || !b)
		return false;
	return a == b || (a->line == b->line && a->file && b->file && !strcmp(a->file, b->file));
}

void log_line(struct verify *v, u32 pc)
{
	const struct prog_line *l = v->p->lines ? line_of(v, pc) : NULL;
	const char *text = l && l->text ? l->text : "";

	if (!logs(v, ~0u) || !l || same_line(l, v->line))
		return;
	while (*text == ' ' || *text == '\t' || *text == '\n')
		text++;
	const char *base = l->file ? strrchr(l->file, '/') : NULL;
	buf_printf(v->how->text, "; %s", text);
	if (l->file)
		buf_printf(v->how->text, " @ %s:%u", base ? base + 1 : l->file, l->line);
	buf_putc(v->how->text, '\n');
	v->line = l;
}

void log_insn(struct verify *v, u32 pc)
{
	struct buf *b = v->how->text;

	log_line(v, pc);
	size_t at = b->n;
	buf_printf(b, "%u: ", pc);
	put_insn(b, v, pc);
	buf_putc(b, '\n');
	v->insn_len = b->n - at;
	v->before_pos = b->n;
}
