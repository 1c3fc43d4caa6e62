/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters for CSPF: tree = short circuit = meaning, on random predicates and
 * packets; the size of known filters; what is refused, and where. */
#include <stdlib.h>

#include "check/check.h"
#include "filter/cspf.h"
#include "vm/vm.h"

enum { PREDICATES = 6000, PACKETS = 40, PACKET_MAX = 96 };

static int failed;
static u64 seed = 1993;

static void result(bool ok, const char *name, const char *why)
{
	printf(ok ? "ok %s\n" : "FAIL %s: %s\n", name, why);
	failed |= !ok;
}

static u32 below(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

/* ---- random predicates: few fields and few numbers, so that they meet ---- */

static const struct span at = {0, 1};

static u32 number(u32 size)
{
	static const u32 few[] = {0,     1,          5,          0x45, 0x800,
				  0x806, 0x0a000001, 0x0a000002, 0xff, 0xffffffff};
	u32 k = below(8) ? few[below(LEN(few))] : below(UINT32_MAX);

	return below(8) ? k & 0xffffffffu >> (32 - 8 * size) : k;
}

static struct val *value_of(struct filter *f, u32 *size)
{
	static const u32 sizes[] = {1, 2, 2, 4};
	bool behind_ip = !below(4);

	*size = sizes[below(4)];
	struct val *v = val_load(f, behind_ip ? val_msh(f, NULL, 14) : NULL,
				 below(2) ? 12 : 14 + below(12), *size);
	if (!below(4))
		v = val_alu_k(f, V_RSH, v, below(20));
	if (!below(3))
		v = val_alu_k(f, V_AND, v, number(*size));
	return v;
}

static struct pred *test(struct filter *f)
{
	static const enum cmp cmps[] = {C_EQ, C_EQ, C_EQ, C_GT, C_GE, C_SET};
	u32 size;
	struct val *x = value_of(f, &size), *k = val_const(f, number(size));
	enum cmp cmp = cmps[below(LEN(cmps))];

	return below(8) ? pred_test(f, x, cmp, k, at) : pred_test(f, k, cmp, x, at);
}

static struct pred *predicate(struct filter *f, u32 depth);

/* What protocols make: exclusive cases, each with more tests. */
static struct pred *cases(struct filter *f, u32 depth)
{
	static const u32 type[] = {0x800, 0x806, 0x86dd};
	struct pred *all = NULL;

	for (u32 i = 0; i < LEN(type); i++) {
		struct pred *p = pred_test_k(f, val_load(f, NULL, 12, 2), C_EQ, type[i], at);

		for (u32 n = below(4); n > 0; n--)
			p = pred_and(f, p, predicate(f, depth - 1));
		all = all ? pred_or(f, all, p) : p;
	}
	return all;
}

static struct pred *predicate(struct filter *f, u32 depth)
{
	if (!depth || !below(5))
		return test(f);
	if (!below(4))
		return cases(f, depth);
	struct pred *a = predicate(f, depth - 1), *b = predicate(f, depth - 1);

	switch (below(5)) {
	case 0:
		return pred_not(f, a);
	case 1: /* the same test again, somewhere else */
		return pred_or(f, pred_and(f, a, b), pred_and(f, predicate(f, depth - 1), a));
	case 2:
		return pred_or(f, a, b);
	default:
		return pred_and(f, a, b);
	}
}

/* An IPv4 header without options may be at 14. Bytes are few, too. */
static u32 packet(u8 *p, u32 need)
{
	static const u8 few[] = {0, 1, 2, 8, 6, 0x0a, 0xff, 0x45};
	u32 n = need + below(PACKET_MAX - need + 1);

	for (u32 i = 0; i < n; i++)
		p[i] = below(4) ? few[below(LEN(few))] : (u8)below(256);
	if (n > 13 && below(2))
		put_be16(p + 12, below(2) ? 0x800 : 0x806);
	if (n > 14)
		p[14] = (u8)((p[14] & 0xf0) | 5);
	return n;
}

struct tally {
	u32 compiled, refused, accepted, rejected;
	const char *fault;
};

static struct vm_cspf *machine(const struct cspf *code, struct tally *t)
{
	struct vm_cspf *c = NULL;
	struct ob_err *err = check_cspf(code->word, code->n);

	if (err)
		t->fault = "the checker refuses what was compiled";
	if (err || vm_cspf_create(code->word, code->n, &c))
		t->fault = t->fault ? t->fault : "no memory";
	ob_err_destroy(err);
	return c;
}

static void compare(struct pred *p, const struct cspf code[2], u32 need, struct tally *t)
{
	struct vm_cspf *tree = machine(&code[0], t), *circuit = machine(&code[1], t);

	for (u32 i = 0; i < PACKETS && !t->fault; i++) {
		u8 bytes[PACKET_MAX];
		struct packet pkt = {.data = {bytes, packet(bytes, need)}};
		u32 n = (u32)pkt.data.n;
		bool want = pred_eval(p, &pkt);

		if (vm_cspf_run(tree, bytes, n) != want)
			t->fault = "the tree differs";
		if (vm_cspf_run(circuit, bytes, n) != want)
			t->fault = "the short circuit differs";
		*(want ? &t->accepted : &t->rejected) += 1;
	}
	vm_cspf_destroy(tree);
	vm_cspf_destroy(circuit);
}

static void one_predicate(struct tally *t)
{
	static const struct filter_opts opts = {.linktype = 1};
	struct filter f;
	struct cspf code[2];
	u32 need, need_short;

	filter_begin(&f, "", 0, &opts);
	if (setjmp(f.fail)) {
		if (!f.err || ob_err_code(f.err) != OB_UNSUPPORTED)
			t->fault = f.err ? ob_err_reason(f.err) : "no memory";
		t->refused++;
		ob_err_destroy(filter_end(&f));
		return;
	}
	struct pred *p = predicate(&f, below(7));
	cspf_compile(&f, p, true, FILTER_CSPF_TREE, &code[0], &need);
	cspf_compile(&f, p, true, FILTER_CSPF_SHORT, &code[1], &need_short);
	t->compiled++;
	if (need != need_short)
		t->fault = "the codings need packets of different lengths";
	compare(p, code, need, t);
	filter_end(&f);
}

/* ---- the language ---- */

static const char *const texts[] = {
	"ip",
	"not arp",
	"tcp",
	"udp or icmp",
	"ip and not tcp",
	"tcp port 2056",
	"tcp portrange 10-2056",
	"udp and not dst port 2056",
	"src net 10",
	"not dst net 10.0.0.0/12 and not ip6",
	"ip net 8.0.0.0/5",
	"host 10.10.10.10 or net 10.8",
	"arp[6] < 2",
	"arp or ip[8] > 5",
	"ip[6:2] & 0x1fff = 0",
	"ip[15:4] >= 0x0a0a0a0a",
	"tcp[13] & 0xa != 0",
	"icmp[0] = 8 or icmp[icmptype] = 0",
	"ether multicast",
	"ether[0:4] & 0xff00ff >> 2 > 0x80",
	"ether[1:4] < 0x08000000",
	"ether src 0:1:2:8:6:a",
	"ip multicast",
	"ip proto 6 and (ip[2] = 0 or ip[2] = 1 or not ip[3] = 1)",
	"(tcp or udp) and (net 10 or net 8) and not (tcp and net 8)",
};

/* Now and then, what makes sense: a protocol, no fragment, a known port. */
static void mend(u8 *p, u32 n)
{
	static const u8 protocol[] = {1, 6, 17}, mac[] = {0, 1, 2, 8, 6, 10};

	if (n < 40)
		return;
	if (below(4))
		p[23] = protocol[below(LEN(protocol))];
	if (below(4))
		put_be16(p + 20, 0);
	if (!below(3))
		put_be16(p + 34 + 2 * below(2), 2056);
	if (!below(4))
		memcpy(p + 6, mac, sizeof mac);
}

static struct ob_err *run_text(const char *text, struct tally *t)
{
	static const struct filter_opts opts = {.linktype = 1};
	struct cspf code[2];
	u32 need = 0, want;
	struct ob_err *err = NULL;

	for (u32 k = 0; k < 2 && !err; k++)
		err = filter_cspf(text, strlen(text), &opts, true, k, &code[k], &need);
	if (err)
		return err;
	struct vm_cspf *tree = machine(&code[0], t), *circuit = machine(&code[1], t);
	for (u32 i = 0; i < 8 * PACKETS && !t->fault && !err; i++) {
		u8 bytes[PACKET_MAX];
		u32 n = packet(bytes, need);

		mend(bytes, n);
		err = filter_eval(text, strlen(text), &opts, (struct bytes){bytes, n}, n, &want);
		if (vm_cspf_run(tree, bytes, n) != (want != 0))
			t->fault = "the tree differs";
		if (vm_cspf_run(circuit, bytes, n) != (want != 0))
			t->fault = "the short circuit differs";
		*(want ? &t->accepted : &t->rejected) += 1;
	}
	vm_cspf_destroy(tree);
	vm_cspf_destroy(circuit);
	return err;
}

static void test_language(void)
{
	for (u32 i = 0; i < LEN(texts); i++) {
		struct tally t = {0};
		struct ob_err *err = run_text(texts[i], &t);
		char why[160];

		snprintf(why, sizeof why, "%s (%u accepted, %u rejected)",
			 err       ? ob_err_reason(err)
			 : t.fault ? t.fault
				   : "too one-sided",
			 t.accepted, t.rejected);
		result(!err && !t.fault && t.accepted && t.rejected, texts[i], why);
		ob_err_destroy(err);
	}
}

static void test_random(void)
{
	struct tally t = {0};
	char why[160];

	for (u32 i = 0; i < PREDICATES && !t.fault; i++)
		one_predicate(&t);
	snprintf(why, sizeof why, "%s (%u compiled, %u refused, %u accepted, %u rejected)",
		 t.fault ? t.fault : "too one-sided", t.compiled, t.refused, t.accepted,
		 t.rejected);
	result(!t.fault && t.compiled > PREDICATES / 2 && t.accepted > 10000 && t.rejected > 10000,
	       "random predicates", why);
}

/* ---- known filters ---- */

static const struct {
	const char *text;
	u32 tree, circuit; /* operations in the program */
	u32 need;
} sizes[] = {
	{"", 0, 0, 0},
	{"ip", 2, 2, 14},
	{"not ip", 2, 2, 14},
	{"ip host 10.0.0.1", 14, 12, 34},
	{"ip and host 10.0.0.1", 14, 12, 42},
	{"host 10.0.0.1 and host 10.0.0.2", 65, 46, 42},
	{"ether host 1:2:3:4:5:6", 17, 15, 12},
	{"ether[0] & 1 != 0", 3, 2, 2},
	{"ip[8] < 5", 6, 5, 24},
};

static u32 operations(const struct cspf *code)
{
	u32 n = 0;

	for (u32 i = 0; i < code->n; i++, n++)
		i += cspf_action(code->word[i]) == CSPF_PUSHLIT;
	return n;
}

static void test_sizes(void)
{
	static const struct filter_opts opts = {.linktype = 1};

	for (u32 i = 0; i < LEN(sizes); i++) {
		const char *text = sizes[i].text;
		struct cspf code[2];
		struct ob_err *err = NULL;
		char why[160];
		u32 need = 0;

		for (u32 k = 0; k < 2 && !err; k++)
			err = filter_cspf(text, strlen(text), &opts, false, k, &code[k], &need);
		u32 tree = err ? 0 : operations(&code[0]), circuit = err ? 0 : operations(&code[1]);
		snprintf(why, sizeof why, "%s; tree %u, short circuit %u, need %u",
			 err ? ob_err_reason(err) : "compiled", tree, circuit, need);
		result(!err && tree == sizes[i].tree && circuit == sizes[i].circuit &&
			       need == sizes[i].need,
		       *text ? text : "the empty filter", why);
		ob_err_destroy(err);
	}
}

static const struct {
	const char *text;
	bool assume_ihl5;
	unsigned column; /* 0: it is compiled */
	const char *reason;
} refusals[] = {
	{"ip and tcp[0:2] = 80", false, 8, "the length of the IPv4 header"},
	{"ip and tcp[0:2] = 80", true, 0, NULL},
	{"ip and len > 100", true, 8, "the length of the packet"},
	{"ip and ip[2:2] - 20 > 4", true, 8, "it computes with what it reads"},
	{"ip and ip[12:4] = ip[16:4]", true, 8, "two things that are not constant"},
	{"ip and ether[ip[0]] = 1", true, 8, "at a computed offset"},
	{"ip and ether[2015] = 1", true, 0, NULL},
	{"ip and ether[2016] = 1", true, 8, "beyond byte 2016"},
};

static void test_refusals(void)
{
	static const struct filter_opts opts = {.linktype = 1};

	for (u32 i = 0; i < LEN(refusals); i++) {
		const char *text = refusals[i].text;
		struct cspf code;
		u32 need;
		struct ob_err *err = filter_cspf(text, strlen(text), &opts, refusals[i].assume_ihl5,
						 FILTER_CSPF_TREE, &code, &need);
		bool ok = !err == !refusals[i].reason;

		if (err && refusals[i].reason)
			ok = ob_err_code(err) == OB_UNSUPPORTED &&
			     ob_err_column(err) == refusals[i].column &&
			     strstr(ob_err_reason(err), refusals[i].reason);
		result(ok, text, err ? ob_err_reason(err) : "compiled");
		ob_err_destroy(err);
	}
}

int main(void)
{
	test_random();
	test_language();
	test_sizes();
	test_refusals();
	return failed;
}
