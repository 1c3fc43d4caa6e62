/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs that own objects begin with. A program whose name begins with no_ is
 * refused. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long u64;
typedef _Bool bool;

#define SEC(name)        __attribute__((section(name), used))
#define KSYM             __attribute__((section(".ksyms")))
#define WEAK             __attribute__((weak))
#define IN(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))
#define KPTR             __attribute__((btf_type_tag("kptr")))
#define PERCPU           __attribute__((btf_type_tag("percpu_kptr")))
#define PRIVATE          SEC(".data.own")
#define OTHER            SEC(".data.other")
#define KEEP             static __attribute__((noinline))
#define OF(p, type, m)   ((type *)((void *)(p) - __builtin_offsetof(type, m)))
#define NULL             ((void *)0)
/* The compiler knows nothing of it any more. */
#define HIDE(x) __asm__ volatile("" : "+r"(x))

struct ctx {
	u32 len;
};
struct bpf_spin_lock {
	u32 val;
};
struct bpf_res_spin_lock {
	u32 val;
};
struct bpf_refcount {
	u32 : 32;
} __attribute__((aligned(4)));
struct bpf_list_head {
	u64 : 64;
	u64 : 64;
} __attribute__((aligned(8)));
struct bpf_list_node {
	u64 : 64;
	u64 : 64;
	u64 : 64;
} __attribute__((aligned(8)));
struct bpf_rb_root {
	u64 : 64;
	u64 : 64;
} __attribute__((aligned(8)));
struct bpf_rb_node {
	u64 : 64;
	u64 : 64;
	u64 : 64;
	u64 : 64;
} __attribute__((aligned(8)));

#define HELPER(nr, result, name, ...) static result (*const name)(__VA_ARGS__) = (void *)nr
HELPER(1, void *, map_lookup, void *map, const void *key);
HELPER(2, long, map_update, void *map, const void *key, const void *value, u64 flags);
HELPER(3, long, map_delete, void *map, const void *key);
HELPER(5, u64, ktime, void);
HELPER(7, u32, prandom, void);
HELPER(8, u32, cpu, void);
HELPER(93, void, lock, struct bpf_spin_lock *l);
HELPER(94, void, unlock, struct bpf_spin_lock *l);
HELPER(153, void *, per_cpu_ptr, const void *p, u32 cpu);
HELPER(154, void *, this_cpu_ptr, const void *p);
HELPER(181, long, loop, u32 n, void *fn, void *ctx, u64 flags);
HELPER(194, void *, kptr_xchg, void *at, void *p);

extern void *bpf_obj_new_impl(u64 type, void *meta) KSYM;
extern void bpf_obj_drop_impl(void *p, void *meta) KSYM;
extern void *bpf_percpu_obj_new_impl(u64 type, void *meta) KSYM;
extern void bpf_percpu_obj_drop_impl(void *p, void *meta) KSYM;
extern void *bpf_refcount_acquire_impl(void *p, void *meta) KSYM;
extern int bpf_list_push_front_impl(struct bpf_list_head *h, struct bpf_list_node *n, void *meta,
				    u64 off) KSYM;
extern int bpf_list_push_back_impl(struct bpf_list_head *h, struct bpf_list_node *n, void *meta,
				   u64 off) KSYM;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *h) KSYM;
extern struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *h) KSYM;
extern struct bpf_list_node *bpf_list_front(struct bpf_list_head *h) KSYM;
extern struct bpf_list_node *bpf_list_back(struct bpf_list_head *h) KSYM;
typedef bool less_fn(struct bpf_rb_node *a, const struct bpf_rb_node *b);
extern int bpf_rbtree_add_impl(struct bpf_rb_root *t, struct bpf_rb_node *n, less_fn *less,
			       void *meta, u64 off) KSYM;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *t, struct bpf_rb_node *n) KSYM;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *t) KSYM;
extern struct bpf_rb_node *bpf_rbtree_root(struct bpf_rb_root *t) KSYM;
extern struct bpf_rb_node *bpf_rbtree_left(struct bpf_rb_root *t, struct bpf_rb_node *n) KSYM;
extern struct bpf_rb_node *bpf_rbtree_right(struct bpf_rb_root *t, struct bpf_rb_node *n) KSYM;
extern void bpf_rcu_read_lock(void) KSYM WEAK;
extern void bpf_rcu_read_unlock(void) KSYM;
extern void bpf_preempt_disable(void) KSYM;
extern void bpf_preempt_enable(void) KSYM;
extern void bpf_local_irq_save(u64 *flags) KSYM;
extern void bpf_local_irq_restore(u64 *flags) KSYM;
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *l) KSYM;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *l) KSYM;
extern int bpf_res_spin_lock_irqsave(struct bpf_res_spin_lock *l, u64 *flags) KSYM;
extern void bpf_res_spin_unlock_irqrestore(struct bpf_res_spin_lock *l, u64 *flags) KSYM;

#define make(type)        ((type *)bpf_obj_new_impl(__builtin_btf_type_id(*(type *)0, 0), NULL))
#define drop(p)           bpf_obj_drop_impl(p, NULL)
#define percpu_make(type) bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(type *)0, 0), NULL)
#define percpu_drop(p)    bpf_percpu_obj_drop_impl(p, NULL)
#define acquire(p)        ((__typeof__(p))bpf_refcount_acquire_impl(p, NULL))
#define push_front(h, n)  bpf_list_push_front_impl(h, n, NULL, 0)
#define push_back(h, n)   bpf_list_push_back_impl(h, n, NULL, 0)
#define pop_front         bpf_list_pop_front
#define pop_back          bpf_list_pop_back
#define add(t, n, less)   bpf_rbtree_add_impl(t, n, less, NULL, 0)

char _license[] SEC("license") = "GPL";
