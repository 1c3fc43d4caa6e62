/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads and stores: through which pointer, how far, and what comes back. */
#include "check/priv.h"

enum { FLOW_KEYS = 56, DW = 8, RDONLY_PROG = 1 << 7, WRONLY_PROG = 1 << 8 };

/* ---- alignment ---- */

static int misaligned(struct verify *v, const char *what, const struct reg *r, s32 off, u32 size,
		      s32 first)
{
	struct scalar at = scalar_const((u64)((s64)first + r->off + off));

	if (size == 1)
		return 0;
	scalar_alu(&at, EB_ADD_64_X, &r->v, true);
	if (!((at.bits.value | at.bits.mask) & (size - 1)))
		return 0;
	if (first)
		return say(v, -EACCES, "misaligned packet access off %d+%s+%d+%d size %d\n", first,
			   tnum_text(r->v.bits), r->off, off, size);
	return say(v, -EACCES, "misaligned %saccess off %s+%d+%d size %d\n", what,
		   tnum_text(r->v.bits), r->off, off, size);
}

static int check_aligned(struct verify *v, const struct reg *r, s32 off, u32 size, bool strict)
{
	static const char *const names[REG_KINDS] = {
		[REG_FLOW_KEYS] = "flow keys ",
		[REG_MAP_KEY] = "key ",
		[REG_MAP_VALUE] = "value ",
		[REG_CTX] = "context ",
		[REG_STACK] = "stack ",
		[REG_SOCKET] = "sock ",
		[REG_SOCK_COMMON] = "sock_common ",
		[REG_TCP_SOCK] = "tcp_sock ",
		[REG_XDP_SOCK] = "xdp_sock ",
	};
	const char *name = names[reg_kind(r->type)];

	if (r->type == REG_ARENA || (!strict && r->type != REG_STACK))
		return 0;
	return misaligned(v, name ? name : "", r, off, size, reg_is_packet(r) ? 2 : 0);
}

int check_pointer_aligned(struct verify *v, const struct reg *r, u32 size)
{
	return check_aligned(v, r, 0, size, true);
}

/* ---- memory of a known size ---- */

static int outside(struct verify *v, u32 regno, s64 off, u32 size, u32 mem_size)
{
	const struct reg *r = &regs(v)[regno];

	switch (reg_kind(r->type)) {
	case REG_MAP_KEY:
		return say(v, -EACCES, "invalid access to map key, key_size=%d off=%d size=%d\n",
			   mem_size, (s32)off, size);
	case REG_MAP_VALUE:
		return say(v, -EACCES,
			   "invalid access to map value, value_size=%d off=%d size=%d\n", mem_size,
			   (s32)off, size);
	case REG_PACKET:
	case REG_PACKET_META:
	case REG_PACKET_END:
		return say(v, -EACCES,
			   "invalid access to packet, off=%d size=%d, R%d(id=%d,off=%d,r=%d)\n",
			   (s32)off, size, regno, r->id, (s32)off, mem_size);
	default:
		return say(v, -EACCES, "invalid access to memory, mem_size=%u off=%d size=%d\n",
			   mem_size, (s32)off, size);
	}
}

static int within(struct verify *v, u32 regno, s64 off, u32 size, u32 mem_size, bool zero_ok)
{
	if (off >= 0 && (size || zero_ok) && off <= mem_size && size <= mem_size - off)
		return 0;
	return outside(v, regno, off, size, mem_size);
}

static const char negative[] =
	"R%u min value is negative, either use unsigned index or do a if (index >=0) check.\n";

int check_region(struct verify *v, u32 regno, s64 off, u32 size, u32 mem_size, bool zero_ok)
{
	const struct scalar *n = &regs(v)[regno].v;

	if (n->smin < 0 && (n->smin < -(s64)UINT32_MAX || off + n->smin < 0))
		return say(v, -EACCES, negative, regno);
	int err = within(v, regno, n->smin < 0 || n->smin <= UINT32_MAX ? off + n->smin : INT64_MAX,
			 size, mem_size, zero_ok);
	if (err)
		return say(v, err, "R%u min value is outside of the allowed memory range\n", regno);
	if (n->umax >= POINTER_SLACK)
		return say(v, -EACCES,
			   "R%u unbounded memory access, make sure to bounds check any such "
			   "access\n",
			   regno);
	err = within(v, regno, off + (s64)n->umax, size, mem_size, zero_ok);
	if (err)
		return say(v, err, "R%u max value is outside of the allowed memory range\n", regno);
	return 0;
}

int check_packet(struct verify *v, u32 regno, s64 off, u32 size, bool zero_ok)
{
	const struct reg *r = &regs(v)[regno];

	if (r->v.smin < 0)
		return say(v, -EACCES, negative, regno);
	int err = r->range < 0 ? -EINVAL : within(v, regno, off, size, (u32)r->range, zero_ok);
	if (err)
		return say(v, err, "R%u offset is outside of the packet\n", regno);
	return 0;
}

bool may_touch_packet(const struct verify *v, const struct helper_row *h, enum access how)
{
	switch (v->type) {
	case PROGTYPE_LWT_IN:
	case PROGTYPE_LWT_OUT:
	case PROGTYPE_LWT_SEG6LOCAL:
	case PROGTYPE_SK_REUSEPORT:
	case PROGTYPE_FLOW_DISSECTOR:
	case PROGTYPE_CGROUP_SKB:
		if (how == ACCESS_WRITE)
			return false;
		return h ? h->flags & HELPER_PKT : true;
	case PROGTYPE_SCHED_CLS:
	case PROGTYPE_SCHED_ACT:
	case PROGTYPE_XDP:
	case PROGTYPE_LWT_XMIT:
	case PROGTYPE_SK_SKB:
	case PROGTYPE_SK_MSG:
		return h ? h->flags & HELPER_PKT : true;
	case PROGTYPE_CGROUP_SOCKOPT:
		return true;
	default:
		return false;
	}
}

int check_buffer(struct verify *v, const char *what, const struct reg *r, u32 regno, s64 off,
		 u32 size, u32 *most)
{
	if (off < 0)
		return say(v, -EACCES, "R%u invalid %s buffer access: off=%d, size=%d\n", regno,
			   what, (s32)off, size);
	if (!scalar_is_const(&r->v) || r->v.bits.value)
		return say(v, -EACCES, "R%u invalid variable buffer offset: off=%d, var_off=%s\n",
			   regno, (s32)off, tnum_text(r->v.bits));
	if (most)
		*most = MAX(*most, (u32)off + size);
	return 0;
}

int check_fixed_off(struct verify *v, const struct reg *r, u32 regno, bool zero_only)
{
	const char *name = reg_name(r->type);

	if (r->off < 0)
		return say(v, -EACCES, "negative offset %s ptr R%u off=%d disallowed\n", name,
			   regno, r->off);
	if (zero_only && r->off)
		return say(v, -EACCES, "dereference of modified %s ptr R%u off=%d disallowed\n",
			   name, regno, r->off);
	if (!scalar_is_const(&r->v) || r->v.bits.value || r->type == REG_NONE)
		return say(v, -EACCES, "variable %s access var_off=%s disallowed\n", name,
			   tnum_text(r->type == REG_NONE ? scalar_any().bits : r->v.bits));
	return 0;
}

/* ---- values of maps ---- */

const char *special_name(u32 kind)
{
	static const struct {
		u32 kind;
		const char *name;
	} names[] = {{BTF_SPIN_LOCK, "bpf_spin_lock"}, {BTF_RES_SPIN_LOCK, "bpf_res_spin_lock"},
		     {BTF_TIMER, "bpf_timer"},         {BTF_WORKQUEUE, "bpf_wq"},
		     {BTF_KPTR_UNREF, "kptr"},         {BTF_KPTR_REF, "kptr"},
		     {BTF_KPTR_PERCPU, "percpu_kptr"}, {BTF_UPTR, "uptr"},
		     {BTF_LIST_HEAD, "bpf_list_head"}, {BTF_LIST_NODE, "bpf_list_node"},
		     {BTF_RB_ROOT, "bpf_rb_root"},     {BTF_RB_NODE, "bpf_rb_node"},
		     {BTF_REFCOUNT, "bpf_refcount"},   {BTF_TASK_WORK, "bpf_task_work"}};

	for (u32 i = 0; i < LEN(names); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "unknown";
}

static int check_pointer_field(struct verify *v, const struct btf_field *f, const struct reg *r,
			       s64 off, u32 size, bool helper)
{
	const char *name = special_name(f->kind);

	if (helper)
		return say(v, -EACCES, "%s cannot be accessed indirectly by helper\n", name);
	if (!scalar_is_const(&r->v))
		return say(v, -EACCES, "%s access cannot have variable offset\n", name);
	if (f->off != off + (s64)r->v.bits.value)
		return say(v, -EACCES, "%s access misaligned expected=%u off=%llu\n", name, f->off,
			   (unsigned long long)((u64)off + r->v.bits.value));
	if (size != DW)
		return say(v, -EACCES, "%s access size must be BPF_DW\n", name);
	return 0;
}

int check_map_bytes(struct verify *v, u32 regno, s64 off, u32 size, bool zero_ok, bool helper)
{
	const struct reg *r = &regs(v)[regno];
	const struct btf_fields *fields = r->map->fields;
	int err = check_region(v, regno, off, size, r->map->value_size, zero_ok);

	for (u32 i = 0; !err && fields && i < fields->n; i++) {
		const struct btf_field *f = &fields->field[i];
		if (r->v.smin + off >= (s64)f->off + f->size ||
		    f->off >= (s64)r->v.umax + off + size)
			continue;
		if (f->kind & (BTF_KPTR | BTF_UPTR))
			err = check_pointer_field(v, f, r, off, size, helper);
		else
			err = say(v, -EACCES, "%s cannot be accessed directly by load/store\n",
				  special_name(f->kind));
	}
	return err;
}

int check_map_mode(struct verify *v, u32 regno, s64 off, u32 size, enum access how)
{
	const struct prog_map *m = regs(v)[regno].map;
	bool write = how == ACCESS_WRITE;

	if (!(m->flags & (write ? RDONLY_PROG : WRONLY_PROG)))
		return 0;
	return say(v, -EACCES, "%s map forbidden, value_size=%d off=%d size=%d\n",
		   write ? "write into" : "read from", m->value_size, regs(v)[regno].off + (s32)off,
		   size);
}

/* What a map that nobody writes any more holds there, true when it is known. */
static bool read_fixed(const struct reg *r, s64 off, u32 size, u64 *value)
{
	const struct bytes *b = &r->map->fixed;
	u64 at = (u64)off + r->v.bits.value;

	if (!scalar_is_const(&r->v) || !b->p || !(r->map->flags & RDONLY_PROG) || at > b->n ||
	    b->n - at < size)
		return false;
	*value = 0;
	memcpy(value, b->p + at, size);
	return true;
}

static bool points_at_kptr(const struct reg *r, s64 off)
{
	const struct btf_fields *f = r->map->fields;

	for (u32 i = 0; f && i < f->n; i++)
		if ((f->field[i].kind & (BTF_KPTR | BTF_UPTR)) && scalar_is_const(&r->v) &&
		    f->field[i].off == off + (s64)r->v.bits.value)
			return true;
	return false;
}

static int check_map_value(struct verify *v, u32 regno, s64 off, u32 size, enum access how,
			   s32 value)
{
	struct reg *r = &regs(v)[regno];
	u64 number;
	int err = check_map_mode(v, regno, off, size, how);

	if (!err)
		err = check_map_bytes(v, regno, off, size, false, false);
	if (err)
		return err;
	if (points_at_kptr(r, off))
		return check_kptr(v, regno, off, how, value);
	if (how == ACCESS_WRITE || value < 0)
		return 0;
	if (read_fixed(r, off, size, &number))
		reg_const(v, &regs(v)[value], number);
	else
		reg_unknown(v, &regs(v)[value]);
	return 0;
}

/* ---- by the kind of pointer ---- */

static bool is_sock(u32 type)
{
	return type == REG_SOCKET || type == REG_SOCK_COMMON || type == REG_TCP_SOCK ||
	       type == REG_XDP_SOCK;
}

/* What an unprivileged program must not store a pointer into. */
static const char *leak_name(const struct reg *r)
{
	switch (reg_kind(r->type)) {
	case REG_MAP_VALUE:
		return "map";
	case REG_MEM:
		return "mem";
	case REG_CTX:
		return "ctx";
	case REG_PACKET:
	case REG_PACKET_META:
		return "packet";
	case REG_FLOW_KEYS:
		return "flow keys";
	default:
		return NULL;
	}
}

static int invalid(struct verify *v, u32 regno)
{
	return say(v, -EACCES, "R%u invalid mem access '%s'\n", regno,
		   reg_name(regs(v)[regno].type));
}

static int not_written(struct verify *v, u32 regno)
{
	return say(v, -EACCES, "R%u cannot write into %s\n", regno, reg_name(regs(v)[regno].type));
}

static int check_mem(struct verify *v, u32 regno, s64 off, u32 size, enum access how)
{
	const struct reg *r = &regs(v)[regno];
	bool rdonly = r->type & REG_RDONLY;

	if (r->type & REG_NULLABLE)
		return invalid(v, regno);
	if (how == ACCESS_WRITE && rdonly)
		return not_written(v, regno);
	if (rdonly && (r->type & REG_UNTRUSTED))
		return 0;
	return check_region(v, regno, off, size, r->mem_size, false);
}

static int check_context(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	struct reg got;
	int err = check_fixed_off(v, &regs(v)[regno], regno, true);

	if (err)
		return err;
	reg_unknown(v, &got);
	err = check_ctx(v, off, size, how, &got);
	if (err)
		return err;
	v->context = MAX(v->context, (u32)off + size);
	if (how == ACCESS_READ && value >= 0)
		regs(v)[value] = got;
	return 0;
}

/* What is read there, besides. */
static int check_simple(struct verify *v, u32 regno, s64 off, u32 size, enum access how)
{
	const struct reg *r = &regs(v)[regno];

	switch (reg_kind(r->type)) {
	case REG_MAP_KEY:
		if (how == ACCESS_WRITE)
			return say(v, -EACCES, "write to change key R%u not allowed\n", regno);
		return check_region(v, regno, off, size, r->map->key_size, false);
	case REG_MEM:
		return check_mem(v, regno, off, size, how);
	case REG_PACKET:
	case REG_PACKET_META:
		if (how == ACCESS_WRITE && !may_touch_packet(v, NULL, how))
			return say(v, -EACCES, "cannot write into packet\n");
		return check_packet(v, regno, off, size, false);
	case REG_FLOW_KEYS:
		if (off >= 0 && off + size <= FLOW_KEYS)
			return 0;
		return say(v, -EACCES, "invalid access to flow keys off=%d size=%d\n", (s32)off,
			   size);
	case REG_TP_BUFFER:
		return check_buffer(v, "tracepoint", r, regno, off, size, NULL);
	case REG_BUF:
		if (r->type & REG_NULLABLE)
			return invalid(v, regno);
		if (how == ACCESS_WRITE && (r->type & REG_RDONLY))
			return not_written(v, regno);
		return check_buffer(v, r->type & REG_RDONLY ? "rdonly" : "rdwr", r, regno, off,
				    size, NULL);
	case REG_ARENA:
		return 0;
	default:
		break;
	}
	if (!is_sock(r->type))
		return invalid(v, regno);
	return how == ACCESS_WRITE ? not_written(v, regno) : check_sock(v, regno, off, size);
}

static int check_by_kind(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	struct reg *r = &regs(v)[regno];
	const char *leak = leak_name(r);

	if (leak && how == ACCESS_WRITE && value >= 0 && reg_leaks(v, &regs(v)[value]))
		return say(v, -EACCES, "R%d leaks addr into %s\n", value, leak);
	switch (reg_kind(r->type)) {
	case REG_MAP_VALUE:
		if (r->type & REG_NULLABLE)
			return invalid(v, regno);
		return check_map_value(v, regno, off, size, how, value);
	case REG_CTX:
		return check_context(v, regno, off, size, how, value);
	case REG_STACK:
		return check_stack(v, regno, off, size, how, value);
	case REG_BTF:
		return r->type & REG_NULLABLE ? invalid(v, regno)
					      : check_btf_access(v, regno, off, size, how, value);
	case REG_MAP:
		return r->type == REG_MAP ? check_map_struct(v, regno, off, size, how, value)
					  : invalid(v, regno);
	default:
		break;
	}
	int err = check_simple(v, regno, off, size, how);
	if (!err && how == ACCESS_READ && value >= 0)
		reg_unknown(v, &regs(v)[value]);
	return err;
}

/* Memory of which the proof is all that a run needs. */
static bool is_plain(u32 type)
{
	switch (reg_kind(type)) {
	case REG_STACK:
	case REG_CTX:
	case REG_MAP_VALUE:
	case REG_MAP_KEY:
	case REG_PACKET:
	case REG_PACKET_META:
		return true;
	case REG_MEM:
		return !(type & ~(u32)(0xff | REG_RDONLY | REG_RINGBUF));
	default:
		return false;
	}
}

int check_memory(struct verify *v, u32 regno, s32 off, u32 size, enum access how, s32 value,
		 bool aligned, bool sign)
{
	struct reg *r = &regs(v)[regno];
	v->odd |= !is_plain(r->type);
	int err = check_aligned(v, r, off, size, v->strict || aligned);

	if (!err)
		err = check_by_kind(v, regno, (s64)off + r->off, size, how, value);
	if (err || size == DW || value < 0 || how == ACCESS_WRITE)
		return err;
	struct reg *got = &regs(v)[value];
	if (got->type == REG_SCALAR && sign) {
		struct scalar before = got->v;
		scalar_sext(&got->v, size);
		if (!scalar_equal(&before, &got->v))
			reg_unlink(got); /* the upper half is another: Linux 6.18 leaves the link */
	} else if (got->type == REG_SCALAR)
		scalar_zext(&got->v, size);
	return 0;
}

/* ---- the instructions ---- */

/* One instruction may not be given pointers that are translated differently. */
static int one_family(struct verify *v, u32 type)
{
	static const u32 apart = 1u << REG_CTX | 1u << REG_SOCKET | 1u << REG_SOCK_COMMON |
				 1u << REG_TCP_SOCK | 1u << REG_XDP_SOCK | 1u << REG_BTF |
				 1u << REG_ARENA;
	struct fact *f = &v->fact[v->pc];

	if (f->family == REG_NONE)
		f->family = type;
	if (f->family == type || (reg_kind(f->family) == REG_BTF && reg_kind(type) == REG_BTF))
		return 0;
	if (!((1u << reg_kind(f->family) | 1u << reg_kind(type)) & apart))
		return 0;
	return say(v, -EINVAL, "same insn cannot be used with different pointers\n");
}

static int load(struct verify *v, const struct eb *e, bool aligned, bool sign)
{
	int err = read_reg(v, e->src);

	if (!err)
		err = write_reg_kept(v, e->dst);
	if (err)
		return err;
	u32 type = regs(v)[e->src].type;
	err = check_memory(v, e->src, e->off, ebpf_size((enum eb_op)e->op), ACCESS_READ, e->dst,
			   aligned, sign);
	return err ? err : one_family(v, type);
}

int check_load(struct verify *v, const struct eb *e, bool sign) { return load(v, e, false, sign); }

static int store(struct verify *v, const struct eb *e, s32 value, bool aligned)
{
	int err = value >= 0 ? read_reg(v, (u32)value) : 0;

	if (!err)
		err = read_reg(v, e->dst);
	if (err)
		return err;
	u32 type = regs(v)[e->dst].type;
	err = check_memory(v, e->dst, e->off, ebpf_size((enum eb_op)e->op), ACCESS_WRITE, value,
			   aligned, false);
	return err ? err : one_family(v, type);
}

int check_store(struct verify *v, const struct eb *e)
{
	return store(v, e, ebpf_rows[e->op].form == EBF_ST ? NO_REG : e->src, false);
}

static int check_atomic_kind(struct verify *v, u32 regno, const char *what)
{
	const struct reg *r = &regs(v)[regno];
	u32 kind = reg_kind(r->type);

	touch_reg(v, regno);
	if (kind != REG_CTX && !reg_is_packet(r) && kind != REG_FLOW_KEYS && !is_sock(kind))
		return 0;
	return say(v, -EACCES, "BPF_ATOMIC %s R%u %s is not allowed\n", what, regno,
		   reg_name(r->type));
}

static int rmw_operands(struct verify *v, const struct eb *e, bool compares)
{
	int err = read_reg(v, e->src);

	if (!err)
		err = read_reg(v, e->dst);
	if (!err && compares) {
		err = read_reg(v, 0);
		if (!err && reg_leaks(v, &regs(v)[0]))
			return say(v, -EACCES, "R0 leaks addr into mem\n");
	}
	if (!err && reg_leaks(v, &regs(v)[e->src]))
		return say(v, -EACCES, "R%u leaks addr into mem\n", e->src);
	return err ? err : check_atomic_kind(v, e->dst, "stores into");
}

static int read_modify_write(struct verify *v, const struct eb *e, enum eb_form form)
{
	u32 size = ebpf_size((enum eb_op)e->op);
	s32 got = form == EBF_ATOMIC ? NO_REG : form == EBF_CMPXCHG ? 0 : e->src;
	int err = rmw_operands(v, e, form == EBF_CMPXCHG);

	if (!err && got >= 0)
		err = write_reg(v, (u32)got);
	if (!err)
		err = check_memory(v, e->dst, e->off, size, ACCESS_READ, NO_REG, true, false);
	if (!err && got >= 0)
		err = check_memory(v, e->dst, e->off, size, ACCESS_READ, got, true, false);
	if (!err && regs(v)[e->dst].type == REG_ARENA)
		err = one_family(v, REG_ARENA);
	if (err)
		return err;
	return check_memory(v, e->dst, e->off, size, ACCESS_WRITE, NO_REG, true, false);
}

int check_atomic(struct verify *v, const struct eb *e)
{
	enum eb_form form = (enum eb_form)ebpf_rows[e->op].form;
	int err;

	switch (form) {
	case EBF_LOAD_ACQ:
		err = read_reg(v, e->src);
		if (!err)
			err = check_atomic_kind(v, e->src, "loads from");
		return err ? err : load(v, e, true, false);
	case EBF_STORE_REL:
		err = read_reg(v, e->dst);
		if (!err)
			err = check_atomic_kind(v, e->dst, "stores into");
		return err ? err : store(v, e, e->src, true);
	default:
		return read_modify_write(v, e, form);
	}
}
