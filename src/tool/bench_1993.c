/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf bench 1993`: CSPF beside BPF on the four filters of the 1993 paper. */
#include <stdlib.h>
#include <time.h>

#include "check/check.h"
#include "filter/filter.h"
#include "tool/bench.h"

enum { TREE, CIRCUIT, PLAIN, OPTIMISED, MACHINES, FILTERS = 4, MIXES = 3 };
enum { PACKETS = 8192, SECONDS = 3, PATHS = 1024 };

static const char *const machine_name[MACHINES] = {"CSPF tree", "CSPF short", "BPF plain",
						   "BPF opt"};

static const struct {
	const char *name, *says, *text;
	double cspf, bpf; /* instructions a packet, as published */
} filter[FILTERS] = {
	{"F1", "IP packets", "ip", 96, 62},
	{"F2", "IP packets with source or destination horse", "ip host horse", 549, 160},
	{"F3", "TCP packets with source or destination port finger, domain, login or shell",
	 "ip and tcp port (finger or domain or login or shell)", 971, 222},
	{"F4", "IP, ARP or RARP packets between horse and gauguin", "host horse and host gauguin",
	 2330, 129},
};

static const struct mix mix[MIXES] = {
	{"other IP", 25, 65, 5, 4, 0, 1, .port = 2, .horse = 3, .pair = 1},
	{"ARP", 10, 15, 1, 60, 4, 10, .port = 5, .horse = 3, .pair = 1},
	{"TCP", 90, 7, 1, 1, 0, 1, .port = 20, .horse = 10, .pair = 3},
};

struct result {
	double operations, insns, ns; /* a packet; insns < 0: not counted */
};

struct bench_run {
	u32 packets;
	double seconds;
	enum counter counter;
	struct vm_cspf *cspf[FILTERS][2];
	struct vm_classic *classic[FILTERS][2];
	u32 length[FILTERS][MACHINES]; /* of the programs, in operations */
	struct vm_pkt *pkt;            /* of the mix at hand */
	struct result result[MIXES][FILTERS][MACHINES];
	double accepted[MIXES][FILTERS];
	double path[FILTERS][MACHINES][PATHS]; /* host instructions, 0: not known yet */
	u64 verdicts;
};

/* ---- compiling ---- */

static bool host(void *arg, const char *name, struct filter_addrs *ret)
{
	(void)arg;
	if (!strcmp(name, "horse"))
		return filter_addrs_add4(ret, HORSE);
	return !strcmp(name, "gauguin") && filter_addrs_add4(ret, GAUGUIN);
}

static bool port(void *arg, const char *name, const char *transport, u16 *ret)
{
	static const struct {
		const char *name;
		u16 port;
	} known[] = {{"finger", 79}, {"domain", 53}, {"login", 513}, {"shell", 514}};

	(void)arg;
	for (u32 i = 0; i < LEN(known); i++)
		if (!strcmp(name, known[i].name) && !strcmp(transport, "tcp"))
			return *ret = known[i].port, true;
	return false;
}

static struct ob_err *make_cspf(struct bench_run *r, u32 f, u32 coding,
				const struct filter_opts *opts)
{
	const char *text = filter[f].text;
	struct cspf code;
	u32 need;
	struct ob_err *err = filter_cspf(text, strlen(text), opts, true, coding, &code, &need);

	if (!err)
		err = check_cspf(code.word, code.n);
	if (err)
		return err;
	for (u32 i = 0; i < code.n; i++, r->length[f][TREE + coding]++)
		i += cspf_action(code.word[i]) == CSPF_PUSHLIT;
	return vm_cspf_create(code.word, code.n, &r->cspf[f][coding]);
}

static struct ob_err *make_classic(struct bench_run *r, u32 f, bool optimise,
				   struct filter_opts opts)
{
	const char *text = filter[f].text;
	struct prog *p = NULL;

	opts.no_optimise = !optimise;
	struct ob_err *err = filter_compile(text, strlen(text), &opts, &p);
	if (!err)
		err = check_classic(p->classic, p->n, CHECK_LINUX);
	if (!err)
		err = vm_classic_create(p, VM_LINUX, &r->classic[f][optimise]);
	if (!err)
		r->length[f][PLAIN + optimise] = p->n;
	prog_destroy(p);
	return err;
}

static struct ob_err *make_machines(struct bench_run *r)
{
	static const struct filter_names names = {.host = host, .port = port};
	const struct filter_opts opts = {.linktype = 1, .names = &names};

	for (u32 f = 0; f < FILTERS; f++)
		for (u32 i = 0; i < 2; i++) {
			struct ob_err *err = make_cspf(r, f, i, &opts);

			if (!err)
				err = make_classic(r, f, i, opts);
			if (err)
				return err;
		}
	return NULL;
}

/* ---- measuring ---- */

struct job {
	const struct vm_cspf *cspf;
	const struct vm_classic *classic;
	const struct vm_pkt *pkt;
	u32 n, accepted;
};

static void work_cspf(void *arg)
{
	struct job *j = arg;

	for (u32 i = 0; i < j->n; i++)
		j->accepted += vm_cspf_run(j->cspf, j->pkt[i].data, j->pkt[i].caplen);
}

static void work_classic(void *arg)
{
	struct job *j = arg;

	for (u32 i = 0; i < j->n; i++)
		j->accepted += vm_classic_run(j->classic, &j->pkt[i]) != 0;
}

static struct job job(const struct bench_run *r, u32 f, u32 machine, u32 n)
{
	bool cspf = machine <= CIRCUIT;

	return (struct job){
		.cspf = cspf ? r->cspf[f][machine] : NULL,
		.classic = cspf ? NULL : r->classic[f][machine - PLAIN],
		.pkt = r->pkt,
		.n = n,
	};
}

static void work(struct job *j)
{
	if (j->cspf)
		work_cspf(j);
	else
		work_classic(j);
}

static bool run_counted(const struct job *j, u32 i, u64 *count)
{
	const struct vm_pkt *p = &j->pkt[i];

	return j->cspf ? vm_cspf_run_counted(j->cspf, p->data, p->caplen, count)
		       : vm_classic_run_counted(j->classic, p, count) != 0;
}

/* Counts the operations, and compares the verdicts of the four machines. */
static struct ob_err *count_operations(struct bench_run *r, u32 m, u32 f)
{
	struct job j[MACHINES];
	u64 total[MACHINES] = {0}, accepted = 0;

	for (u32 k = 0; k < MACHINES; k++)
		j[k] = job(r, f, k, r->packets);
	for (u32 i = 0; i < r->packets; i++) {
		bool verdict[MACHINES];

		for (u32 k = 0; k < MACHINES; k++) {
			u64 n = 0;

			verdict[k] = run_counted(&j[k], i, &n);
			total[k] += n;
			if (verdict[k] != verdict[0])
				return err_new(
					OB_FAULT,
					"packet %u of the mix \"%s\": %s %s it for %s, %s does not",
					i, mix[m].name, machine_name[verdict[k] ? k : 0], "accepts",
					filter[f].name, machine_name[verdict[k] ? 0 : k]);
		}
		accepted += verdict[0];
		r->verdicts += MACHINES;
	}
	for (u32 k = 0; k < MACHINES; k++)
		r->result[m][f][k].operations = (double)total[k] / r->packets;
	r->accepted[m][f] = (double)accepted / r->packets;
	return NULL;
}

/* Instructions for the packets behind the first n; negative: not counted. */
static double count_behind(const struct bench_run *r, struct job all, u32 n)
{
	void (*how)(void *) = all.cspf ? work_cspf : work_classic;
	struct job first = all;
	u64 with, without;

	first.n = n;
	if (!counter_run(r->counter, how, &first, &without) ||
	    !counter_run(r->counter, how, &all, &with))
		return -1;
	return (double)with - (double)without;
}

/* Stepping is slow: only the first packet is stepped of those for which the
 * machine does the same number of operations with the same verdict. */
static double step_packet(struct bench_run *r, u32 f, u32 machine, const struct vm_pkt *pkt)
{
	const struct vm_pkt twice[2] = {*pkt, *pkt};
	struct job j = job(r, f, machine, 2);
	u64 n = 0;

	j.pkt = twice;
	bool verdict = run_counted(&j, 0, &n);
	double *known = &r->path[f][machine][MIN(2 * n + verdict, PATHS - 1)];

	if (!*known)
		*known = count_behind(r, j, 1);
	return *known;
}

static double count_insns(struct bench_run *r, u32 f, u32 machine)
{
	double sum = 0, x;

	if (r->counter != COUNT_STEP)
		return count_behind(r, job(r, f, machine, r->packets), 0) / r->packets;
	for (u32 i = 0; i < r->packets; i++) {
		if ((x = step_packet(r, f, machine, &r->pkt[i])) < 0)
			return -1;
		sum += x;
	}
	return sum / r->packets;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The machines take turns; the best round of each counts. */
static void measure_time(struct bench_run *r, u32 m)
{
	double end = now() + r->seconds / MIXES;
	u32 rounds = 0;

	do {
		for (u32 i = 0; i < FILTERS * MACHINES; i++) {
			struct job j = job(r, i / MACHINES, i % MACHINES, r->packets);
			double *ns = &r->result[m][i / MACHINES][i % MACHINES].ns, t = now();

			work(&j);
			t = (now() - t) * 1e9 / r->packets;
			*ns = rounds ? MIN(*ns, t) : t;
		}
	} while (++rounds < 3 || now() < end);
}

static struct ob_err *measure_mix(struct bench_run *r, u32 m)
{
	struct ob_err *err = NULL;

	r->pkt = packets_make(&mix[m], r->packets);
	if (!r->pkt)
		return err_nomem();
	for (u32 f = 0; f < FILTERS && !err; f++) {
		err = count_operations(r, m, f);
		for (u32 k = 0; k < MACHINES && !err; k++)
			r->result[m][f][k].insns = count_insns(r, f, k);
	}
	if (!err)
		measure_time(r, m);
	free(r->pkt);
	return err;
}

/* ---- printing ---- */

enum layer { OPERATIONS, INSNS, NS, LAYERS };

static const char *const layer_name[LAYERS] = {
	"machine operations a packet", "host instructions a packet", "nanoseconds a packet"};

static double get(const struct result *x, enum layer layer)
{
	return layer == OPERATIONS ? x->operations : layer == INSNS ? x->insns : x->ns;
}

static double ratio(const struct result *x, enum layer layer, u32 cspf)
{
	return get(&x[cspf], layer) / get(&x[OPTIMISED], layer);
}

static bool has(const struct bench_run *r, enum layer layer)
{
	return layer != INSNS || r->counter != COUNT_NOT;
}

static void print_layer(const struct bench_run *r, u32 m, enum layer layer)
{
	printf("  %-30s", layer_name[layer]);
	if (!has(r, layer)) {
		printf("not counted: no counter here, and no child may be stepped\n");
		return;
	}
	for (u32 k = 0; k < MACHINES; k++)
		printf("%12s", machine_name[k]);
	printf("%10s%8s\n", "ratio", "1993");
	for (u32 f = 0; f < FILTERS; f++) {
		const struct result *x = r->result[m][f];

		printf("    %s, accepts %5.1f %%          ", filter[f].name,
		       100 * r->accepted[m][f]);
		for (u32 k = 0; k < MACHINES; k++)
			printf("%12.2f", get(&x[k], layer));
		printf("%10.2f%8.2f\n", ratio(x, layer, TREE), filter[f].cspf / filter[f].bpf);
	}
}

static void print_mix(const struct bench_run *r, u32 m)
{
	const struct mix *x = &mix[m];

	printf("\nMix \"%s\": tcp %u %%, udp %u %%, icmp %u %%, arp %u %%, rarp %u %%, other %u "
	       "%%;\n"
	       "  %u %% of tcp on F3's ports; %u %% of ip and arp with horse, %u %% between horse "
	       "and"
	       " gauguin\n",
	       x->name, x->tcp, x->udp, x->icmp, x->arp, x->rarp, x->other, x->port, x->horse,
	       x->pair);
	for (u32 layer = 0; layer < LAYERS; layer++)
		print_layer(r, m, layer);
}

static void print_ratios(const struct bench_run *r, u32 cspf)
{
	static const char *const unit[LAYERS] = {"operations", "host instructions", "nanoseconds"};

	printf("\n%s / BPF opt %*s", machine_name[cspf], cspf == TREE ? 19 : 18, "");
	for (u32 f = 0; f < FILTERS; f++)
		printf("%9s", filter[f].name);
	printf("   F1<F2<F3<F4\n  %-37s", "1993, SPARC instructions, live trace");
	for (u32 f = 0; f < FILTERS; f++)
		printf("%9.2f", filter[f].cspf / filter[f].bpf);
	printf("   yes");
	for (u32 m = 0; m < MIXES; m++)
		for (u32 layer = 0; layer < LAYERS; layer++) {
			if (!has(r, layer))
				continue;
			printf("\n  %-18s%-19s", layer ? "" : mix[m].name, unit[layer]);
			bool rises = true;
			for (u32 f = 0; f < FILTERS; f++) {
				double x = ratio(r->result[m][f], layer, cspf);

				rises &= !f || x > ratio(r->result[m][f - 1], layer, cspf);
				printf("%9.2f", x);
			}
			printf("   %s", rises ? "yes" : "no");
		}
	printf("\n");
}

static const char *counter_text(const struct bench_run *r)
{
	switch (r->counter) {
	case COUNT_PERF:
		return "counted by the processor";
	case COUNT_STEP:
		return "counted by stepping through one packet of each path";
	case COUNT_NOT:
		break;
	}
	return "not to be had here";
}

static void print_text(const struct bench_run *r)
{
	printf("CSPF, the stack machine of 1980, and BPF, which replaced it: the four filters of\n"
	       "McCanne and Jacobson, USENIX 1993, each in both codings of both machines.\n\n");
	for (u32 f = 0; f < FILTERS; f++)
		printf("  %s  %s\n      %-58s%4u %4u %4u %4u\n", filter[f].name, filter[f].says,
		       filter[f].text, r->length[f][0], r->length[f][1], r->length[f][2],
		       r->length[f][3]);
	printf("\nThe numbers are the lengths of the programs: CSPF tree (does everything, "
	       "always), CSPF\n"
	       "short (the best of its short-circuit operators), BPF as it is first made, BPF "
	       "optimised.\n"
	       "Each mix has %u packets. Host instructions, with the call of the machine, are\n"
	       "%s. \"ratio\" is CSPF tree / BPF opt,\n"
	       "\"1993\" what the paper found for it.\n",
	       r->packets, counter_text(r));
	for (u32 m = 0; m < MIXES; m++)
		print_mix(r, m);
	print_ratios(r, TREE);
	print_ratios(r, CIRCUIT);
	printf("\nAll %llu verdicts agree: the machines accept the same packets.\n"
	       "Compare ratios, not numbers. In 1993: a SPARCstation 2, a compiler of its time, "
	       "CSPF\n"
	       "as it was found, live traffic. Here: both machines with the same compiler, flags "
	       "and\n"
	       "tricks (decoded once; pairs that are common done in one step), which favours CSPF; "
	       "and\n"
	       "packets made up in the mixes above. Nanoseconds also pay for branches that the "
	       "processor\n"
	       "guesses wrong, of which a tree has none. F3 takes IPv4 headers to have no options, "
	       "since\n"
	       "CSPF cannot compute an offset. doc/1993.md says more.\n",
	       (unsigned long long)r->verdicts);
}

static void json_filter(const struct bench_run *r, u32 m, u32 f)
{
	const struct result *x = r->result[m][f];

	printf("%s{\"name\":\"%s\",\"text\":\"%s\",\"accepted\":%.6f,\"paper\":%.2f,\"machines\":[",
	       f ? "," : "", filter[f].name, filter[f].text, r->accepted[m][f],
	       filter[f].cspf / filter[f].bpf);
	for (u32 k = 0; k < MACHINES; k++) {
		printf("%s{\"name\":\"%s\",\"length\":%u,\"operations\":%.4f,\"instructions\":",
		       k ? "," : "", machine_name[k], r->length[f][k], x[k].operations);
		if (x[k].insns < 0)
			printf("null");
		else
			printf("%.4f", x[k].insns);
		printf(",\"nanoseconds\":%.4f}", x[k].ns);
	}
	printf("]}");
}

static void print_json(const struct bench_run *r)
{
	static const char *const counter[] = {"null", "\"perf\"", "\"step\""};

	printf("{\"schema\":1,\"benchmark\":\"1993\",\"packets\":%u,\"counter\":%s,\"verdicts\":%"
	       "llu,"
	       "\"agree\":true,\"mixes\":[",
	       r->packets, counter[r->counter], (unsigned long long)r->verdicts);
	for (u32 m = 0; m < MIXES; m++) {
		const struct mix *x = &mix[m];

		printf("%s{\"name\":\"%s\",\"tcp\":%u,\"udp\":%u,\"icmp\":%u,\"arp\":%u,\"rarp\":%"
		       "u,"
		       "\"other\":%u,\"port\":%u,\"horse\":%u,\"pair\":%u,\"filters\":[",
		       m ? "," : "", x->name, x->tcp, x->udp, x->icmp, x->arp, x->rarp, x->other,
		       x->port, x->horse, x->pair);
		for (u32 f = 0; f < FILTERS; f++)
			json_filter(r, m, f);
		printf("]}");
	}
	printf("]}\n");
}

static int run(char **argument, const struct bench_opts *opts)
{
	struct bench_run r = {
		.packets = opts->packets ? (u32)opts->packets : PACKETS,
		.seconds = opts->seconds ? (double)opts->seconds : SECONDS,
		.counter = counter_find(),
	};

	if (*argument)
		return fail("bench",
			    err_new(OB_SYNTAX, "1993 takes no argument: \"%s\"", *argument));
	struct ob_err *err = make_machines(&r);
	for (u32 m = 0; m < MIXES && !err; m++)
		err = measure_mix(&r, m);
	for (u32 i = 0; i < FILTERS * 2; i++) {
		vm_cspf_destroy(r.cspf[i / 2][i % 2]);
		vm_classic_destroy(r.classic[i / 2][i % 2]);
	}
	if (err) {
		bool differs = ob_err_code(err) == OB_FAULT;
		int status = fail("bench", err);

		return differs ? NO : status;
	}
	if (opts->json)
		print_json(&r);
	else
		print_text(&r);
	return DONE;
}

const struct bench bench_1993 = {
	.name = "1993",
	.does = "CSPF beside BPF on the four filters of the paper",
	.run = run,
};
