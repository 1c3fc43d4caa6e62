/* SPDX-License-Identifier: BSD-2-Clause */
/* Some link types have headers in the byte order of the machine that captured
 * them. They are turned into ours in place, so that nobody above needs to
 * know; fields that are not wholly captured stay as they are. */
#include "pkt/priv.h"

struct span {
	u8 *p;
	u32 at, n;
};

/* Passes over n bytes, and reverses them. */
static bool skip(struct span *s, u32 n)
{
	if (s->n - s->at < n)
		return false;
	s->at += n;
	return true;
}

static bool turn(struct span *s, u32 n)
{
	u8 *p = s->p + s->at;

	if (!skip(s, n))
		return false;
	for (u32 i = 0; i < n / 2; i++) {
		u8 t = p[i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
	return true;
}

/* Each digit is a field to turn, each letter a gap: a is one byte, b two. */
static bool turn_all(struct span *s, const char *fields)
{
	for (; *fields; fields++) {
		bool gap = *fields >= 'a';
		if (gap ? !skip(s, (u32)(*fields - 'a' + 1)) : !turn(s, (u32)(*fields - '0')))
			return false;
	}
	return true;
}

/* id, 4 bytes, bus, 2 bytes, seconds, microseconds, status, lengths; then the
 * set-up packet, or two words of an isochronous transfer. */
static bool usb(struct span *s)
{
	bool iso = s->n > 9 && s->p[9] == 0;

	return turn_all(s, "8d2b84444") && turn_all(s, iso ? "44" : "h");
}

/* Four words more, of which the last counts the descriptors behind. */
static void usb_mapped(struct span *s)
{
	if (!usb(s) || !turn_all(s, "4444") || s->p[9] != 0)
		return;
	u32 n = get_le32(s->p + s->at - 4);
	while (n-- && turn_all(s, "444d"))
		;
}

/* 4 bytes, then length (of all) and type, and data, padded to 4. */
static void nflog(struct span *s)
{
	if (!skip(s, 4) || s->p[1] != 0)
		return;
	while (s->n - s->at >= 4 && turn_all(s, "22")) {
		u32 n = (get_le16(s->p + s->at - 4) + 3u) & ~3u;
		if (n < 4 || !skip(s, n - 4))
			return;
	}
}

/* The identifier of CAN behind a cooked header of n bytes. */
static void can(struct span *s, u32 n, u32 protocol)
{
	if (s->n >= n && (get_be16(s->p + protocol) | 1) == 0x0d && skip(s, n))
		turn(s, 4);
}

void swap_headers(u32 linktype, u8 *p, u32 n)
{
	struct span s = {p, 0, n};

	switch (linktype) {
	case 0:   /* NULL */
	case 109: /* ENC */
		turn(&s, 4);
		break;
	case 113: /* LINUX_SLL */
		can(&s, 16, 14);
		break;
	case 276: /* LINUX_SLL2 */
		can(&s, 20, 0);
		break;
	case 189: /* USB_LINUX */
		usb(&s);
		break;
	case 220: /* USB_LINUX_MMAPPED */
		usb_mapped(&s);
		break;
	case 239: /* NFLOG */
		nflog(&s);
		break;
	}
}
