/* SPDX-License-Identifier: BSD-2-Clause */
/* Network interfaces, by name and by number. */
#include "tap/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void fill(struct tap_iface *to, const char *name, u32 index, int fd)
{
	struct ifreq r = {0};

	*to = (struct tap_iface){.index = index};
	snprintf(to->name, sizeof(to->name), "%s", name);
	memcpy(r.ifr_name, to->name, sizeof(r.ifr_name) - 1);
	if (!index) {
		to->up = to->running = true;
	} else if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0) {
		to->up = r.ifr_flags & IFF_UP;
		to->running = r.ifr_flags & IFF_RUNNING;
		to->loopback = r.ifr_flags & IFF_LOOPBACK;
	}
}

/* Those that carry packets first, the loopback among the last; "any" after the
 * first group. */
static int rank(const struct tap_iface *i)
{
	return (i->up && i->running ? 0 : 4) + (i->loopback ? 2 : 0) + (i->index ? 0 : 1);
}

static int by_rank(const void *a, const void *b)
{
	const struct tap_iface *x = a, *y = b;
	int d = rank(x) - rank(y);

	return d ? d : x->index < y->index ? -1 : x->index > y->index;
}

struct ob_err *tap_ifaces(struct tap_iface **ret, u32 *n)
{
	struct if_nameindex *all = if_nameindex();
	u32 count = 0;

	if (!all)
		return err_sys(errno, "cannot list the network interfaces");
	while (all[count].if_index)
		count++;
	struct tap_iface *list = calloc(count + 1, sizeof(*list));
	if (!list) {
		if_freenameindex(all);
		return err_nomem();
	}
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (u32 i = 0; i < count; i++)
		fill(&list[i], all[i].if_name, all[i].if_index, fd);
	fill(&list[count++], "any", 0, fd);
	if (fd >= 0)
		close(fd);
	if_freenameindex(all);
	qsort(list, count, sizeof(*list), by_rank);
	*ret = list;
	*n = count;
	return NULL;
}

static struct ob_err *unknown(const char *name, const struct tap_iface *list, u32 n)
{
	struct ob_err *err = err_new(OB_NAME, "no interface \"%s\"", name);
	const char **names = calloc(n + 1, sizeof(*names));
	struct buf all = {0};

	for (u32 i = 0; names && i < n; i++)
		names[i] = list[i].name;
	const char *near = names ? word_nearest(name, names) : NULL;
	free(names);
	if (near)
		return err_hint(err, "did you mean %s?", near);
	for (u32 i = 0; i < n; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", list[i].name);
	err = err_hint(err, "there are: %s", all.p);
	buf_deinit(&all);
	return err;
}

struct ob_err *tap_iface_find(const char *name, struct tap_iface *ret)
{
	struct tap_iface *list;
	u32 n, nr = 0;

	struct ob_err *err = tap_ifaces(&list, &n);
	if (err)
		return err;
	if (*name && strspn(name, "0123456789") == strlen(name))
		nr = (u32)strtoul(name, NULL, 10);
	u32 i = 0;
	while (i < n && strcmp(list[i].name, name) != 0)
		i++;
	if (i == n && nr >= 1 && nr <= n)
		i = nr - 1;
	if (i < n)
		*ret = list[i];
	else
		err = unknown(name, list, n);
	free(list);
	return err;
}

static u32 linktype_of(u16 hatype)
{
	switch (hatype) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return LINK_ETHERNET;
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
		return LINK_RAW;
	case ARPHRD_IEEE80211:
		return LINK_802_11;
	case ARPHRD_IEEE80211_RADIOTAP:
		return LINK_RADIOTAP;
	default:
		return LINK_SLL2;
	}
}

/* Asks the kernel about an interface; any socket will do. */
static int ask(const struct tap_iface *i, unsigned long what, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*r = (struct ifreq){0};
	memcpy(r->ifr_name, i->name, sizeof(r->ifr_name) - 1);
	int failed = fd < 0 || ioctl(fd, what, r) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return failed;
}

struct ob_err *tap_iface_linktype(const struct tap_iface *i, u32 *ret)
{
	struct ifreq r;
	int failed = i->index ? ask(i, SIOCGIFHWADDR, &r) : 0;

	if (failed)
		return err_sys(failed, "cannot ask %s for its type", i->name);
	*ret = i->index ? linktype_of(r.ifr_hwaddr.sa_family) : LINK_SLL2;
	return NULL;
}

bool tap_iface_netmask(const struct tap_iface *i, u32 *ret)
{
	struct ifreq r;

	if (!i->index || ask(i, SIOCGIFNETMASK, &r) != 0)
		return false;
	*ret = ntohl(((const struct sockaddr_in *)&r.ifr_netmask)->sin_addr.s_addr);
	return true;
}
