/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_PROG_LOAD: kernel/bpf/syscall.c and the beginning of verifier.c say what is
 * checked, in what order. */
#include "kern/ksym.h"
#include "kern/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MAPS_MAX = VERIFY_MAPS,
	LICENSE = 128,
	VALUE_OFF_MAX = 1 << 29, /* BPF_MAX_VAR_OFF */
	FUNC_RECORD = 8,
	LINE_RECORD = 16,
	RECORD_MAX = 252,
	BTF_ID_MAX = 0xfffff, /* BTF_MAX_TYPE */
	INSNS_MAX = 1000000,
	INSNS_ANYONE = 4096, /* without CAP_BPF */
	MEMSX = 0x80,
	/* Flags that <linux/bpf.h> may not have. */
	DEV_BOUND = 1 << 6,
	REG_INVARIANTS = 1 << 7,
	TOKEN_FD = 1 << 16,
	FLAGS = BPF_F_STRICT_ALIGNMENT | BPF_F_ANY_ALIGNMENT | BPF_F_TEST_RND_HI32 |
		BPF_F_TEST_STATE_FREQ | BPF_F_SLEEPABLE | BPF_F_XDP_HAS_FRAGS | DEV_BOUND |
		REG_INVARIANTS | TOKEN_FD,
};

/* One load: what was given, and what it becomes. */
struct load {
	union bpfattr *attr;
	u64 uattr;
	struct user_log log;
	struct ob_ebpf *insn;
	u32 n;
	struct object *map[MAPS_MAX];
	u32 maps;
	struct object *btf;
	void *func, *line; /* records, as long as we know them */
	struct prog_head head;
	struct kern_prog *prog;
	u8 hash[PROG_HASH];
	struct verified found;
};

static int says(struct load *l, int err, const char *fmt, ...) PRINTF(3, 4);
static int says(struct load *l, int err, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (l->log.level) {
		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		buf_puts(&l->log.text, line);
	}
	return err;
}

/* ---- what is given ---- */

/* bpf_prog_load_fixup_attach_type */
static u32 attach_type(const union bpf_attr *a)
{
	if (a->expected_attach_type)
		return a->expected_attach_type;
	if (a->prog_type == BPF_PROG_TYPE_CGROUP_SOCK)
		return BPF_CGROUP_INET_SOCK_CREATE;
	if (a->prog_type == BPF_PROG_TYPE_SK_REUSEPORT)
		return BPF_SK_REUSEPORT_SELECT;
	return 0;
}

static bool is_iter(const union bpf_attr *a)
{
	return a->prog_type == BPF_PROG_TYPE_TRACING && a->expected_attach_type == BPF_TRACE_ITER;
}

/* bpf_prog_load_check_attach. What the id is of, the verifier looks. */
static int check_target(const union bpf_attr *a)
{
	if (a->attach_prog_fd || a->attach_btf_id > BTF_ID_MAX)
		return -EINVAL;
	if (!a->attach_btf_id)
		return 0;
	if (is_iter(a))
		return kern_iter_known(a->attach_btf_id) ? 0 : -EINVAL;
	return a->prog_type == BPF_PROG_TYPE_TRACING || a->prog_type == BPF_PROG_TYPE_LSM ? 0
											  : -EINVAL;
}

static int check_attr(const union bpfattr *attr)
{
	const union bpf_attr *a = &attr->a;

	if (a->prog_flags & ~(u32)FLAGS)
		return -EINVAL;
	if (a->prog_flags & TOKEN_FD)
		return call_no_token(attr->load.token_fd);
	if (!call_may_load(PROGTYPE_SOCKET_FILTER))
		return -EPERM;
	if (!a->insn_cnt || a->insn_cnt > (kern_capable(CAP_BPF) ? INSNS_MAX : INSNS_ANYONE))
		return -E2BIG;
	if (!call_may_load(a->prog_type))
		return -EPERM;
	if (check_target(a))
		return -EINVAL;
	if (!kern_attach_fits(a->prog_type, attach_type(a)))
		return -EINVAL;
	return 0;
}

/* bpf_prog_verify_signature, as Linux without CONFIG_SYSTEM_DATA_VERIFICATION. */
static int check_signature(const union bpfattr *attr)
{
	enum { KEYRINGS = 3, SIGNATURE_MAX = 8192 };
	void *signature;

	if (!attr->load.signature)
		return 0;
	if (attr->load.signature_size > SIGNATURE_MAX || (u32)attr->load.keyring_id >= KEYRINGS)
		return -EINVAL;
	if (attr->load.signature_size &&
	    user_dup(attr->load.signature, attr->load.signature_size, &signature))
		return -ENOMEM;
	if (attr->load.signature_size)
		free(signature);
	return -EOPNOTSUPP;
}

static int read_program(struct load *l)
{
	const union bpf_attr *a = &l->attr->a;
	char license[LICENSE];
	void *insn;
	int err = user_dup(a->insns, (size_t)a->insn_cnt * 8, &insn);

	if (err)
		return err;
	l->insn = insn;
	l->n = a->insn_cnt;
	long n = user_text(license, a->license, sizeof(license));
	if (n == -EFAULT)
		return -EFAULT;
	license[n < 0 ? LICENSE - 1 : n] = 0;
	err = check_signature(l->attr);
	if (err)
		return err;
	if (a->prog_ifindex)
		return -EINVAL; /* no device of ours runs programs */
	if (!kern_prog_type_known(a->prog_type))
		return -EINVAL;
	l->head = (struct prog_head){.type = a->prog_type,
				     .attach = attach_type(a),
				     .flags = a->prog_flags,
				     .attach_btf_id = a->attach_btf_id,
				     .insns = l->n,
				     .gpl = license_is_gpl(license),
				     .uid = getuid()};
	return call_name(l->head.name, a->prog_name) < 0 ? -EINVAL : 0;
}

/* ---- function and line records ---- */

/* They come in records of the caller's size, and are kept in ours. */
static int read_records(struct load *l, const char *what, u64 from, u32 n, u32 size, u32 known,
			void **ret)
{
	u8 *to, record[RECORD_MAX];

	if (!n)
		return 0;
	if (size < known || size > RECORD_MAX || size % 4)
		return says(l, -EINVAL, "invalid %s rec size %u\n", what, size);
	if (n > l->n && user_read(record, from, size))
		return -EFAULT;
	if (n > l->n)
		return says(l, -EINVAL, "invalid number of %s records\n", what);
	to = malloc((size_t)n * known);
	if (!to)
		return -ENOMEM;
	*ret = to;
	for (u32 i = 0; i < n; i++) {
		if (user_read(record, from + (u64)i * size, size))
			return -EFAULT;
		for (u32 b = known; b < size; b++)
			if (record[b])
				return says(l, -E2BIG, "nonzero tailing record in %s\n", what);
		memcpy(to + (size_t)i * known, record, known);
	}
	return 0;
}

static int read_debug(struct load *l)
{
	const union bpf_attr *a = &l->attr->a;
	int err;

	if (!a->func_info_cnt && !a->line_info_cnt)
		return 0;
	err = object_get((int)a->prog_btf_fd, OBJECT_BTF, &l->btf);
	if (err)
		return err;
	l->head.btf_id = l->btf->id;
	l->head.func_size = FUNC_RECORD;
	l->head.line_size = LINE_RECORD;
	l->head.funcs = a->func_info_cnt;
	l->head.lines = a->line_info_cnt;
	err = read_records(l, "func info", a->func_info, a->func_info_cnt, a->func_info_rec_size,
			   FUNC_RECORD, &l->func);
	if (!err)
		err = read_records(l, "line_info", a->line_info, a->line_info_cnt,
				   a->line_info_rec_size, LINE_RECORD, &l->line);
	return err;
}

/* ---- 64-bit immediates: descriptors become indices into the program's maps ---- */

/* bpf_cgroup_storage_assign */
static bool has_storage_like(const struct load *l, u32 type)
{
	bool found = false;

	if (type != BPF_MAP_TYPE_CGROUP_STORAGE && type != BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE)
		return false;
	for (u32 i = 0; i < l->maps; i++)
		found |= ((const struct map *)l->map[i]->p)->type == type;
	return found;
}

/* The index of a map in the program's list, or -errno. */
static int add_map(struct load *l, int fd)
{
	struct object *o;
	int err = object_get(fd, OBJECT_MAP, &o);

	if (err)
		return says(l, err, "fd %d is not pointing to valid bpf_map\n", fd);
	for (u32 i = 0; i < l->maps; i++)
		if (l->map[i] == o) {
			object_put(o);
			return (int)i;
		}
	if (!kern_map_admits(o->p, l->hash)) {
		object_put(o);
		return says(l, -EACCES, "program's hash doesn't match map's excl_prog_hash\n");
	}
	if (has_storage_like(l, ((const struct map *)o->p)->type)) {
		object_put(o);
		return says(l, -EBUSY, "only one cgroup storage of each type is allowed\n");
	}
	if (l->maps == MAPS_MAX) {
		object_put(o);
		return says(l, -E2BIG,
			    "The total number of maps per program has reached the "
			    "limit of %u\n",
			    MAPS_MAX);
	}
	l->map[l->maps] = o;
	return (int)l->maps++;
}

static int fd_of(struct load *l, const struct ob_ebpf *e, int *fd)
{
	u32 src = e->src;

	if (src != BPF_PSEUDO_MAP_IDX && src != BPF_PSEUDO_MAP_IDX_VALUE) {
		*fd = e->imm;
		return 0;
	}
	if (!l->attr->a.fd_array)
		return says(l, -EPROTO, "fd_idx without fd_array is invalid\n");
	return user_read(fd, l->attr->a.fd_array + (u64)(u32)e->imm * 4, 4);
}

static int resolve_map(struct load *l, u32 pc)
{
	struct ob_ebpf *e = &l->insn[pc];
	u32 src = e->src;
	bool value = src == BPF_PSEUDO_MAP_VALUE || src == BPF_PSEUDO_MAP_IDX_VALUE;
	int fd, err = fd_of(l, e, &fd);

	if (err)
		return err;
	if (!value && e[1].imm)
		return says(l, -EINVAL, "unrecognized bpf_ld_imm64 insn\n");
	int nr = add_map(l, fd);
	if (nr < 0)
		return nr;
	const struct map *m = l->map[nr]->p;
	if (value && (u32)e[1].imm >= VALUE_OFF_MAX)
		return says(l, -EINVAL, "direct value offset of %u is not allowed\n",
			    (u32)e[1].imm);
	if (value && m->type != BPF_MAP_TYPE_ARRAY && m->type != MAPTYPE_ARENA)
		return says(l, -EINVAL, "no direct value access support for this map type\n");
	if (value && (m->max_entries != 1 || (u32)e[1].imm >= m->value_size))
		return says(l, m->max_entries != 1 ? -ENOTSUPP_LINUX : -EINVAL,
			    "invalid access to map value pointer, value_size=%u off=%u\n",
			    m->value_size, (u32)e[1].imm);
	e->imm = nr;
	e->src = value ? BPF_PSEUDO_MAP_IDX_VALUE : BPF_PSEUDO_MAP_IDX;
	return 0;
}

/* A variable or function of the kernel. */
static int check_symbol(struct load *l, const struct ob_ebpf *e)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, (u32)e->imm) : NULL;

	if (e[1].imm)
		return says(l, -EINVAL, "invalid module BTF object FD specified.\n");
	if (!b)
		return says(l, -EINVAL,
			    "kernel is missing BTF, make sure CONFIG_DEBUG_INFO_BTF=y is specified "
			    "in Kconfig.\n");
	if (!t)
		return says(l, -ENOENT, "ldimm64 insn specifies invalid btf_id %d.\n", e->imm);
	if (!btf_is(t, BTF_KIND_VAR) && !btf_is(t, BTF_KIND_FUNC))
		return says(l, -EINVAL,
			    "pseudo btf_id %d in ldimm64 isn't KIND_VAR or KIND_FUNC.\n", e->imm);
	if (kern_ksym((u32)e->imm))
		return 0;
	return says(l, -ENOENT, "ldimm64 failed to find the address for kernel symbol '%s'.\n",
		    btf_name(b, t->name_off));
}

static bool is_odd_load(const struct ob_ebpf *e)
{
	u32 mode = BPF_MODE(e->code);

	return BPF_CLASS(e->code) == BPF_LDX && ((mode != BPF_MEM && mode != MEMSX) || e->imm);
}

static int resolve(struct load *l)
{
	for (u32 pc = 0; pc < l->n; pc++) {
		const struct ob_ebpf *e = &l->insn[pc];
		u32 src = e->src;
		int err = 0;
		if (is_odd_load(e))
			return says(l, -EINVAL, "BPF_LDX uses reserved fields\n");
		if (e->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (pc + 1 == l->n || e[1].code || e[1].dst || e[1].src || e[1].off)
			return says(l, -EINVAL, "invalid bpf_ld_imm64 insn\n");
		if (src == BPF_PSEUDO_BTF_ID)
			err = check_symbol(l, e);
		else if (src == BPF_PSEUDO_MAP_FD || src == BPF_PSEUDO_MAP_VALUE ||
			 src == BPF_PSEUDO_MAP_IDX || src == BPF_PSEUDO_MAP_IDX_VALUE)
			err = resolve_map(l, pc);
		if (err)
			return err;
		pc++;
	}
	return 0;
}

/* The descriptors of a counted fd_array are held, whether they are used or not. */
static int bind_array(struct load *l)
{
	for (u32 i = 0; i < l->attr->load.fd_array_cnt; i++) {
		struct object *o;
		int fd, nr;
		if (user_read(&fd, l->attr->a.fd_array + (u64)i * 4, 4))
			return -EFAULT;
		if (!object_get(fd, OBJECT_BTF, &o)) {
			object_put(o);
			continue;
		}
		nr = add_map(l, fd);
		if (nr < 0)
			return nr;
	}
	return 0;
}

/* ---- without the verifier: kernel.unchecked ---- */

static int check_calls(struct load *l)
{
	for (u32 pc = 0; pc < l->n; pc++) {
		const struct ob_ebpf *e = &l->insn[pc];
		char why[128], name[64];
		if (e->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			pc++;
			continue;
		}
		if (e->code != (BPF_JMP | BPF_CALL) || e->src)
			continue;
		if (!kern_helper_allowed(l->head.type, l->head.attach, l->head.gpl, (u32)e->imm,
					 why, sizeof(why))) {
			kern_helper_name((u32)e->imm, name);
			return says(l, -EINVAL, "%u: (85) call %s#%d\n%s\n", pc, name, e->imm, why);
		}
	}
	return 0;
}

static int check_shape(struct load *l)
{
	struct prog *p;
	struct ob_err *err = prog_create_ebpf(l->insn, l->n, &p);

	if (!err) {
		err = check_ebpf(p);
		prog_destroy(p);
	}
	if (!err)
		return 0;
	int ret = ob_err_code(err) == OB_NOMEM ? -ENOMEM : -EINVAL;
	says(l, 0, "%s\n", ob_err_reason(err));
	ob_err_destroy(err);
	return ret;
}

static int say_numbers(struct load *l, int err)
{
	return says(l, err,
		    "processed %u insns (limit %u) max_states_per_insn 0 total_states 0 "
		    "peak_states 0 mark_read 0\n",
		    l->head.verified, INSNS_MAX);
}

static int check(struct load *l)
{
	struct verify_load job = {&l->head, l->insn, l->n,    l->map, l->maps,
				  l->btf,   l->func, l->line, &l->log};
	int err;

	if (world()->page->unchecked == KERN_REFUSE) {
		err = kern_verify(&job, &l->found);
		l->head.verified = l->found.insns;
		l->head.context = l->found.context;
		l->head.wide_index = !kern_capable(CAP_PERFMON);
		l->head.plain = !err && l->found.plain &&
				kern_is_plain(l->head.type, l->insn, l->n, l->map, l->maps);
		return err;
	}
	err = check_shape(l);
	if (!err)
		err = check_calls(l);
	if (!err)
		l->head.verified = l->n;
	return say_numbers(l, err);
}

/* bpf_prog_calc_tag: which maps it uses is no part of it. */
static void set_tag(struct load *l)
{
	struct ob_ebpf *copy = malloc((size_t)l->n * 8);

	if (!copy)
		return;
	memcpy(copy, l->insn, (size_t)l->n * 8);
	for (u32 pc = 0; pc < l->n; pc++) {
		struct ob_ebpf *e = &copy[pc];
		u32 src = e->src;
		if (e->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (src == BPF_PSEUDO_MAP_FD || src == BPF_PSEUDO_MAP_VALUE)
			e->imm = e[1].imm = 0;
		pc++;
	}
	kern_sha256((const u8 *)copy, (size_t)l->n * 8, l->hash);
	memcpy(l->head.tag, l->hash, PROG_TAG);
	free(copy);
}

/* ---- the object ---- */

static int refer(struct load *l, struct world *w, u32 id)
{
	int err = l->btf ? world_ref(w, OBJECT_PROG, id, OBJECT_BTF, l->btf->id) : 0;

	for (u32 i = 0; i < l->maps && !err; i++)
		err = world_ref(w, OBJECT_PROG, id, OBJECT_MAP, l->map[i]->id);
	return err;
}

static void store(struct load *l, struct buf *b)
{
	struct prog_head *h = &l->head;

	h->insns_at = 0;
	buf_add(b, l->insn, (size_t)l->n * 8);
	h->maps_at = (u32)b->n;
	h->maps = l->maps;
	for (u32 i = 0; i < l->maps; i++)
		buf_add(b, &l->map[i]->id, 4);
	h->func_at = (u32)b->n;
	if (l->func)
		buf_add(b, l->func, (size_t)h->funcs * FUNC_RECORD);
	h->line_at = (u32)b->n;
	if (l->line)
		buf_add(b, l->line, (size_t)h->lines * LINE_RECORD);
	h->loops_at = (u32)b->n;
	h->loops = (u32)(l->found.loop.n / sizeof(struct xlate_loop));
	buf_add(b, l->found.loop.p, l->found.loop.n);
	h->load_time = clock_ns(CLOCK_BOOTTIME);
}

static long publish(struct load *l)
{
	struct world *w = world();
	struct buf b = {0};
	struct kern_prog *p = calloc(1, sizeof(*p));
	int fd = -ENOMEM, err;

	store(l, &b);
	if (p && !b.oom)
		fd = object_file(w, OBJECT_PROG, b.p, b.n, &p->file);
	buf_deinit(&b);
	if (fd < 0) {
		free(p);
		return fd;
	}
	p->head = (struct prog_head *)(void *)p->file.head->own;
	*p->head = l->head;
	p->id = p->file.head->id;
	p->type = l->head.type;
	p->attach = l->head.attach;
	p->maps = l->maps;
	p->map = calloc(MAX(l->maps, 1u), sizeof(struct object *));
	err = p->map ? 0 : -ENOMEM;
	if (!err)
		memcpy(p->map, l->map, l->maps * sizeof(struct object *));
	else
		p->maps = 0;
	int refs = world_refs_begin(w, OBJECT_PROG, p->id);
	if (!err) {
		err = refer(l, w, p->id);
		l->maps = 0; /* p has them now */
	}
	if (!err)
		err = kern_prog_prepare(p);
	if (err) {
		object_prog_ops.close(p);
		close(fd);
	} else {
		err = object_add(w, OBJECT_PROG, p->id, p, fd, O_RDWR);
	}
	if (refs >= 0)
		close(refs);
	return err;
}

/* bpf_check_tail_call */
static int own_arrays(const struct load *l)
{
	int err = 0;

	for (u32 i = 0; i < l->maps && !err; i++)
		if (((const struct map *)l->map[i]->p)->type == BPF_MAP_TYPE_PROG_ARRAY)
			err = kern_prog_fits(map_host_data(l->map[i]->p), &l->head);
	return err;
}

static long load(struct load *l)
{
	int err = read_program(l);

	if (!err)
		err = user_log_init(&l->log, l->attr->a.log_level, l->attr->a.log_buf,
				    l->attr->a.log_size);
	if (err) {
		l->log.level = 0;
		return err;
	}
	set_tag(l);
	err = bind_array(l);
	if (!err)
		err = read_debug(l);
	if (!err && l->btf)
		err = kern_relocate(l->attr, l->uattr, l->btf->p, l->insn, l->n, &l->log);
	if (!err)
		err = resolve(l);
	err = err ? say_numbers(l, err) : check(l);
	if (!err)
		err = own_arrays(l);
	return err ? err : publish(l);
}

long call_prog_load(union bpfattr *attr, u64 uattr, u32 size)
{
	struct load l = {.attr = attr, .uattr = uattr};
	u32 true_size = 0;

	if (!world())
		return -errno;
	int err = check_attr(attr);
	if (err)
		return err;
	long ret = load(&l);
	int bad = user_log_finish(&l.log, ret < 0 ? (int)ret : 0, &true_size);
	if (size >= offsetof(union bpfattr, load.log_true_size) + 4 &&
	    call_put(uattr, load.log_true_size, true_size))
		bad = -EFAULT;
	if (bad && ret >= 0)
		close((int)ret);
	for (u32 i = 0; i < l.maps; i++)
		object_put(l.map[i]);
	object_put(l.btf);
	free(l.insn);
	free(l.func);
	buf_deinit(&l.found.loop);
	free(l.line);
	return bad ? bad : ret;
}

long call_prog_test_run(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;

	(void)size;
	if ((!attr->a.test.ctx_size_in) != (!attr->a.test.ctx_in) ||
	    (!attr->a.test.ctx_size_out) != (!attr->a.test.ctx_out))
		return -EINVAL;
	int err = object_get((int)attr->a.test.prog_fd, OBJECT_PROG, &o);
	if (err)
		return err;
	long ret = kern_test_run(o->p, attr, uattr);
	object_put(o);
	return ret;
}

/* The file cannot grow: the map becomes one that the program refers to. */
long call_prog_bind_map(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *prog, *map;

	(void)uattr, (void)size;
	if (attr->a.prog_bind_map.flags)
		return -EINVAL;
	int err = object_get((int)attr->a.prog_bind_map.prog_fd, OBJECT_PROG, &prog);
	if (err)
		return err;
	err = object_get((int)attr->a.prog_bind_map.map_fd, OBJECT_MAP, &map);
	if (!err) {
		err = world_ref(world(), OBJECT_PROG, prog->id, OBJECT_MAP, map->id);
		object_put(map);
	}
	object_put(prog);
	return err;
}
