/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on a map of ours, on a plain model of its type and on the
 * running kernel's map of the same attributes: all must say the same. */
#ifndef TEST_MAP_MODEL_H
#define TEST_MAP_MODEL_H

#include "kernel.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_MAX = 264, VALUE_MAX = 1024, BATCH_MAX = 8 };

enum op_kind {
	OP_READ,
	OP_WRITE,
	OP_REMOVE,
	OP_TAKE,
	OP_NEXT,
	OP_BATCH_READ,
	OP_BATCH_WRITE,
	OP_BATCH_REMOVE,
	OPS
};
static const char *const op_names[OPS] = {"read", "write",      "remove",      "take",
					  "next", "batch read", "batch write", "batch remove"};

struct op {
	enum op_kind kind;
	bool no_key; /* next, batch read: from the beginning */
	u64 flags;
	u32 count;
	u8 key[BATCH_MAX][KEY_MAX], value[BATCH_MAX][VALUE_MAX];
};

struct result {
	int err;
	u32 count;
	u8 key[BATCH_MAX * KEY_MAX], value[BATCH_MAX * VALUE_MAX], out[KEY_MAX];
};

/* A type's plain model. NULL: as Linux answers of what the type has not. */
struct model {
	const char *name;
	struct map_attr attr;
	void (*random_key)(u8 *to);
	void (*random_value)(u8 *to); /* NULL: any bytes, of few sorts */
	void (*reset)(void);
	int (*read)(const u8 *key, u8 *value); /* value: what the caller gave, too */
	int (*write)(const u8 *key, const u8 *value, u64 flags);
	int (*remove)(const u8 *key);
	int (*take)(const u8 *key, u8 *value);
	int (*next)(const u8 *key, u8 *next); /* key NULL: the first */
	u32 batches;                          /* MAP_BATCH_* */
	/* What the kernel is given in place of a key and a value; NULL: the same. */
	void (*to_kernel)(u8 *key, u8 *value);
	bool guesses; /* its reads may say yes wrongly */
	int btf, inner;
};

static u64 rng_state = 1;

static inline u32 pick(u32 n)
{
	rng_state += 0x9e3779b97f4a7c15u;
	return (u32)((hash_u64(rng_state) >> 32) * n >> 32);
}

static u32 value_bytes(const struct model *t)
{
	bool all = t->attr.type == BPF_MAP_TYPE_PERCPU_ARRAY;

	return all ? ((t->attr.value_size + 7) & ~7u) * t->attr.slots : t->attr.value_size;
}

static void random_bytes(const struct model *t, u8 *to)
{
	memset(to, 0, VALUE_MAX);
	if (t->random_value) {
		t->random_value(to);
		return;
	}
	u64 x = pick(1000);
	u32 n = value_bytes(t), stride = (t->attr.value_size + 7) & ~7u;
	for (u32 at = 0; at < n; at += stride, x++)
		for (u32 i = 0; i < t->attr.value_size; i++)
			to[at + i] = (u8)(x >> (i % 4 * 8)) ^ (u8)i;
}

static void random_op(const struct model *t, struct op *op)
{
	static const u64 flags[] = {0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 3, 4, 5, 6, 8, 1ull << 32};
	static const u8 kinds[] = {OP_READ,  OP_READ,   OP_READ,   OP_WRITE, OP_WRITE, OP_WRITE,
				   OP_WRITE, OP_REMOVE, OP_REMOVE, OP_TAKE,  OP_NEXT,  OP_NEXT};

	op->kind = kinds[pick(LEN(kinds))];
	if (!pick(50))
		op->kind = OP_BATCH_READ + pick(3);
	op->no_key = !pick(8) || !t->attr.key_size;
	op->flags = op->kind == OP_WRITE ? flags[pick(LEN(flags))] : 0;
	if (op->kind != OP_NEXT && !pick(100))
		op->flags = flags[pick(LEN(flags))];
	op->count = op->kind >= OP_BATCH_READ ? pick(BATCH_MAX + 1) : 1;
	for (u32 i = 0; i < MAX(op->count, 1u); i++) {
		memset(op->key[i], 0, KEY_MAX);
		t->random_key(op->key[i]);
		random_bytes(t, op->value[i]);
	}
}

/* ---- ours ---- */

static void pack(const struct model *t, const struct op *op, u8 *keys, u8 *values)
{
	for (u32 i = 0; i < op->count; i++) {
		memcpy(keys + i * t->attr.key_size, op->key[i], t->attr.key_size);
		memcpy(values + i * value_bytes(t), op->value[i], value_bytes(t));
	}
}

static void on_ours(const struct model *t, struct map *m, const struct op *op, struct result *r)
{
	r->count = op->count;
	switch (op->kind) {
	case OP_READ:
		memcpy(r->value, op->value[0], value_bytes(t));
		r->err = map_read(m, op->key[0], r->value, op->flags);
		return;
	case OP_WRITE:
		r->err = map_write(m, op->key[0], op->value[0], op->flags);
		return;
	case OP_REMOVE:
		r->err = map_remove(m, op->key[0]);
		return;
	case OP_TAKE:
		r->err = map_take(m, op->key[0], r->value, op->flags);
		return;
	case OP_NEXT:
		r->err = map_next(m, op->no_key ? NULL : op->key[0], r->key);
		return;
	case OP_BATCH_READ:
		r->err = map_batch(m, op->no_key ? NULL : op->key[0], r->out, r->key, r->value,
				   &r->count, op->flags, false);
		return;
	case OP_BATCH_WRITE:
		pack(t, op, r->key, r->value);
		r->err = map_batch_write(m, r->key, r->value, &r->count, op->flags);
		return;
	default:
		pack(t, op, r->key, r->value);
		r->err = map_batch_remove(m, r->key, &r->count, op->flags);
	}
}

/* ---- the kernel's ---- */

static u64 addr(const void *p) { return (u64)(uintptr_t)p; }

static void on_kernel(const struct model *t, int fd, const struct op *given, struct result *r)
{
	static const int commands[OPS] = {BPF_MAP_LOOKUP_ELEM,  BPF_MAP_UPDATE_ELEM,
					  BPF_MAP_DELETE_ELEM,  BPF_MAP_LOOKUP_AND_DELETE_ELEM,
					  BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_BATCH,
					  BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH};
	static struct op op;
	union bpf_attr a = {0};
	u32 ks = t->attr.key_size, vs = value_bytes(t);

	op.kind = given->kind;
	op.count = given->count;
	for (u32 i = 0; i < MAX(op.count, 1u); i++) {
		memcpy(op.key[i], given->key[i], MAX(ks, 8u));
		memcpy(op.value[i], given->value[i], vs);
		if (t->to_kernel)
			t->to_kernel(op.key[i], op.value[i]);
	}
	if (op.kind >= OP_BATCH_READ) {
		bool read = op.kind == OP_BATCH_READ;
		if (!read)
			pack(t, &op, r->key, r->value);
		a.batch.map_fd = (u32)fd;
		a.batch.in_batch = read && !given->no_key ? addr(op.key[0]) : 0;
		a.batch.out_batch = read ? addr(r->out) : 0;
		a.batch.keys = addr(r->key);
		a.batch.values = op.kind == OP_BATCH_REMOVE ? 0 : addr(r->value);
		a.batch.count = op.count;
		a.batch.elem_flags = given->flags;
	} else {
		a.map_fd = (u32)fd;
		a.key = given->no_key && (op.kind == OP_NEXT || !ks) ? 0 : addr(op.key[0]);
		a.value = addr(op.kind == OP_NEXT ? r->key : r->value);
		a.flags = given->flags;
		if (op.kind == OP_READ || op.kind == OP_WRITE)
			memcpy(r->value, op.value[0], vs);
		if (op.kind == OP_REMOVE)
			a.value = a.flags = 0;
	}
	int err = kernel_bpf(commands[op.kind], &a);
	r->err = MIN(err, 0);
	r->count = op.kind >= OP_BATCH_READ ? a.batch.count : 1;
}

/* ---- the model's ---- */

static int model_write(const struct model *t, const u8 *key, const u8 *value, u64 flags)
{
	return flags & BPF_F_LOCK ? -EINVAL : t->write(key, value, flags);
}

static int model_batch(const struct model *t, const struct op *op, struct result *r)
{
	u32 ks = t->attr.key_size, vs = value_bytes(t), n = op->count;
	const u8 *last = op->no_key ? NULL : op->key[0];
	static u8 at[2][KEY_MAX];
	int err = 0;

	r->count = n;
	if (!(t->batches & (1u << (op->kind - OP_BATCH_READ))))
		return -ENOTSUPP_LINUX;
	if (op->flags)
		return -EINVAL;
	u32 i = 0;
	while (i < n && !err) {
		if (op->kind == OP_BATCH_WRITE) {
			err = model_write(t, op->key[i], op->value[i], 0);
			i += !err;
		} else if (op->kind == OP_BATCH_REMOVE) {
			err = t->remove(op->key[i]);
			i += !err;
		} else {
			u8 *to = at[last == at[0]];
			err = t->next(last, to);
			if (!err && !t->read(to, r->value + i * vs))
				memcpy(r->key + i++ * ks, to, ks);
			if (!err)
				last = to;
		}
	}
	r->count = i;
	if (op->kind == OP_BATCH_READ && i)
		memcpy(r->out, last, ks);
	return err;
}

static void on_model(const struct model *t, const struct op *op, struct result *r)
{
	r->count = 1;
	switch (op->kind) {
	case OP_READ:
		memcpy(r->value, op->value[0], value_bytes(t));
		r->err = op->flags ? -EINVAL : t->read(op->key[0], r->value);
		return;
	case OP_WRITE:
		r->err = model_write(t, op->key[0], op->value[0], op->flags);
		return;
	case OP_REMOVE:
		r->err = t->remove(op->key[0]);
		return;
	case OP_TAKE:
		r->err = op->flags ? -EINVAL
			 : t->take ? t->take(op->key[0], r->value)
				   : -ENOTSUPP_LINUX;
		return;
	case OP_NEXT:
		r->err = t->next(op->no_key ? NULL : op->key[0], r->key);
		return;
	default:
		r->err = model_batch(t, op, r);
	}
}

/* ---- all three ---- */

static bool same(const struct model *t, const struct op *op, const struct result *a,
		 const struct result *b)
{
	u32 ks = t->attr.key_size, vs = value_bytes(t);

	if (a->err != b->err)
		return op->kind == OP_READ && t->guesses && a->err != -EINVAL && b->err != -EINVAL;
	switch (op->kind) {
	case OP_READ:
	case OP_TAKE:
		return a->err || !memcmp(a->value, b->value, vs);
	case OP_NEXT:
		return a->err || !memcmp(a->key, b->key, ks);
	case OP_BATCH_READ:
		if (a->err && a->err != -ENOENT)
			return true;
		return a->count == b->count && !memcmp(a->key, b->key, ks * a->count) &&
		       !memcmp(a->value, b->value, vs * a->count) &&
		       (!a->count || !memcmp(a->out, b->out, ks));
	case OP_BATCH_WRITE:
	case OP_BATCH_REMOVE:
		return a->err == -ENOTSUPP_LINUX || a->err == -EINVAL || a->count == b->count;
	default:
		return true;
	}
}

static void show(const struct model *t, const struct op *op, const char *who,
		 const struct result *r)
{
	printf("    %s, %s, flags 0x%llx, count %u, %s: %d, count %u\n", t->name,
	       op_names[op->kind], (unsigned long long)op->flags, op->count, who, r->err, r->count);
	printf("      key");
	for (u32 i = 0; i < MIN(t->attr.key_size, 24u); i++)
		printf(" %02x>%02x", op->key[0][i], r->key[i]);
	printf("  value");
	for (u32 i = 0; i < MIN(value_bytes(t), 16u); i++)
		printf(" %02x>%02x", op->value[0][i], r->value[i]);
	printf("\n");
}

/* kernel: -1, or its map, for as many operations as are beside it. */
static bool run_ops(const struct model *t, struct map *m, int kernel, u64 n, u64 beside)
{
	static struct op op;
	static struct result ours, model, theirs;

	for (u64 i = 0; i < n; i++) {
		random_op(t, &op);
		on_ours(t, m, &op, &ours);
		on_model(t, &op, &model);
		bool good = same(t, &op, &model, &ours);
		if (good && kernel >= 0 && i < beside) {
			on_kernel(t, kernel, &op, &theirs);
			good = same(t, &op, &model, &theirs);
		}
		if (good)
			continue;
		printf("    operation %llu\n", (unsigned long long)i);
		show(t, &op, "ours", &ours);
		show(t, &op, "model", &model);
		if (kernel >= 0)
			show(t, &op, "Linux", &theirs);
		return false;
	}
	return true;
}

static bool no_kernel(void)
{
	struct map_attr array = {BPF_MAP_TYPE_ARRAY, 4, 4, 1, .slots = 1};
	int fd = kernel_map(&array, -1, -1);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/* n operations, the first of them beside the kernel's map; returns whether something
 * failed. */
static bool run_model(const struct model *t, u64 n, u64 beside)
{
	struct map *m;
	int err = map_create(&t->attr, -1, &m), kernel = -1;

	if (err) {
		printf("FAIL %s: %s\n", t->name, strerror(-err));
		return true;
	}
	t->reset();
	if (!no_kernel())
		kernel = kernel_map(&t->attr, t->btf, t->inner);
	bool good = run_ops(t, m, kernel, n, beside);
	printf("%s %s: %llu operations, ours and the model", good ? "ok" : "FAIL", t->name,
	       (unsigned long long)n);
	if (kernel >= 0)
		printf(", %llu beside the kernel's", (unsigned long long)MIN(n, beside));
	puts("");
	if (kernel >= 0)
		close(kernel);
	map_put(m);
	return !good;
}

#endif
