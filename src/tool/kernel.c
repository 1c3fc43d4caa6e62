/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel as objects see it: /sys/kernel/btf/vmlinux, its configuration,
 * /proc/kallsyms. */
#include "tool/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/version.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "tool/expr.h"

enum { TYPES_MOST = 1 << 30, TEXT_MOST = 64 << 20 };

static const char types_path[] = "/sys/kernel/btf/vmlinux", modules_path[] = "/sys/kernel/btf";

struct ob_err *kernel_open(bool own, const char *types, struct kernel *ret)
{
	const char *path = types ? types : types_path;
	struct kernel k = {.own = own, .module_read = own || types};
	struct buf file = {0};
	struct elf e;
	struct ob_err *err = expr_read(path, TYPES_MOST, &file);
	struct bytes b = {(const u8 *)file.p, file.n};

	if (!err && elf_is(b)) {
		err = elf_open(b, &e);
		if (!err)
			b = elf_section(&e, elf_find(&e, ".BTF")).data;
	}
	if (!err)
		err = btf_read(b, NULL, &k.types);
	buf_deinit(&file);
	if (err && types)
		return err_at_file(err, path);
	if (err) {
		ob_err_destroy(err);
		err = own ? core_world(&k.types) : NULL;
	}
	if (!err)
		*ret = k;
	return err;
}

void kernel_close(struct kernel *k)
{
	for (u32 i = 0; i < k->modules; i++)
		btf_destroy(k->module[i]);
	free(k->module);
	btf_destroy(k->types);
	buf_deinit(&k->settings);
	buf_deinit(&k->symbols);
}

/* ---- modules ---- */

/* One whose types go on from other types than these is passed over. */
static void read_module(struct kernel *k, const char *name)
{
	char path[sizeof(modules_path) + NAME_MAX + 1];
	struct buf file = {0};
	struct btf **more = realloc(k->module, (k->modules + 1) * sizeof(*more));
	struct ob_err *err;

	if (!more)
		return;
	k->module = more;
	snprintf(path, sizeof(path), "%s/%s", modules_path, name);
	err = expr_read(path, TYPES_MOST, &file);
	if (!err)
		err = btf_read((struct bytes){(const u8 *)file.p, file.n}, k->types,
			       &more[k->modules]);
	if (!err)
		k->modules++;
	ob_err_destroy(err);
	buf_deinit(&file);
}

static void read_modules(struct kernel *k)
{
	DIR *dir = opendir(modules_path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.' && strcmp(e->d_name, "vmlinux") != 0)
			read_module(k, e->d_name);
	if (dir)
		closedir(dir);
}

static const struct btf *module_at(void *arg, u32 i)
{
	struct kernel *k = arg;

	if (!k->module_read)
		read_modules(k);
	k->module_read = true;
	return i < k->modules ? k->module[i] : NULL;
}

/* ---- settings ---- */

/* What gzip has not packed, zlib reads as it is. */
static void read_file(const char *path, struct buf *to)
{
	gzFile f = gzopen(path, "rbe");
	char part[1 << 15];
	int n;

	while (f && to->n < TEXT_MOST && (n = gzread(f, part, sizeof(part))) > 0)
		buf_add(to, part, (size_t)n);
	if (f)
		gzclose(f);
}

static void read_settings(struct kernel *k)
{
	char path[sizeof(struct utsname) + 16];
	struct utsname u;

	if (k->settings.n)
		return;
	read_file("/proc/config.gz", &k->settings);
	if (!k->settings.n && !uname(&u)) {
		snprintf(path, sizeof(path), "/boot/config-%s", u.release);
		read_file(path, &k->settings);
	}
	buf_puts(&k->settings, "\n"); /* read, even if there are none */
	for (size_t i = 0; i < k->settings.n && !k->settings.oom; i++)
		if (k->settings.p[i] == '\n')
			k->settings.p[i] = 0;
}

static u32 version(const struct kernel *k)
{
	u32 major = 6, minor = 18, patch = 0;
	struct utsname u;

	if (!k->own && !uname(&u))
		sscanf(u.release, "%u.%u.%u", &major, &minor, &patch);
	return KERNEL_VERSION(major, minor, MIN(patch, 255u));
}

static bool has_function(const struct kernel *k, const char *name)
{
	return k->types && btf_find(k->types, name, BTF_KIND_FUNC);
}

/* Those that no .config has, but objects ask for. */
static const char *made_up(struct kernel *k, const char *name)
{
	bool yes;

	if (!strcmp(name, "LINUX_KERNEL_VERSION")) {
		snprintf(k->text, sizeof(k->text), "%u", version(k));
		return k->text;
	}
	if (!strcmp(name, "LINUX_HAS_BPF_COOKIE"))
		yes = version(k) >= KERNEL_VERSION(5, 15, 0);
	else if (!strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER"))
		yes = k->types ? has_function(k, "__x64_sys_bpf") ||
					 has_function(k, "__arm64_sys_bpf")
			       : version(k) >= KERNEL_VERSION(4, 17, 0);
	else
		return NULL;
	return yes ? "y" : "n";
}

static const char *setting(void *arg, const char *name)
{
	struct kernel *k = arg;
	size_t n = strlen(name);

	if (!strncmp(name, "LINUX_", 6))
		return made_up(k, name);
	read_settings(k);
	if (k->settings.oom)
		return NULL;
	for (const char *s = k->settings.p, *end = s + k->settings.n; s < end; s += strlen(s) + 1)
		if (!strncmp(s, name, n) && s[n] == '=')
			return s + n + 1;
	return NULL;
}

/* ---- symbols ---- */

/* "ffffffff81000000 T name" or "... [module]"; zeros for who may not see them. */
static u64 address(void *arg, const char *symbol)
{
	struct kernel *k = arg;
	size_t n = strlen(symbol);

	if (!k->symbols.n) {
		read_file("/proc/kallsyms", &k->symbols);
		buf_puts(&k->symbols, "\n");
	}
	if (k->symbols.oom)
		return 0;
	for (const char *s = k->symbols.p; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		char *end;
		u64 at = strtoull(s, &end, 16);

		if (end > s && end[0] == ' ' && end[1] && end[2] == ' ' &&
		    !strncmp(end + 3, symbol, n) && strchr("\n\t ", end[3 + n]))
			return at;
	}
	return 0;
}

struct object_target kernel_target(struct kernel *k)
{
	return (struct object_target){.kernel = k->types,
				      .address = address,
				      .setting = setting,
				      .module = module_at,
				      .arg = k};
}
