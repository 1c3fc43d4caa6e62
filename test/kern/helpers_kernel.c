/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers with random arguments, in the running kernel and here: the same r0 and the same
 * memory.
 * Usage: helpers_kernel [cases [seed]] */
#include "cases.h"

/* ---- families ---- */

static void strto(void)
{
	u32 n = in(1, 40);

	begin();
	if (one_in(3))
		fill(0, n, " \t\xa0+-0x19af7zZ");
	else
		snprintf((char *)c.mem, 64, one_in(2) ? "%s%s%llx" : "%s%s%lld",
			 one_in(3) ? " " : "", one_in(3) ? "0x" : "", (long long)any64());
	memset(c.mem + 128, 0x77, 8);
	memory(1, 0);
	number(2, n);
	number(3, one_in(8) ? any64() : (u64[]){0, 8, 10, 16}[below(&dice, 4)]);
	memory(4, 128);
	call(one_in(2) ? BPF_FUNC_strtol : BPF_FUNC_strtoul);
	end();
}

/* A text that may only be read: a map. */
static void frozen(u32 size)
{
	u32 i = add_map(BPF_MAP_TYPE_ARRAY, 4, size, 1);

	c.attr[i].flags = BPF_F_RDONLY_PROG;
	c.value[i] = frozen_text;
	c.frozen[i] = true;
}

static void compare_texts(void)
{
	u32 n = in(1, 20), same = below(&dice, 20);

	begin();
	fill(0, n, "ab");
	memset(frozen_text, 0, sizeof(frozen_text));
	memcpy(frozen_text, c.mem, same);
	for (u32 i = same; i < 20; i++)
		frozen_text[i] = "ab\0c\xff"[below(&dice, 5)];
	frozen(24);
	memory(1, 0);
	number(2, n);
	say("r3 = map_idx_value 1, 0 ll\n");
	call(BPF_FUNC_strncmp);
	end();
}

/* ---- formats ---- */

/* address: its argument is one. Where there may be no room (tight), Linux reads %pI4
 * and the like from what was left by others: not there. */
static char *format_piece(char *to, bool tight, bool *takes, bool *address)
{
	static const char *const specs[] = {"d",   "i",   "u",   "x",   "X",   "ld",  "lld",
					    "lu",  "llu", "lx",  "llX", "li",  "px",  "pB",
					    "ps",  "pS",  "s",   "s",   "pks", "pus", "pi4",
					    "pI4", "pi6", "pI6", "c",   "c",   "pxa", "pI4z"};
	static const char *const odd[] = {"hd",  "f",  "pZ", "pi5", "",  "n",    "llld", "#x",
					  ".3d", "*d", "sa", "ps1", "o", "\x80", "\x01", "z"};
	static const char *const flags[] = {"", "", "", "", "-", "0", "+", " ", "-0", "+0", "0 "};

	*takes = false;
	if (one_in(3)) {
		for (u32 n = in(1, 6); n; n--)
			*to++ = "abc :,\n%z."[below(&dice, 7)];
		return to;
	}
	if (one_in(9))
		return to + sprintf(to, "%%%%");
	to += sprintf(to, "%%%s", flags[below(&dice, LEN(flags))]);
	if (one_in(3))
		to += sprintf(to, "%u", in(1, 30));
	const char *what =
		one_in(40) ? odd[below(&dice, LEN(odd))] : specs[below(&dice, LEN(specs))];
	if (tight && *what == 'p' && !strchr("xsS", what[1]))
		what = "x";
	*takes = true;
	*address = !strcmp(what, "s") || !strcmp(what, "pks") || strpbrk(what, "46");
	to += sprintf(to, "%s", what);
	return to + sprintf(to, "%s", one_in(3) ? " " : one_in(2) ? "," : "");
}

static void format(void)
{
	u32 pieces = in(1, 8), args = one_in(6) ? in(0, 13) : 12;
	u32 size = one_in(3) ? in(0, 100) : in(400, 430);
	char *to = (char *)frozen_text;
	bool address[13] = {false};
	u32 used = 0;

	begin();
	memset(frozen_text, 0, sizeof(frozen_text));
	for (u32 i = 0; i < pieces; i++) {
		bool takes;
		to = format_piece(to, size < 400, &takes, &address[used]);
		used += takes;
	}
	frozen(sizeof(frozen_text));
	fill(440, 60, one_in(2) ? "abcdef" : "ab cd\xff");
	c.mem[440 + in(0, 59)] = 0;
	for (u32 i = 0; i < 12; i++) {
		number(1, one_in(6) ? 0 : any64());
		if (i < used && address[i] && !one_in(8))
			say("r1 = r6\nr1 += %u\n", in(440, 499));
		say("*(u64 *)(r10 - %u) = r1\n", 8 * (12 - i));
	}
	memory(1, 0);
	number(2, size);
	say("r3 = map_idx_value 1, 0 ll\nr4 = r10\nr4 += -96\n");
	number(5, one_in(20) ? in(0, 96) : 8 * MIN(args, 12u));
	call(BPF_FUNC_snprintf);
	end();
}

/* ---- loops, reading ---- */

static void loop(void)
{
	u32 n = one_in(6) ? (u32)any64() : in(0, 50);

	if (n > 1000 && n <= 8 << 20)
		n = 8 << 20;
	begin();
	put_le64(c.mem + 8, any64());
	put_le64(c.mem + 16, n > 1000 ? in(0, 1000) : in(0, 60));
	put_le64(c.mem + 24, one_in(2));
	number(1, n);
	say("r2 = func round ll\nr3 = r10\nr3 += -16\n");
	say("*(u64 *)(r10 - 16) = 0\nr0 = *(u64 *)(r6 + 16)\n*(u64 *)(r10 - 8) = r0\n");
	number(4, one_in(20) ? any64() : 0);
	say("r7 = %u\nr9 = %u\n", rnd(&dice) >> 1, rnd(&dice) >> 1);
	call(BPF_FUNC_loop);
	say("r7 ^= r9\n*(u64 *)(r6 + 40) = r7\n");
	say("w0 = w0\n*(u64 *)(r6 + %d) = r0\n", R0_AT); /* inlined, it is 32 bits there */
	say("r1 = *(u64 *)(r10 - 16)\n*(u64 *)(r6 + 32) = r1\n");
	end();
	say("round:\nr6 = r1\nr7 = r1\nr8 = 5\nr9 = 6\nr7 += r8\nr6 += r9\nr3 = *(u64 *)(r2 + "
	    "0)\nr3 *= 31\nr3 += r1\n*(u64 *)(r2 + 0) = r3\n");
	say("r4 = *(u64 *)(r2 + 8)\nr0 = 0\nif r4 != r1 goto on\nr0 = 1\non:\nexit\n");
}

static void read_memory(void)
{
	static const u32 ids[] = {BPF_FUNC_probe_read_kernel, BPF_FUNC_probe_read_user,
				  BPF_FUNC_probe_read_kernel_str, BPF_FUNC_probe_read_user_str,
				  BPF_FUNC_copy_from_user};
	static const u64 nowhere[] = {
		0,          1,     4095, 0x7ffffffff000, 0x7fffffffefff, 0x800000000000,
		1ull << 63, -1ull, -8ull};

	begin();
	fill(0, 64, "abcdefghij");
	number(3, nowhere[below(&dice, LEN(nowhere))]);
	memory(1, 0);
	number(2, in(1, 64));
	call(ids[below(&dice, LEN(ids))]);
	end();
}

static void read_text(void)
{
	begin();
	fill(0, 100, "abcdefghijk");
	fill(128, 64, "abcdefghijk");
	c.mem[128 + in(0, 63)] = 0;
	c.mem[192] = 0;
	memory(1, 0);
	memory(3, in(128, 180));
	number(2, in(1, 80));
	call(one_in(2) ? BPF_FUNC_probe_read_kernel_str : BPF_FUNC_probe_read_kernel);
	end();
}

static void checksum(void)
{
	u32 from = 4 * in(0, 20), to = 4 * in(0, 20);

	begin();
	c.type = BPF_PROG_TYPE_SCHED_CLS;
	for (u32 i = 0; i < 160; i++)
		c.mem[i] = one_in(3) ? 0xff : (u8)rnd(&dice);
	memory(1, 0);
	number(2, one_in(6) ? in(0, 80) : from);
	memory(3, 80);
	number(4, one_in(6) ? in(0, 80) : to);
	number(5, one_in(3) ? 0 : any64());
	if (one_in(6))
		say("r1 = 0\nr2 = 0\n");
	call(BPF_FUNC_csum_diff);
	end();
}

/* ---- dynptrs, ring buffers: several calls, each with its r0 from 256 on ---- */

enum { CALLS = 16 };

static void keep(u32 nr) { say("*(u64 *)(r6 + %u) = r0\n", 256 + 8 * nr); }

/* An offset or length about as long as n. */
static u64 about(u32 n) { return one_in(12) ? any64() : one_in(3) ? n + in(0, 2) - 1 : in(0, n); }

static void dynptr_call(u32 size)
{
	u32 n = in(1, 40);

	switch (in(0, 2)) {
	case 0:
		memory(1, 128);
		number(2, n);
		say("r3 = r10\nr3 += -16\n");
		number(4, about(size));
		number(5, one_in(20) ? any64() : 0);
		say("call %u\n", BPF_FUNC_dynptr_read);
		break;
	case 1:
		say("r1 = r10\nr1 += -16\n");
		number(2, about(size));
		memory(3, 64 + in(0, 20));
		number(4, n);
		number(5, one_in(20) ? any64() : 0);
		say("call %u\n", BPF_FUNC_dynptr_write);
		break;
	default:
		say("r1 = r10\nr1 += -16\n");
		number(2, about(size));
		number(3, n);
		say("call %u\n", BPF_FUNC_dynptr_data);
		say("if r0 == 0 goto +2\nr0 = *(u8 *)(r0 + %u)\nr0 += 1\n", in(0, n - 1));
	}
}

static void dynptrs(void)
{
	u32 size = in(1, 64);

	begin();
	fill(0, 128, "abcdefghijklmn");
	memory(1, 0);
	number(2, size);
	number(3, one_in(10) ? any64() : 0);
	say("r4 = r10\nr4 += -16\n");
	call(BPF_FUNC_dynptr_from_mem);
	for (u32 i = 0; i < 8; i++) {
		dynptr_call(size);
		keep(i);
	}
	end();
}

static void ring_map(u32 reg) { say("r%u = map_idx 1 ll\n", reg); }

static u64 ring_flags(void) { return one_in(8) ? any64() : one_in(2) ? 0 : in(0, 2); }

static void ring_call(u32 nr)
{
	u32 n = in(1, one_in(3) ? 400 : 40);

	ring_map(1);
	switch (in(0, 5)) {
	case 0:
	case 1:
		memory(2, 0);
		number(3, MIN(n, 200u));
		number(4, ring_flags());
		say("call %u\n", BPF_FUNC_ringbuf_output);
		keep(nr);
		break;
	case 2:
	case 3:
		number(2, n = one_in(3) ? 4 * n : n);
		number(3, one_in(10) ? any64() : 0);
		say("call %u\nif r0 == 0 goto none%u\n*(u8 *)(r0 + %u) = 5\nr7 = 7\n*(u64 *)(r6 + "
		    "%u) = r7\n",
		    BPF_FUNC_ringbuf_reserve, nr, n - 1, 256 + 8 * nr);
		say("r1 = r0\n");
		number(2, one_in(2) ? 0 : in(1, 2));
		say("call %u\nnone%u:\n",
		    one_in(2) ? BPF_FUNC_ringbuf_submit : BPF_FUNC_ringbuf_discard, nr);
		break;
	case 4:
		number(2, one_in(3) ? any64() : n);
		number(3, one_in(10) ? any64() : 0);
		say("r4 = r10\nr4 += -16\ncall %u\n", BPF_FUNC_ringbuf_reserve_dynptr);
		keep(nr);
		say("r1 = r10\nr1 += -16\n");
		number(2, in(0, 2));
		say("call %u\n",
		    one_in(2) ? BPF_FUNC_ringbuf_submit_dynptr : BPF_FUNC_ringbuf_discard_dynptr);
		break;
	default:
		number(2, in(0, 4));
		say("call %u\n", BPF_FUNC_ringbuf_query);
		keep(nr);
	}
}

static void rings(void)
{
	begin();
	add_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	fill(0, 200, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++)
		ring_call(i);
	end();
}

/* ---- maps ---- */

static void map_call(u32 nr)
{
	u32 key = in(0, 5);

	say("r1 = map_idx 1 ll\n");
	say("*(u32 *)(r10 - 8) = %u\nr2 = r10\nr2 += -8\n", key);
	switch (in(0, 3)) {
	case 0:
	case 1:
		memory(3, 8 * in(0, 15));
		number(4, one_in(10) ? any64() & ~(u64)BPF_F_LOCK : in(0, 2));
		say("call %u\n", BPF_FUNC_map_update_elem);
		break;
	case 2:
		say("call %u\n", BPF_FUNC_map_delete_elem);
		break;
	default:
		say("call %u\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\n",
		    BPF_FUNC_map_lookup_elem);
	}
	keep(nr);
}

static void maps(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY};

	u32 type = types[below(&dice, LEN(types))];

	begin();
	add_map(type, 4, 8, 4);
	fill(0, 128, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++)
		map_call(i);
	say("*(u64 *)(r10 - 24) = 0\nr1 = map_idx 1 ll\nr2 = func each ll\nr3 = r10\nr3 += -24\n");
	number(4, one_in(10) ? any64() : 0);
	call(BPF_FUNC_for_each_map_elem);
	say("r1 = *(u64 *)(r10 - 24)\n*(u64 *)(r6 + 496) = r1\n");
	end();
	/* A sum, whatever the order; of an array, whose order is known, until one. */
	say("each:\nr1 = *(u64 *)(r3 + 0)\nr2 = *(u32 *)(r2 + 0)\nr1 *= r2\n"
	    "r5 = *(u64 *)(r4 + 0)\nr5 += r1\n*(u64 *)(r4 + 0) = r5\nr0 = 0\n"
	    "if r2 != %u goto on\nr0 = 1\non:\nexit\n",
	    type == BPF_MAP_TYPE_ARRAY ? in(0, 6) : 77);
}

static void stack_like(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK};

	begin();
	add_map(types[in(0, 1)], 0, 8, 5);
	fill(0, 128, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++) {
		say("r1 = map_idx 1 ll\n");
		u32 what = in(0, 3);
		memory(2, what < 2 ? 8 * in(0, 9) : 128 + 8 * in(0, 9));
		number(3, one_in(10) ? any64() : 2 * in(0, 1));
		say("call %u\n", what < 2    ? BPF_FUNC_map_push_elem
				 : what == 2 ? BPF_FUNC_map_pop_elem
					     : BPF_FUNC_map_peek_elem);
		keep(i);
	}
	end();
}

/* ---- who runs: the thread is the same in both worlds ---- */

static void who_call(u32 nr)
{
	struct stat st;

	switch (in(0, 6)) {
	case 0:
		say("call %u\n", BPF_FUNC_get_current_pid_tgid);
		break;
	case 1:
		say("call %u\n", BPF_FUNC_get_current_uid_gid);
		break;
	case 2:
		say("call %u\n", BPF_FUNC_get_current_cgroup_id);
		break;
	case 3:
		number(1, one_in(8) ? (u32)any64() : in(0, 4));
		say("call %u\n", BPF_FUNC_get_current_ancestor_cgroup_id);
		break;
	case 4:
		memory(1, 0);
		number(2, in(1, 40));
		say("call %u\n", BPF_FUNC_get_current_comm);
		break;
	case 5:
		stat("/proc/self/ns/pid", &st);
		number(1, one_in(4) ? any64() : st.st_dev);
		number(2, one_in(4) ? any64() : st.st_ino);
		memory(3, 64);
		number(4, one_in(4) ? in(1, 16) : 8);
		say("call %u\n", BPF_FUNC_get_ns_current_pid_tgid);
		break;
	default:
		number(1, 65 + (u32)any64() % 1000000);
		say("call %u\n", one_in(2) ? BPF_FUNC_send_signal : BPF_FUNC_send_signal_thread);
	}
	keep(nr);
}

static void who(void)
{
	begin();
	fill(0, 128, "abc");
	for (u32 i = 0; i < CALLS; i++)
		who_call(i);
	end();
}

/* ---- perf events: a map that has none ---- */

static u64 event_flags(void)
{
	return one_in(4) ? any64() : one_in(3) ? BPF_F_CURRENT_CPU : in(0, 6);
}

static void events(void)
{
	begin();
	add_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 128);
	c.type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	fill(0, 64, "abc");
	for (u32 i = 0; i < CALLS; i++) {
		bool read = one_in(2);
		say(read ? "r1 = map_idx 1 ll\n" : "r1 = r8\n");
		if (read) {
			number(2, event_flags());
			memory(3, 8 * in(0, 4));
			number(4, one_in(3) ? in(1, 30) : 24);
		} else {
			say("r2 = map_idx 1 ll\n");
			number(3, event_flags());
			memory(4, 0);
			number(5, in(1, 60));
		}
		say("call %u\n",
		    read ? BPF_FUNC_perf_event_read_value : BPF_FUNC_perf_event_output);
		keep(i);
	}
	end();
}

/* ---- SYN cookies ---- */

/* A SYN at 0 and 40, its ACK at 120: what is told of the MSS, and that the cookie is good
 * or, when something was changed meanwhile, not. */
static void cookies(void)
{
	bool v6 = one_in(2), wrong = one_in(2);
	u32 options = 4 * in(0, 8), n = one_in(8) ? in(0, 60) : 20 + options;

	begin();
	c.type = BPF_PROG_TYPE_XDP;
	for (u32 i = 0; i < 60; i++)
		c.mem[i] = (u8)rnd(&dice);
	for (u32 i = 60; i < 100; i++)
		c.mem[i] = (u8[]){0, 1, 2, 2, 4, 3, 10, (u8)rnd(&dice)}[below(&dice, 8)];
	for (u32 i = 60; one_in(2) && i < 96;)
		memcpy(c.mem + i, (u8[]){2, 4, (u8)in(0, 40), (u8)rnd(&dice), 1}, 5), i += 5;
	c.mem[40 + 12] = (u8)((20 + options) / 4 << 4);
	memory(1, 0);
	memory(2, 40);
	number(3, n);
	call(v6 ? HELPERID_tcp_raw_gen_syncookie_ipv6 : HELPERID_tcp_raw_gen_syncookie_ipv4);
	say("r9 = r0\nr9 s>>= 32\n*(u64 *)(r6 + 400) = r9\n");
	say("r9 = *(u64 *)(r6 + 40)\n*(u64 *)(r6 + 120) = r9\n");
	say("r9 = *(u32 *)(r6 + 44)\nr9 = be32 r9\nr9 += %u\nr9 = be32 r9\n"
	    "*(u32 *)(r6 + 124) = r9\n",
	    wrong && one_in(3) ? 7 : 1);
	say("r0 += %u\nr0 = be32 r0\n*(u32 *)(r6 + 128) = r0\n",
	    wrong && one_in(2) ? in(2, 1 << 30) : 1);
	if (wrong && one_in(3))
		say("r9 = %u\n*(u8 *)(r6 + %u) = r9\n", c.mem[15] ^ 1, 15);
	memory(1, 0);
	memory(2, 120);
	call(v6 ? HELPERID_tcp_raw_check_syncookie_ipv6 : HELPERID_tcp_raw_check_syncookie_ipv4);
	say("r9 = 0\n*(u32 *)(r6 + 128) = r9\n");
	end();
}

/* No socket and no device is in a map. */
static void redirects(void)
{
	begin();
	c.type = BPF_PROG_TYPE_XDP;
	u32 i = add_map(BPF_MAP_TYPE_XSKMAP, 4, 4, in(1, 3));
	say("r1 = map_idx %u ll\n", i);
	number(2, one_in(4) ? any64() : in(0, 4));
	number(3, one_in(4) ? any64() : in(0, 9));
	call(BPF_FUNC_redirect_map);
	end();
}

static const struct family families[] = {
	{"strtol", strto},
	{"strncmp", compare_texts},
	{"snprintf", format},
	{"loop", loop},
	{"probe_read bad", read_memory},
	{"probe_read", read_text},
	{"csum_diff", checksum},
	{"dynptrs", dynptrs},
	{"ring buffers", rings},
	{"maps", maps},
	{"queues", stack_like},
	{"who runs", who},
	{"perf events", events},
	{"SYN cookies", cookies},
	{"redirect_map", redirects},
};

int main(int argc, char **argv) { return run_families(families, LEN(families), argc, argv); }
