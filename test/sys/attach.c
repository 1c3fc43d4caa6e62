/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaching through doors that have less than this kernel, as older ones: no links, no
 * unit for probes. What was attached must count, and be gone afterwards. In a network
 * namespace of its own. */
#include "isa/bpf.h"
#include "prog/object.h"
#include "sys/attach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed;

static void check(bool ok, const char *name, const char *why)
{
	failed |= !ok;
	printf(ok ? "ok %s\n" : "FAIL %s: %s\n", name, why);
}

static const char *text_of(struct ob_err *err)
{
	static char text[2048];
	FILE *f = fmemopen(text, sizeof(text), "w");

	text[0] = 0;
	if (err)
		ob_err_print(err, f);
	fclose(f);
	ob_err_destroy(err);
	return text;
}

/* ---- doors ---- */

static bool said_link;

/* Linux 4.19: no links at all. */
static int no_links(int cmd, union bpf_attr *a, unsigned size)
{
	said_link |= cmd == BPF_LINK_CREATE;
	return cmd == BPF_LINK_CREATE ? -EINVAL : sys_door_linux.bpf(cmd, a, size);
}

static int no_units(const char *unit, const char *file)
{
	(void)unit, (void)file;
	return -1;
}

/* ---- an object of one program, which counts ---- */

struct sample {
	struct object o;
	struct object_map map;
	struct object_program prog;
	u8 zero[8];
};

static bool make(struct sample *s, const char *section, u32 result)
{
	const struct section_row *row = section_find(section, strlen(section));
	const char *slash = strchr(section + strlen(row->prefix), '/');
	char text[512];
	struct prog *p;

	snprintf(text, sizeof(text),
		 "r1 = map_idx_value 0 ll\nr2 = 1\nlock *(u64 *)(r1 + 0) += r2\nr0 = %d\nexit\n",
		 (s32)result);
	struct ob_err *err = prog_assemble("counts", text, strlen(text), &p);
	if (err) {
		printf("%s", text_of(err));
		return false;
	}
	*s = (struct sample){
		.map = {.kind = OBJECT_DATA,
			.name = ".bss",
			.shape = {.type = MAPTYPE_ARRAY,
				  .key_size = 4,
				  .value_size = 8,
				  .max_entries = 1},
			.inner = -1},
		.prog = {.name = "counts",
			 .section = section,
			 .target = slash ? slash + 1 : "",
			 .kind = row,
			 .type = row->type,
			 .attach = row->attach,
			 .prog = p},
	};
	s->map.data = s->zero;
	s->o = (struct object){.name = "sample",
			       .license = "GPL",
			       .prog = &s->prog,
			       .progs = 1,
			       .map = &s->map,
			       .maps = 1};
	return true;
}

static u64 count(const struct sys_loaded *l)
{
	u32 key = 0;
	u64 value = 0;
	union bpf_attr a = {.map_fd = (u32)l->map[0],
			    .key = (u64)(uintptr_t)&key,
			    .value = (u64)(uintptr_t)&value};

	l->door->bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a));
	return value;
}

/* ---- what is counted ---- */

__attribute__((noinline)) void attach_victim(void);
void attach_victim(void) { __asm__ volatile("nop; nop; nop; nop"); }

static void call(void)
{
	for (u32 i = 0; i < 5; i++)
		attach_victim();
}

/* Five datagrams to this machine. */
static void send_packets(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	r = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(r, (struct sockaddr *)&to, sizeof(to));
	for (u32 i = 0; i < 5; i++)
		sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	close(s);
	close(r);
}

/* Attached by that way (NULL: any) it counts five of them, and none when it was detached. */
static void counts(const char *name, const struct sys_door *d, const char *section, u32 result,
		   const char *how, void (*work)(void))
{
	const struct sys_attach_opts opts = {.interface = "lo"};
	struct sys_link *link = NULL;
	struct sys_loaded *l = NULL;
	char why[200];
	struct sample s;

	said_link = false;
	if (!make(&s, section, result)) {
		failed = 1;
		return;
	}
	struct ob_err *err = sys_load(&s.o, &(struct sys_load_opts){.door = d}, &l);
	if (!err)
		err = sys_attach(l, 0, &opts, &link);
	if (err) {
		check(false, name, text_of(err));
	} else {
		work();
		u64 n = count(l);
		bool by = !how || !strcmp(link->how, how);
		snprintf(why, sizeof(why), "%llu of 5, by %s", (unsigned long long)n, link->how);
		sys_link_close(link);
		work();
		if (n == 5 && by && count(l) != n)
			snprintf(why, sizeof(why), "it still counts when it is detached");
		check(n == 5 && by && count(l) == n, name, why);
	}
	sys_loaded_close(l);
	prog_destroy(s.prog.prog);
}

static void fails(const char *name, const struct sys_door *d, const char *section, const char *want)
{
	const struct sys_attach_opts opts = {.interface = "lo"};
	struct sys_link *link = NULL;
	struct sys_loaded *l = NULL;
	const char *text = "";
	struct sample s;

	if (!make(&s, section, 0)) {
		failed = 1;
		return;
	}
	struct ob_err *err = sys_load(&s.o, &(struct sys_load_opts){.door = d}, &l);
	if (!err)
		err = sys_attach(l, 0, &opts, &link);
	text = text_of(err);
	check(strstr(text, want), name, text);
	sys_link_close(link);
	sys_loaded_close(l);
	prog_destroy(s.prog.prog);
}

/* ---- a kprobe's program at a function by its types ---- */

static struct btf *kernel_types(void)
{
	static u8 bytes[64 << 20];
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "re");
	size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	struct btf *b = NULL;

	if (f)
		fclose(f);
	ob_err_destroy(btf_read((struct bytes){bytes, n}, NULL, &b));
	return b;
}

/* What becomes of a program in the place of a kprobe: NULL, or what it says. */
static const char *in_its_place(const struct btf *types, const char *code, bool *counted)
{
	struct sys_link link = {0};
	struct sys_loaded *l = NULL;
	struct sample s;

	if (!make(&s, "kprobe/__x64_sys_getpgid", 0))
		return "no program";
	prog_destroy(s.prog.prog);
	struct ob_err *err = prog_assemble("counts", code, strlen(code), &s.prog.prog);
	if (!err)
		err = sys_load(&s.o, &(struct sys_load_opts){&sys_door_linux, types, NULL}, &l);
	if (!err) {
		const struct attach a = {l, &s.prog, NULL, l->door, l->prog[0]};

		err = attach_by_types(&a, "__x64_sys_getpgid", false,
				      err_new(OB_UNSUPPORTED, "no kprobes"), &link);
	}
	(void)!getpgid(0);
	*counted = !err && count(l) > 0;
	while (link.n)
		close(link.fd[--link.n]);
	free(link.fd);
	sys_loaded_close(l);
	prog_destroy(s.prog.prog);
	return err ? text_of(err) : NULL;
}

static void by_types(void)
{
#define COUNT "r1 = map_idx_value 0 ll\nr2 = 1\nlock *(u64 *)(r1 + 0) += r2\n"
#define SPILL "*(u64 *)(r10 - 8) = r1\nr1 = *(u64 *)(r10 - 8)\n"
	static const char *const reads[] = {
		"r0 = *(u64 *)(r1 + 8)\nr0 = 0\nexit\n",
		"r6 = r1\n" COUNT "if r2 == 3 goto +1\nr2 = *(u64 *)(r6 + 8)\nr0 = 0\nexit\n",
		"r3 = r1\nr1 = 0\nr0 = *(u64 *)(r3 + 8)\nr0 = 0\nexit\n",
		SPILL "r0 = *(u64 *)(r1 + 8)\nr0 = 0\nexit\n",
		"call f\nr0 = 0\nexit\nf: r0 = *(u64 *)(r1 + 8)\nexit\n"};
	struct btf *types = kernel_types();
	bool counted;

	if (!types) {
		printf("skip by types: the kernel does not tell them\n");
		return;
	}
	for (u32 i = 0; i < LEN(reads); i++) {
		char name[40];
		const char *said = in_its_place(types, reads[i], &counted);

		snprintf(name, sizeof(name), "by types: context read, %u", i);
		check(said && strstr(said, "it reads its context"), name, said ? said : "attached");
	}
	const char *said = in_its_place(types,
					"r6 = r1\n" COUNT "r6 = r2\nr1 = r10\n"
					"*(u64 *)(r1 - 8) = r2\nr0 = 0\nexit\n",
					&counted);
	if (said && strstr(said, "by the function's types"))
		printf("skip by types: this kernel has no fentry\n");
	else
		check(!said && counted, "by types: context not read", said ? said : "not counted");
	btf_destroy(types);
}

/* ---- where ---- */

static bool lo_is_up(void)
{
	struct ifreq r = {.ifr_name = "lo"};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0 || ioctl(s, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags |= IFF_UP;
	bool up = !ioctl(s, SIOCSIFFLAGS, &r);
	close(s);
	return up;
}

static bool kernel_permits(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	int fd = geteuid() ? -1 : sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool tracefs_has_ours(void)
{
	FILE *f = fopen("/sys/kernel/tracing/uprobe_events", "re");
	char line[512], name[64];
	bool has = false;

	snprintf(name, sizeof(name), "onebpf/p%d_", (int)getpid());
	while (f && fgets(line, sizeof(line), f))
		has |= strstr(line, name) != NULL;
	if (f)
		fclose(f);
	return has;
}

static bool has_cgroup(void)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[512];
	bool has = false;

	while (f && fgets(line, sizeof(line), f))
		has |= strstr(line, " cgroup2 ") != NULL;
	if (f)
		fclose(f);
	return has;
}

int main(void)
{
	struct sys_door old = sys_door_linux, older;
	char self[300], section[400];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	old.bpf = no_links;
	older = old;
	older.unit = no_units;
	if (!kernel_permits()) {
		printf("skip attaching: the kernel's bpf() is not permitted\n");
		return 0;
	}
	self[MAX(n, 0)] = 0;
	snprintf(section, sizeof(section), "uprobe/%s:attach_victim", self);
	counts("a function", &sys_door_linux, section, 0, "link", call);
	counts("a function without links", &old, section, 0, "perf event", call);
	if (!access("/sys/kernel/tracing/uprobe_events", W_OK)) {
		counts("a function without a unit for it", &older, section, 0, "tracefs", call);
		check(!tracefs_has_ours(), "tracefs is left as it was",
		      "an event of ours is there");
	} else {
		printf("skip a function without a unit for it: no uprobe_events in tracefs\n");
	}
	fails("no kprobe at all", &older, "kprobe/no_such_function_here",
	      access("/sys/kernel/tracing/kprobe_events", W_OK) ? "cannot probe functions"
								: "has no function");
	by_types();
	if (unshare(CLONE_NEWNET) || !lo_is_up()) {
		printf("skip packets: no network namespace of its own\n");
		return failed;
	}
	counts("xdp", &sys_door_linux, "xdp", XDP_PASS, "link", send_packets);
	counts("xdp without links", &old, "xdp", XDP_PASS, "netlink", send_packets);
	counts("ingress", &sys_door_linux, "tc/ingress", (u32)-1, NULL, send_packets);
	counts("ingress without links", &old, "tc/ingress", (u32)-1, "netlink", send_packets);
	counts("egress without links", &old, "tc/egress", (u32)-1, "netlink", send_packets);
	if (has_cgroup()) {
		counts("a cgroup", &sys_door_linux, "cgroup/sendmsg4", 1, "link", send_packets);
		counts("a cgroup without links", &old, "cgroup/sendmsg4", 1, "cgroup",
		       send_packets);
	} else {
		printf("skip a cgroup: none of version 2 is mounted\n");
	}
	check(said_link, "links were tried first", "they were not");
	return failed;
}
