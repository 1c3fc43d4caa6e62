/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic programs as extended code give what they gave before, on every engine
 * that there is. Usage: extend [runs [seed]] */
#include "../extended.h"
#include "../programs.h"
#include "check/check.h"
#include "kern/kern.h"

enum { LONGEST = 60, PACKET = 300, TRIES = 16, LOOP = 14, FAR_LOADS = 6 };

static u32 runs = 200000;
static u64 seed = 1;
static u64 zero, slots, insns;

struct engines {
	enum cbpf_target target;
	struct prog *p, *ext;
	struct vm_classic *classic;
	struct vm_ebpf *fast, *safe;
	struct kern_filter *filter;
	struct env env;
};

static bool differs(const char *why, const struct engines *e, const struct vm_pkt *pkt)
{
	struct buf b = {0};

	print_program(why, e->p->classic, e->p->n);
	ebpf_dis(&b, e->ext->ext, e->ext->n);
	fprintf(stderr, "%spacket of %u, %u on the wire:", b.p ? b.p : "", pkt->caplen, pkt->len);
	for (u32 i = 0; i < pkt->caplen; i++)
		fprintf(stderr, " %02x", pkt->data[i]);
	fprintf(stderr, "\n");
	buf_deinit(&b);
	return false;
}

static env_fn *helper(void *arg, u32 id)
{
	(void)arg;
	return vm_classic_helper(id);
}

static void open_engines(struct engines *e, const struct ob_cbpf *code, u32 n)
{
	enum vm_dialect d = e->target == CBPF_FOR_LINUX ? VM_LINUX : VM_LIBPCAP;

	e->env.helper = helper;
	if (prog_create_classic(code, n, &e->p) || vm_classic_create(e->p, d, &e->classic) ||
	    prog_extend(e->p, e->target, &e->ext) || check_ebpf(e->ext) ||
	    vm_ebpf_create(e->ext, &e->env, 0, &e->fast) ||
	    vm_ebpf_create(e->ext, &e->env, VM_SAFE, &e->safe) ||
	    kern_filter_create(e->p, d, 0, &e->filter))
		abort();
}

static void close_engines(struct engines *e)
{
	vm_classic_destroy(e->classic);
	vm_ebpf_destroy(e->fast);
	vm_ebpf_destroy(e->safe);
	kern_filter_destroy(e->filter);
	prog_destroy(e->p);
	prog_destroy(e->ext);
}

static u64 extended(const struct engines *e, const struct vm_ebpf *vm, const struct vm_pkt *pkt,
		    bool *fault)
{
	struct region may[] = {{(u64)(uintptr_t)pkt->data, pkt->caplen, false},
			       {(u64)(uintptr_t)pkt->anc, sizeof(*pkt->anc), false}};
	struct run r = {.env = &e->env, .region = may, .regions = pkt->anc ? 2 : 1};
	u64 ret = vm_ebpf_run(vm, may[0].at, pkt->caplen, pkt->len, may[1].at, 0, &r);

	*fault = r.fault;
	return ret;
}

/* Packets are just as long as the memory they lie in. */
static bool same(const struct engines *e, const struct vm_pkt *pkt, bool slow)
{
	static struct machine machine;
	u32 want = vm_classic_run(e->classic, pkt);
	u32 filter = kern_filter_run(e->filter, pkt->data, pkt->caplen, pkt->len, pkt->anc);
	bool fault, ignored;
	u64 safe = extended(e, e->safe, pkt, &fault), fast = extended(e, e->fast, pkt, &ignored);
	u32 minded = slow ? machine_run(&machine, e->ext->ext, e->ext->n, pkt) : want;

	zero += !want;
	if (want == minded && !(slow && machine.fault) && want == fast && want == safe && !fault &&
	    want == filter)
		return true;
	fprintf(stderr, "classic %#x, minded %#x, fast %#llx, safe %#llx, filter %#x: %s\n", want,
		minded, (unsigned long long)fast, (unsigned long long)safe, filter,
		machine.fault ? machine.fault
		: fault       ? "a fault"
			      : "no fault");
	return differs("extended code differs", e, pkt);
}

static void random_meta(struct rnd *r, struct ob_meta *m)
{
	u32 *word = &m->protocol;

	m->has_dev = below(r, 2);
	m->has_ll = below(r, 2);
	m->net_off = below(r, 3) ? below(r, 40) : edge(r);
	for (u32 i = 0; i < 12; i++)
		word[i] = below(r, 2) ? below(r, 64) : rnd(r);
}

static bool packets(struct rnd *r, const struct ob_cbpf *code, u32 n, enum cbpf_target target,
		    u32 longest, u32 *done)
{
	struct engines e = {.target = target};
	bool good = true, slow = !below(r, 4);

	open_engines(&e, code, n);
	slots += e.ext->n;
	insns += n;
	for (u32 i = 0; good && i < TRIES; i++, ++*done) {
		struct ob_meta meta = {0};
		bool none = target == CBPF_FOR_LIBPCAP && below(r, 2);
		struct vm_pkt pkt = {.caplen = below(r, below(r, 3) ? longest / 4 : longest)};
		u8 *data = malloc(pkt.caplen + !pkt.caplen);

		random_meta(r, &meta);
		random_packet(r, data, pkt.caplen);
		pkt.data = data;
		pkt.anc = none ? NULL : &meta;
		pkt.len = pkt.caplen + below(r, 2) * below(r, 2000);
		good = same(&e, &pkt, slow);
		free(data);
	}
	close_engines(&e);
	return good;
}

/* A jump of libpcap's dialect back, to anywhere. */
static void jump_back(struct rnd *r, struct ob_cbpf *code, u32 n)
{
	u32 pc = below(r, n - 1), to = below(r, pc + 1);

	code[pc] = (struct ob_cbpf){.code = cbpf_rows[CB_JMP_JA].code, .k = to - pc - 1};
}

/* A loop that looks at the packet, as libpcap's protochain: X goes on by what it
 * finds. Before it something may be known that is not true within. */
static void loop(struct rnd *r, struct ob_cbpf *at)
{
	static const int load[] = {CB_LD_W_IND, CB_LD_H_IND, CB_LD_B_IND, CB_LDX_MSH, CB_LD_B_ABS};
	u32 n = 0, top, k = below(r, 20);

	n = add_insn(at, n, CB_LD_B_ABS, below(r, 80));
	n = add_insn(at, n, CB_LDX_IMM, below(r, 8));
	n = add_insn(at, n, CB_LD_B_IND, below(r, 20));
	n = add_insn(at, n, CB_JMP_JEQ_K, below(r, 24));
	top = n;
	at[n - 1].jt = LOOP - 1 - n;
	if (below(r, 2))
		n = add_insn(at, n, CB_ALU_NEG, 0);
	else
		n = add_insn(at, n, CB_LD_B_ABS, below(r, 80));
	n = add_insn(at, n, CB_LD_B_IND, k);
	n = add_insn(at, n, CB_ALU_AND_K, below(r, 32));
	n = add_insn(at, n, CB_ALU_ADD_X, 0);
	n = add_insn(at, n, CB_ALU_ADD_K, 1 + below(r, 4));
	n = add_insn(at, n, CB_TAX, 0);
	n = add_insn(at, n, load[below(r, LEN(load))], below(r, 60));
	n = add_insn(at, n, CB_JMP_JGT_K, below(r, 256));
	at[n - 1].jt = 1;
	top += below(r, 2) * below(r, n - top);
	add_insn(at, n, CB_JMP_JA, top - n - 1);
}

static bool is_random(const struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (code[i].k == CBPF_AD_OFF + CA_RANDOM)
			return true;
	return false;
}

static bool passes(const struct ob_cbpf *code, u32 n, enum check_profile profile)
{
	struct ob_err *err = check_classic(code, n, profile);

	ob_err_destroy(err);
	return !err;
}

static bool program(struct rnd *r, u32 *done)
{
	struct ob_cbpf code[LONGEST];
	u32 n = 1 + below(r, LONGEST);

	random_program(r, code, n);
	if (n > 2 && !below(r, 60))
		jump_back(r, code, n);
	if (n > LOOP && !below(r, 10))
		loop(r, code + below(r, n - LOOP));
	if (is_random(code, n))
		return true;
	if (passes(code, n, CHECK_LINUX) && !packets(r, code, n, CBPF_FOR_LINUX, PACKET, done))
		return false;
	return !passes(code, n, CHECK_LIBPCAP) ||
	       packets(r, code, n, CBPF_FOR_LIBPCAP, PACKET, done);
}

/* Loads beyond what an instruction's offset can say, 2^15 bytes. All that is
 * loaded is used. */
static u32 far_program(struct rnd *r, struct ob_cbpf *code)
{
	static const int load[] = {CB_LD_W_ABS, CB_LD_H_IND, CB_LDX_MSH, CB_LD_B_ABS, CB_LD_W_IND};
	u32 n = 0;

	for (u32 i = 0; i < FAR_LOADS; i++) {
		u32 base = below(r, 8) ? 0 : below(r, 2) ? CBPF_NET_OFF : CBPF_LL_OFF;
		u32 k = below(r, 2) ? below(r, 64) : 32740 + below(r, 2) * below(r, 30000);

		if (!below(r, 3))
			n = add_insn(code, n, CB_LDX_IMM, below(r, 2) * below(r, 40000));
		n = add_insn(code, n, load[below(r, LEN(load))], base + k);
		n = add_insn(code, n, CB_ST, i);
	}
	for (u32 i = 0; i < FAR_LOADS; i++) {
		n = add_insn(code, n, CB_LDX_MEM, i);
		n = add_insn(code, n, CB_ALU_ADD_X, 0);
	}
	return add_insn(code, n, CB_RET_A, 0);
}

static bool far_loads(struct rnd *r)
{
	enum { LONG = 110000 };
	struct ob_cbpf code[LONGEST];
	u8 *packet = malloc(LONG);
	bool good = true;

	random_packet(r, packet, LONG);
	for (u32 i = 0; good && i < 8000; i++) {
		struct engines e = {.target = i % 2 ? CBPF_FOR_LINUX : CBPF_FOR_LIBPCAP};
		struct ob_meta meta;
		struct vm_pkt pkt = {.anc = &meta};

		u32 n = far_program(r, code);
		random_meta(r, &meta);
		pkt.len = pkt.caplen = below(r, LONG);
		pkt.data = packet + LONG - pkt.caplen;
		open_engines(&e, code, n);
		good = same(&e, &pkt, true);
		close_engines(&e);
	}
	free(packet);
	return good;
}

/* More code than a conditional jump, or a jump of 16 bits, gets over. */
static bool far_jumps(struct rnd *r)
{
	enum { INSNS = 40000 };
	struct ob_cbpf *code = calloc(INSNS, sizeof(*code));
	u32 n = 0, done = 0;

	n = add_insn(code, n, CB_LD_B_ABS, 0);
	n = add_insn(code, n, CB_LDX_MSH, 0);
	n = add_insn(code, n, CB_JMP_JGT_K, 11);
	code[n - 1].jf = 1;
	n = add_insn(code, n, CB_JMP_JA, INSNS - n - 3);
	while (n < INSNS - 2)
		n = add_insn(code, n, n % 2 ? CB_ALU_ADD_K : CB_ALU_DIV_X, 123456);
	n = add_insn(code, n, CB_ALU_XOR_X, 0);
	n = add_insn(code, n, CB_RET_A, 0);
	bool good = packets(r, code, n, CBPF_FOR_LIBPCAP, 64, &done);
	free(code);
	return good;
}

/* As many jumps back as a run may take, and one more. */
static bool long_loops(struct rnd *r)
{
	bool good = true;

	for (u32 more = 0; good && more < 2; more++) {
		struct ob_cbpf code[8];
		u32 n = 0, done = 0;

		n = add_insn(code, n, CB_TXA, 0);
		n = add_insn(code, n, CB_ALU_ADD_K, 1);
		n = add_insn(code, n, CB_TAX, 0);
		n = add_insn(code, n, CB_JMP_JEQ_K, CBPF_BACK_MAX + 1 + more);
		code[n - 1].jt = 1;
		n = add_insn(code, n, CB_JMP_JA, 0u - n - 1);
		n = add_insn(code, n, CB_RET_K, 7);
		good = packets(r, code, n, CBPF_FOR_LIBPCAP, 64, &done);
	}
	return good;
}

static int say(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": an engine differs");
	return !good;
}

int main(int argc, char **argv)
{
	u32 done = 0;

	if (argc > 1)
		runs = (u32)atol(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	struct rnd r = {seed * 0x9e3779b97f4a7c15};
	while (done < runs)
		if (!program(&r, &done)) {
			printf("FAIL extend: run %u of seed %llu\n", done,
			       (unsigned long long)seed);
			return 1;
		}
	printf("# extend: %u runs, %llu of 0; %llu instructions became %llu\n", done,
	       (unsigned long long)zero, (unsigned long long)insns, (unsigned long long)slots);
	bool fair = zero < done * 9ull / 10;

	printf("%s extend%s\n", fair ? "ok" : "FAIL", fair ? "" : ": hardly any other than 0");
	return (!fair) | say("far loads", far_loads(&r)) | say("far jumps", far_jumps(&r)) |
	       say("long loops", long_loops(&r));
}
