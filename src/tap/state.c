/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces that go down, come up again, or are removed while they are captured. */
#include "tap/priv.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* It may have got another name meanwhile. */
static enum tap_state look(const struct source *s)
{
	struct ifreq r = {.ifr_ifindex = (int)s->s.iface.index};
	int fd = s->ring->fd;

	if (!s->s.iface.index)
		return TAP_UP;
	if (ioctl(fd, SIOCGIFNAME, &r) < 0 || ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		return TAP_GONE;
	return r.ifr_flags & IFF_UP ? TAP_UP : TAP_DOWN;
}

struct ob_err *state_failed(struct ring *r, int failed)
{
	socklen_t size = sizeof(failed);

	if (!failed && getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
		failed = errno;
	if (failed && failed != ENETDOWN)
		return err_sys(failed, "cannot receive from %s", r->source->s.iface.name);
	if (failed && r->source->s.state == TAP_UP) /* it may be up again by now */
		r->source->s.state = MAX(look(r->source), TAP_DOWN);
	return NULL;
}

struct ob_err *state_look(struct tap *t)
{
	const struct source *last = NULL;
	u32 gone = 0;

	for (u32 i = 0; i < t->sources; i++) {
		struct source *s = t->source[i];

		if (s->s.state == TAP_DOWN)
			s->s.state = look(s);
		if (s->s.state == TAP_GONE) {
			gone++;
			last = s;
		}
	}
	if (!gone || gone < t->sources)
		return NULL;
	/* What has gone may still have packets in its rings. */
	for (u32 i = 0; i < t->rings; i++)
		if (ring_peek(t->ring[i]) || ring_filling(t->ring[i]))
			return NULL;
	return err_new(OB_IO, "interface %s has gone", last->s.iface.name);
}

const struct tap_source *tap_changed(struct tap *t)
{
	for (u32 i = 0; i < t->sources; i++) {
		struct source *s = t->source[i];

		if (s->told_state == s->s.state)
			continue;
		s->told_state = s->s.state;
		return &s->s;
	}
	return NULL;
}
