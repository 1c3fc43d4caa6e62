/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers in map values: one thread of the process waits for the next and calls its
 * function, as a run of its own.
 *
 * struct bpf_timer in the value:
 *
 *	word 0: the process that has it, in the high half; its number there + 1
 *	word 1: when it fires, ns of CLOCK_MONOTONIC; 0: it is not armed
 *
 * Processes that share the map see both. A timer is with the process that last set
 * its function; only there it fires, if both words still say so. */
#include "kern/timer.h"
#include "kern/helper.h"
#include "kern/slot.h"
#include "kern/world.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct timer {
	u64 *at; /* its struct bpf_timer */
	u64 id;  /* word 0 of it */
	u64 deadline;
	u32 heap; /* place in the heap + 1, 0: not armed */
	clockid_t clock;
	struct map *m; /* held */
	u8 *value;
	struct ob_run *run; /* of fn; borrowed, it ends its timers */
	u64 fn;             /* 0: none */
};

/* This process's timers, under the lock. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t sooner, done;
	struct timer **all, **heap;
	u32 n, armed, room;
	u32 low; /* no number below is free */
	struct timer *running;
	bool dropped; /* the one that runs, meanwhile */
	pthread_t thread;
	u32 pid; /* 0: no thread yet */
} t = {.lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, .done = PTHREAD_COND_INITIALIZER};

/* False: this thread has it, and a signal's handler runs a program meanwhile. */
static bool take_lock(void) { return !pthread_mutex_lock(&t.lock); }
static void leave_lock(void) { pthread_mutex_unlock(&t.lock); }

/* ---- the heap: t.heap[i] fires no later than its two at 2i+1 and 2i+2 ---- */

static void heap_put(u32 i, struct timer *x)
{
	t.heap[i] = x;
	x->heap = i + 1;
}

static void sift_up(u32 i, struct timer *x)
{
	for (; i && t.heap[(i - 1) / 2]->deadline > x->deadline; i = (i - 1) / 2)
		heap_put(i, t.heap[(i - 1) / 2]);
	heap_put(i, x);
}

static void sift_down(u32 i, struct timer *x)
{
	for (u32 two = 2 * i + 1; two < t.armed; i = two, two = 2 * i + 1) {
		if (two + 1 < t.armed && t.heap[two + 1]->deadline < t.heap[two]->deadline)
			two++;
		if (t.heap[two]->deadline >= x->deadline)
			break;
		heap_put(i, t.heap[two]);
	}
	heap_put(i, x);
}

static void heap_add(struct timer *x) { sift_up(t.armed++, x); }

static void heap_remove(struct timer *x)
{
	u32 i = x->heap - 1;
	struct timer *last = t.heap[--t.armed];

	x->heap = 0;
	if (last == x)
		return;
	if (i && t.heap[(i - 1) / 2]->deadline > last->deadline)
		sift_up(i, last);
	else
		sift_down(i, last);
}

/* ---- the words in the value ---- */

static u64 load(const u64 *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static void store(u64 *word, u64 v) { __atomic_store_n(word, v, __ATOMIC_RELEASE); }

static bool is_alive(u32 pid) { return !kill((pid_t)pid, 0) || errno != ESRCH; }

/* Of this process; NULL: it is another's, or none. */
static struct timer *find(const u64 *at)
{
	u64 id = load(at);
	u32 nr = (u32)id - 1;

	if (id >> 32 != (u32)getpid() || nr >= t.n || !t.all[nr] || t.all[nr]->at != at)
		return NULL;
	return t.all[nr];
}

static bool is_others(const u64 *at)
{
	u64 id = load(at);

	return id && id >> 32 != (u32)getpid() && is_alive((u32)(id >> 32));
}

/* ---- making and letting go ---- */

/* A forked child has no timers: they are its parent's. */
static void forked(void)
{
	t.lock = (pthread_mutex_t)PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	t.n = t.armed = t.low = t.pid = 0;
	t.running = NULL;
}

static void first(void)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&t.sooner, &a);
	pthread_condattr_destroy(&a);
	pthread_atfork(NULL, NULL, forked);
}

static bool grow(void)
{
	u32 room = MAX(t.room * 2, 16u);
	struct timer **all = realloc(t.all, room * sizeof(*all));
	if (all)
		t.all = all;
	struct timer **heap = realloc(t.heap, room * sizeof(*heap));
	if (heap)
		t.heap = heap;
	if (!all || !heap)
		return false;
	t.room = room;
	return true;
}

static u32 free_number(void)
{
	while (t.low < t.n && t.all[t.low])
		t.low++;
	return t.low;
}

/* The offset of a timer in the values, or -1. */
static s64 field_of(const struct map *m)
{
	const struct map_attr *a = &m->head->attr;

	for (u32 i = 0; i < a->fields; i++)
		if (a->field[i].kind == MAP_TIMER)
			return a->field[i].off;
	return -1;
}

static struct timer *make(struct map *m, u64 *at, clockid_t clock)
{
	u32 nr = free_number();
	struct timer *x = nr < t.room || grow() ? calloc(1, sizeof(*x)) : NULL;

	if (!x)
		return NULL;
	*x = (struct timer){.at = at,
			    .id = (u64)(u32)getpid() << 32 | (nr + 1),
			    .clock = clock,
			    .m = map_get(m),
			    .value = (u8 *)at - field_of(m)};
	t.all[nr] = x;
	t.n = MAX(t.n, nr + 1);
	return x;
}

/* Needs: the lock. What runs is freed by the thread. */
static void let_go(struct timer *x)
{
	if (x->heap)
		heap_remove(x);
	t.all[(u32)x->id - 1] = NULL;
	t.low = MIN(t.low, (u32)x->id - 1);
	if (t.running == x)
		t.dropped = true;
	else
		map_put(x->m), free(x);
}

int kern_timer_init(struct map *m, u64 *at, u64 flags)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int clock = (int)flags, err = 0;

	if (flags > 15 || field_of(m) < 0 ||
	    (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME))
		return -EINVAL;
	pthread_once(&once, first);
	if (!take_lock())
		return -EBUSY;
	struct timer *x = NULL;
	if (find(at) || is_others(at))
		err = -EBUSY;
	else if (!(x = make(m, at, clock)))
		err = -ENOMEM;
	if (x) {
		store(&at[1], 0);
		store(&at[0], x->id);
	}
	leave_lock();
	return err;
}

/* ---- firing ---- */

/* Arrays give the index; in hashes the key lies before the value. */
static const void *key_of(const struct timer *x, u32 *index)
{
	if (x->m->type != BPF_MAP_TYPE_ARRAY)
		return x->value - ((x->m->key_size + 7) & ~7u);
	*index = (u32)((u64)(x->value - x->m->data) / x->m->stride);
	return index;
}

static void call(struct ob_run *k, u64 fn, struct map *m, const void *key, u8 *value)
{
	struct kern_ctx ctx = {.prog = k->prog};
	struct run r = {.arg = k->prog ? &ctx : k->opts.arg};
	struct lent lent = {key, m->key_size, NULL};
	struct world *w = k->prog ? world() : NULL;
	struct slots *s = w ? w->slots : kern_slots();

	if (!kern_slot_enter(s, w ? w->page->cpus : k->slots ? k->slots : UINT32_MAX, &r))
		return;
	kern_call_at(k, fn, (u64[5]){reg_of(m), reg_of(key), reg_of(value)}, &r, &lent);
	kern_slot_leave(s, &r);
}

/* Needs: the lock, which is not held while the function runs. */
static void fire(struct timer *x)
{
	u64 due = x->deadline;
	u32 index;

	heap_remove(x);
	if (load(&x->at[0]) != x->id) { /* another process has it */
		let_go(x);
		return;
	}
	if (!x->fn || !__atomic_compare_exchange_n(&x->at[1], &due, 0, false, __ATOMIC_ACQ_REL,
						   __ATOMIC_RELAXED))
		return;
	struct ob_run *k = x->run;
	struct map *m = x->m;
	u64 fn = x->fn;
	u8 *value = x->value;
	const void *key = key_of(x, &index);
	t.running = x;
	t.dropped = false;
	leave_lock();
	call(k, fn, m, key, value);
	take_lock();
	t.running = NULL;
	if (t.dropped)
		map_put(m), free(x);
	pthread_cond_broadcast(&t.done);
}

static void *serve(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	take_lock();
	for (;;) {
		u64 due = t.armed ? t.heap[0]->deadline : UINT64_MAX;
		struct timespec until = {(time_t)(due / 1000000000), (long)(due % 1000000000)};

		if (!t.armed)
			pthread_cond_wait(&t.sooner, &t.lock);
		else if (due > clock_ns(CLOCK_MONOTONIC))
			pthread_cond_timedwait(&t.sooner, &t.lock, &until);
		else
			fire(t.heap[0]);
	}
	return NULL;
}

static int have_thread(void)
{
	if (t.pid)
		return 0;
	if (pthread_create(&t.thread, NULL, serve, NULL))
		return -ENOMEM;
	pthread_detach(t.thread);
	t.pid = (u32)getpid();
	return 0;
}

/* ---- the helpers' ---- */

int kern_timer_set(u64 *at, struct ob_run *k, u64 fn)
{
	struct timer *x;

	if (!take_lock())
		return -EBUSY;
	x = find(at);
	if (x) {
		x->run = k;
		x->fn = fn;
	}
	leave_lock();
	return x ? 0 : -EINVAL;
}

static u64 deadline(const struct timer *x, u64 ns, u64 flags)
{
	u64 now = clock_ns(CLOCK_MONOTONIC), there, due;

	if (!(flags & TIMERF_ABS))
		return __builtin_add_overflow(now, ns, &due) ? INT64_MAX : MIN(due, (u64)INT64_MAX);
	there = clock_ns(x->clock);
	if (ns <= there)
		return now;
	return MIN(now + (ns - there), (u64)INT64_MAX);
}

int kern_timer_start(u64 *at, u64 ns, u64 flags)
{
	int err = -EINVAL;

	if (flags & ~(u64)(TIMERF_ABS | TIMERF_CPU_PIN))
		return -EINVAL;
	if (!take_lock())
		return -EBUSY;
	struct timer *x = find(at);
	if (x && x->fn)
		err = have_thread();
	if (!err) {
		if (x->heap)
			heap_remove(x);
		x->deadline = MAX(deadline(x, ns, flags), (u64)1);
		store(&at[1], x->deadline);
		heap_add(x);
		if (t.heap[0] == x)
			pthread_cond_signal(&t.sooner);
	}
	leave_lock();
	return err;
}

/* Needs: the lock, and another thread than the timers'. */
static void wait_for(const struct timer *x)
{
	while (t.running == x)
		pthread_cond_wait(&t.done, &t.lock);
}

static bool in_thread(void) { return t.pid && pthread_equal(pthread_self(), t.thread); }

int kern_timer_cancel(u64 *at)
{
	if (!take_lock())
		return -EBUSY;
	struct timer *x = find(at);
	int ret = x ? x->heap != 0 : -EINVAL;
	if (x && t.running == x && in_thread())
		ret = -EDEADLK;
	if (!x && is_others(at)) /* it does not fire there then */
		ret = __atomic_exchange_n(&at[1], 0, __ATOMIC_ACQ_REL) != 0;
	if (ret >= 0 && x) {
		x->fn = 0;
		if (x->heap)
			heap_remove(x);
		store(&at[1], 0);
		wait_for(x);
	}
	leave_lock();
	return ret;
}

/* ---- who goes ---- */

void kern_timer_drop(struct map *m, u8 *value)
{
	s64 off = field_of(m);
	u64 *at = (u64 *)(void *)(value + off);

	if (off < 0 || !load(at))
		return;
	bool locked = take_lock();
	struct timer *x = locked ? find(at) : NULL; /* else it lets go when it is due */
	store(&at[0], 0);
	store(&at[1], 0);
	if (x)
		let_go(x);
	if (locked)
		leave_lock();
}

static void end(const struct ob_run *k, const struct map *m)
{
	take_lock();
	for (u32 i = 0; i < t.n; i++) {
		struct timer *x = t.all[i];
		if (!x || (x->run != k && x->m != m))
			continue;
		if (load(&x->at[0]) == x->id) {
			store(&x->at[0], 0);
			store(&x->at[1], 0);
		}
		bool runs = t.running == x;
		let_go(x);
		if (runs && !in_thread())
			wait_for(x);
	}
	leave_lock();
}

void kern_timer_end_run(const struct ob_run *k)
{
	if (t.n)
		end(k, NULL);
}

void kern_timer_end_map(const struct map *m)
{
	if (t.n)
		end(NULL, m);
}
