/* SPDX-License-Identifier: BSD-2-Clause */
/* libpcap's bpf_image() and bpf_dump(), which are tcpdump -d, -dd and -ddd, are
 * the judges of the listing; the assembler must read back what they write. */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <unistd.h>

#include "../programs.h"

static int failed;

static void result(const char *name, const char *why)
{
	printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": " : "", why ? why : "");
	failed |= why != NULL;
}

static bool same_image(const struct ob_cbpf *c, u32 pc)
{
	struct buf b = {0};

	buf_printf(&b, "(%03d) ", (int)pc);
	cbpf_dis_one(&b, c, pc);
	const char *want = bpf_image((const struct bpf_insn *)c, (int)pc);
	bool same = !strcmp(b.p, want);
	if (!same)
		fprintf(stderr, "we:      %s|\nlibpcap: %s|\n", b.p, want);
	buf_deinit(&b);
	return same;
}

static void every_opcode(void)
{
	struct rnd r = {1};

	for (u32 code = 0; code < 0x10000; code++)
		for (u32 i = 0; i < 20; i++) {
			struct ob_cbpf c = {(u16)code, (u8)rnd(&r), (u8)rnd(&r), edge(&r)};

			if (!same_image(&c, below(&r, 5000))) {
				result("every opcode", "a listing differs from libpcap's");
				return;
			}
		}
	result("every opcode", NULL);
}

/* What bpf_dump() writes to standard output. */
static char *dump(const struct bpf_program *p, int form)
{
	FILE *f = tmpfile();
	int out = dup(1);
	char *text = calloc(1, 1 << 20);

	fflush(stdout);
	dup2(fileno(f), 1);
	bpf_dump(p, form);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	rewind(f);
	if (fread(text, 1, (1 << 20) - 1, f) == 0)
		abort();
	fclose(f);
	return text;
}

static bool same_code(const struct ob_cbpf *a, u32 n, const struct ob_cbpf *b, u32 m)
{
	return n == m && !memcmp(a, b, n * sizeof(*a));
}

static bool reads_back(const char *text, const struct ob_cbpf *code, u32 n)
{
	struct arena a;
	struct ob_cbpf *again;
	u32 m;

	arena_init(&a);
	struct ob_err *err = cbpf_asm(&a, "listing", text, strlen(text), &again, &m);
	if (err)
		ob_err_print(err, stderr);
	bool same = !err && same_code(code, n, again, m);
	ob_err_destroy(err);
	arena_deinit(&a);
	return same;
}

/* Clears what the text does not show, and so cannot give back. */
static void bare(struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int row = cbpf_row(code[i].code);

		if (row < 0)
			continue;
		if (!cbpf_is_cond(code[i].code))
			code[i].jt = code[i].jf = 0;
		switch (cbpf_rows[row].operand) {
		case CBO_NONE:
		case CBO_X:
		case CBO_LEN:
			code[i].k = 0;
		}
	}
}

static const char *forms(const struct bpf_program *p)
{
	struct ob_cbpf *code = (struct ob_cbpf *)p->bf_insns;
	const char *why = NULL;

	for (int form = CBPF_DECIMAL; form >= CBPF_TEXT && !why; form--) {
		char *want = dump(p, form);
		struct buf b = {0};

		cbpf_dis(&b, code, p->bf_len, form);
		if (form == CBPF_TEXT)
			bare(code, p->bf_len);
		if (strcmp(b.p, want))
			why = "the listing differs from libpcap's";
		else if (!reads_back(want, code, p->bf_len))
			why = "the listing is not read back";
		buf_deinit(&b);
		free(want);
	}
	return why;
}

static const char *const filters[] = {
	"",
	"ip",
	"port 22",
	"host 10.0.0.1 and not port 53",
	"tcp port 80 and host 1.2.3.4",
	"tcp[13] & 2 != 0 and net 10.0.0.0/8",
	"ip6 protochain 6",
	"ip protochain 50",
	"vlan 5 and mpls 1000 and icmp",
	"pppoes 7 and ip and udp",
	"ether host 01:02:03:04:05:06 or broadcast or multicast",
	"len > 500 or greater 1000",
	"ip[2:2] * 3 / 2 % 7 + 5 - ip[0] << 2 >> 1 | 4 ^ 1 = 9",
	"ether[0:4] = -ether[4:4]",
	"tcp[tcp[12]>>2:4] = 0x47455420",
	"inbound",
	"ip6 and host 2001:db8::1",
	"arp or rarp or atalk or aarp or stp",
	"geneve 9",
	"portrange 6000-6063",
};

/* Jumps back in protochain, and loops in the text, are listed and read too. */
static void real_filters(void)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535),
	       *cooked = pcap_open_dead(DLT_LINUX_SLL, 100);

	for (u32 i = 0; i < 4 * LEN(filters); i++) {
		const char *text = filters[i / 4];
		struct bpf_program p;

		if (pcap_compile(i & 2 ? cooked : dead, &p, text, i & 1, 0xffffff00))
			continue;
		const char *why = forms(&p);
		if (why || !(i & 3))
			result(*text ? text : "the empty filter", why);
		pcap_freecode(&p);
	}
	pcap_close(dead);
	pcap_close(cooked);
}

static void random_programs(void)
{
	struct rnd r = {2};
	struct ob_cbpf code[64];

	for (u32 i = 0; i < 20000; i++) {
		struct bpf_program p = {1 + below(&r, 64), (struct bpf_insn *)code};
		const char *why = NULL;

		random_program(&r, code, p.bf_len);
		bare(code, p.bf_len);
		for (int form = CBPF_TEXT; form <= CBPF_DECIMAL && !why; form++) {
			struct buf b = {0};

			cbpf_dis(&b, code, p.bf_len, form);
			if (!reads_back(b.p, code, p.bf_len))
				why = "a listing is not read back";
			buf_deinit(&b);
		}
		if (why) {
			print_program("this one", code, p.bf_len);
			result("random programs", why);
			return;
		}
	}
	result("random programs", NULL);
}

int main(void)
{
	every_opcode();
	real_filters();
	random_programs();
	return failed;
}
