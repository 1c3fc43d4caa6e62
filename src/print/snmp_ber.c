/* SPDX-License-Identifier: BSD-2-Clause */
/* BER elements, X.690, read and printed. */
#include "print/snmp.h"

enum { UNIVERSAL, APPLICATION, CONTEXT, PRIVATE, CONSTRUCTED = 0x20 };

static const char *const universal[] = {
	"U-0", "Boolean", "Integer", "Bitstring", "String", "Null", "ObjID", "ObjectDes", "U-8",
	"U-9", "U-10",    "U-11",    "U-12",      "U-13",   "U-14", "U-15",  "Sequence",  "Set",
};
static const char *const application[] = {"IpAddress", "Counter", "Gauge",    "TimeTicks",
					  "Opaque",    "C-5",     "Counter64"};
static const char *const context[] = {"GetRequest", "GetNextRequest", "GetResponse",
				      "SetRequest", "Trap",           "GetBulk",
				      "Inform",     "V2Trap",         "Report"};
static const char *const private[] = {"P-0"};

static const struct {
	const char *const *names;
	u32 n;
} classes[] = {
	{universal, LEN(universal)},
	{application, LEN(application)},
	{context, LEN(context)},
	{private, LEN(private)},
};

const char *snmp_pdu_name(u8 id) { return id < LEN(context) ? context[id] : ""; }

static s64 number(struct print_state *s, struct pdu d, const struct ber *e, bool is_signed)
{
	s64 v = is_signed && (pdu_u8(s, d, e->off) & 0x80) ? -1 : 0;

	for (u32 i = 0; i < e->n; i++)
		v = (s64)((u64)v << 8 | pdu_u8(s, d, e->off + i));
	return v;
}

static void primitive(struct print_state *s, struct pdu d, u8 class, u8 id, struct ber *e)
{
	static const u8 plain[] = {[2] = BER_INT, [4] = BER_STR, [5] = BER_NULL, [6] = BER_OID};

	e->kind = BER_OCTET;
	if (class == UNIVERSAL && id < LEN(plain) && plain[id]) {
		e->kind = plain[id];
		if (e->kind == BER_INT && e->n)
			e->v = (s32)number(s, d, e, true);
	} else if (class == APPLICATION && id == 0) {
		e->kind = BER_ADDRESS;
	} else if (class == APPLICATION && id < 4) {
		e->kind = BER_UNSIGNED;
		e->v = (u32)number(s, d, e, false);
	} else if (class == APPLICATION && id == 6) {
		e->kind = BER_UNSIGNED64;
		e->v = number(s, d, e, false);
	} else if (class == CONTEXT) {
		e->kind = id < 3 ? BER_NO_OBJECT + id : BER_ANY;
	} else {
		put_f(s, "[P/%c/%s]", "UAxx"[class], classes[class].names[id]);
	}
}

static void constructed(struct print_state *s, u8 class, u8 id, struct ber *e)
{
	e->kind = BER_OCTET;
	if (class == UNIVERSAL && id == 16)
		e->kind = BER_SEQ;
	else if (class == CONTEXT)
		e->kind = BER_PDU;
	else
		put_f(s, "C/%c/%s", class == UNIVERSAL ? 'U' : 'x', classes[class].names[id]);
}

/* An identifier of 31 goes on in the bytes that follow. */
static int long_id(struct print_state *s, struct pdu d, u32 *off, u32 *left, u32 *id)
{
	*id = 0;
	for (;;) {
		if (!*left) {
			say(s, "[Xtagfield?]");
			return -1;
		}
		u8 b = pdu_u8(s, d, *off);
		*id = *id << 7 | (b & 0x7f);
		++*off;
		--*left;
		if (!(b & 0x80))
			return 0;
	}
}

static int length(struct print_state *s, struct pdu d, u32 *off, u32 *left, u32 *n)
{
	u32 bytes = pdu_u8(s, d, *off);

	++*off;
	--*left;
	*n = bytes;
	if (!(bytes & 0x80))
		return 0;
	bytes &= 0x7f;
	if (*left < bytes) {
		say(s, "[asnlen? ");
		put_f(s, "%u<%u]", *left, bytes);
		return -1;
	}
	*n = 0;
	for (; bytes; bytes--, ++*off, --*left)
		*n = *n << 8 | pdu_u8(s, d, *off);
	return 0;
}

int ber_parse(struct print_state *s, struct pdu d, u32 off, u32 left, struct ber *e)
{
	u32 start = off, id;

	*e = (struct ber){.kind = BER_ANY};
	if (!left) {
		say(s, "[nothing to parse]");
		return -1;
	}
	u8 head = pdu_u8(s, d, off), class = head >> 6;
	id = head & 0x1f;
	off++;
	left--;
	if (id == 0x1f && long_id(s, d, &off, &left, &id))
		return -1;
	if (!left) {
		say(s, "[no asnlen]");
		return -1;
	}
	if (length(s, d, &off, &left, &e->n))
		return -1;
	if (left < e->n) {
		put_f(s, "[len%u<asnlen%u]", left, e->n);
		return -1;
	}
	pdu_need(s, d, off, e->n);
	e->off = off;
	if (id >= classes[class].n) {
		put_f(s, "[id?%c/x/%u]", head & CONSTRUCTED ? 'C' : 'P', id);
		return -1;
	}
	e->id = (u8)id;
	if (head & CONSTRUCTED) {
		constructed(s, class, e->id, e);
	} else if (class == UNIVERSAL && id == 2 && !e->n) {
		say(s, "[asnlen=0]");
		return -1;
	} else {
		primitive(s, d, class, e->id, e);
	}
	return (int)(off - start + e->n);
}

static void put_oid(struct print_state *s, struct pdu d, const struct ber *e)
{
	u32 v = 0;
	bool first = true;

	for (u32 i = 0; i < e->n; i++) {
		u8 b = pdu_u8(s, d, e->off + i);

		v = v << 7 | (b & 0x7f);
		if (b & 0x80)
			continue;
		if (first && v / 40 < 3)
			put_f(s, ".%u.%u", v / 40, v % 40);
		else if (first)
			put_f(s, ".2.%u", v - 80);
		else
			put_f(s, ".%u", v);
		first = false;
		v = 0;
	}
}

static void put_octets(struct print_state *s, struct pdu d, const struct ber *e)
{
	for (u32 i = 0; i < e->n; i++)
		put_f(s, "_%.2x", pdu_u8(s, d, e->off + i));
}

void ber_put_string(struct print_state *s, struct pdu d, const struct ber *e)
{
	const u8 *p = pdu_need(s, d, e->off, e->n);
	bool text = true;

	for (u32 i = 0; i < e->n && text; i++)
		text = p[i] >= ' ' && p[i] < 0x7f;
	if (text) {
		put_c(s, '"');
		put(s, (const char *)p, e->n);
		put_c(s, '"');
		return;
	}
	for (u32 i = 0; i < e->n; i++)
		put_f(s, i ? "_%.2x" : "%.2x", p[i]);
}

static void put_address(struct print_state *s, struct pdu d, const struct ber *e)
{
	if (e->n != 4)
		say(s, "[inetaddr len!=4]");
	for (u32 i = 0; i < e->n; i++)
		put_f(s, i ? ".%u" : "%u", pdu_u8(s, d, e->off + i));
}

void ber_print(struct print_state *s, struct pdu d, const struct ber *e)
{
	switch (e->kind) {
	case BER_OCTET:
		put_octets(s, d, e);
		break;
	case BER_OID:
		put_oid(s, d, e);
		break;
	case BER_INT:
		put_f(s, "%d", (s32)e->v);
		break;
	case BER_STR:
		ber_put_string(s, d, e);
		break;
	case BER_SEQ:
		put_f(s, "Seq(%u)", e->n);
		break;
	case BER_ADDRESS:
		put_address(s, d, e);
		break;
	case BER_UNSIGNED:
		put_u(s, (u32)e->v);
		break;
	case BER_UNSIGNED64:
		put_f(s, "%llu", (unsigned long long)e->v);
		break;
	case BER_PDU:
		put_f(s, "%s(%u)", snmp_pdu_name(e->id), e->n);
		break;
	case BER_NO_OBJECT:
		say(s, "[noSuchObject]");
		break;
	case BER_NO_INSTANCE:
		say(s, "[noSuchInstance]");
		break;
	case BER_END_OF_VIEW:
		say(s, "[endOfMibView]");
		break;
	case BER_ANY:
		say(s, "[BE_ANY!?]");
		break;
	}
}
