/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic programs as extended code give what they gave before. Usage: extend
 * [runs [seed]] */
#include "../extended.h"
#include "../programs.h"
#include "check/check.h"

enum { LONGEST = 60, PACKET = 300, TRIES = 8 };

static u32 runs = 60000;
static u64 seed = 1;
static u64 zero, slots, insns;

static bool differs(const char *why, const struct ob_cbpf *code, u32 n, const struct ob_ebpf *ext,
		    u32 m, const struct vm_pkt *pkt)
{
	struct buf b = {0};
	struct eb *e = calloc(m, sizeof(*e));

	print_program(why, code, n);
	ebpf_decode(ext, m, e);
	for (u32 i = 0; i < m; i++) {
		buf_printf(&b, "%4u ", i);
		ebpf_dis_one(&b, &e[i], i);
		buf_printf(&b, "\t\tdst %u src %u off %d imm %lld\n", e[i].dst, e[i].src, e[i].off,
			   (long long)e[i].imm);
	}
	fprintf(stderr, "%spacket of %u, %u on the wire:", b.p ? b.p : "", pkt->caplen, pkt->len);
	for (u32 i = 0; i < pkt->caplen; i++)
		fprintf(stderr, " %02x", pkt->data[i]);
	fprintf(stderr, "\n");
	buf_deinit(&b);
	free(e);
	return false;
}

/* Of packets that are just as long as the memory they lie in. */
static bool same(const struct ob_cbpf *code, u32 n, const struct vm_classic *vm,
		 const struct ob_ebpf *ext, const struct eb *e, u32 m, const struct vm_pkt *pkt)
{
	static struct machine machine;
	u32 want = vm_classic_run(vm, pkt), got = machine_run(&machine, e, m, pkt);

	zero += !want;
	if (!machine.fault && want == got)
		return true;
	fprintf(stderr, "classic %#x, extended %#x: %s\n", want, got,
		machine.fault ? machine.fault : "no fault");
	return differs("extended code differs", code, n, ext, m, pkt);
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
		    u32 *done)
{
	enum vm_dialect d = target == CBPF_FOR_LINUX ? VM_LINUX : VM_LIBPCAP;
	struct ob_ebpf *ext;
	struct vm_classic *vm;
	struct prog *p;
	struct eb *e;
	struct arena a;
	u32 *from, m;
	bool good = true;

	arena_init(&a);
	if (prog_create_classic(code, n, &p) || vm_classic_create(p, d, &vm) ||
	    cbpf_extend(&a, code, n, target, &ext, &from, &m))
		abort();
	e = arena_array(&a, struct eb, m);
	ebpf_decode(ext, m, e);
	slots += m;
	insns += n;
	for (u32 i = 0; good && i < TRIES; i++, ++*done) {
		struct ob_meta meta = {0};
		bool none = target == CBPF_FOR_LIBPCAP && below(r, 2);
		struct vm_pkt pkt = {.caplen = below(r, below(r, 3) ? 80 : PACKET)};
		u8 *data = malloc(pkt.caplen + !pkt.caplen);

		random_meta(r, &meta);
		random_packet(r, data, pkt.caplen);
		pkt.data = data;
		pkt.anc = none ? NULL : &meta;
		pkt.len = pkt.caplen + below(r, 2) * below(r, 2000);
		good = same(code, n, vm, ext, e, m, &pkt);
		free(data);
	}
	vm_classic_destroy(vm);
	prog_destroy(p);
	arena_deinit(&a);
	return good;
}

/* A jump of libpcap's dialect back, to anywhere. */
static void jump_back(struct rnd *r, struct ob_cbpf *code, u32 n)
{
	u32 pc = below(r, n - 1), to = below(r, pc + 1);

	code[pc] = (struct ob_cbpf){.code = cbpf_rows[CB_JMP_JA].code, .k = to - pc - 1};
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
	if (n > 2 && !below(r, 8))
		jump_back(r, code, n);
	if (is_random(code, n))
		return true;
	if (passes(code, n, CHECK_LINUX) && !packets(r, code, n, CBPF_FOR_LINUX, done))
		return false;
	return !passes(code, n, CHECK_LIBPCAP) || packets(r, code, n, CBPF_FOR_LIBPCAP, done);
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
	return !fair;
}
