/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose clock gives packets their times: the host's, or the adapter's. */
#include "tap/priv.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a driver must be able to do, and what the socket asks of it. */
static const u32 needs[TAP_CLOCKS] = {
	[TAP_ADAPTER] = SOF_TIMESTAMPING_SYS_HARDWARE,
	[TAP_ADAPTER_UNSYNCED] = SOF_TIMESTAMPING_RAW_HARDWARE,
};
static const char *const names[TAP_CLOCKS] = {"host", "adapter", "adapter_unsynced"};

static u32 abilities(const struct tap_iface *i)
{
	struct ethtool_ts_info info = {.cmd = ETHTOOL_GET_TS_INFO};
	struct ifreq r = {.ifr_data = (void *)&info};
	int fd = i->index ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	memcpy(r.ifr_name, i->name, sizeof(r.ifr_name) - 1);
	bool known = fd >= 0 && ioctl(fd, SIOCETHTOOL, &r) == 0;
	if (fd >= 0)
		close(fd);
	return known ? info.so_timestamping : 0;
}

u32 tap_clocks(const struct tap_iface *i)
{
	u32 can = abilities(i), set = 1u << TAP_HOST;

	for (u32 c = TAP_ADAPTER; c < TAP_CLOCKS; c++)
		if (can & needs[c])
			set |= 1u << c;
	return set;
}

struct ob_err *clock_set(int fd, const struct tap_iface *i, enum tap_clock clock)
{
	struct hwtstamp_config how = {.tx_type = HWTSTAMP_TX_OFF, .rx_filter = HWTSTAMP_FILTER_ALL};
	struct ifreq r = {.ifr_data = (void *)&how};
	u32 ask = needs[clock];

	if (clock == TAP_HOST)
		return NULL;
	if (!(tap_clocks(i) >> clock & 1))
		return err_hint(
			err_new(OB_UNSUPPORTED, "%s has no clock \"%s\"", i->name, names[clock]),
			"those it has: -J -i %s", i->name);
	memcpy(r.ifr_name, i->name, sizeof(r.ifr_name) - 1);
	if (ioctl(fd, SIOCSHWTSTAMP, &r) < 0) {
		struct ob_err *err = err_sys(errno, "cannot switch on the clock of %s", i->name);

		return ob_err_code(err) == OB_PERM
			       ? err_note(err, "this needs the capability CAP_NET_ADMIN")
			       : err;
	}
	if (setsockopt(fd, SOL_PACKET, PACKET_TIMESTAMP, &ask, sizeof(ask)) < 0)
		return err_sys(errno, "cannot take the times of %s", i->name);
	return NULL;
}
