/* SPDX-License-Identifier: BSD-2-Clause */
/* SNMP, versions 1, 2c and 3: RFC 1157, 3416, 3412, 3414. */
#include "print/snmp.h"

enum { GET, GET_NEXT, RESPONSE, SET, TRAP, GET_BULK, INFORM, TRAP2, REPORT };
enum { V1 = 0, V2C = 1, V3 = 3 };

/* A walk through the elements of one. */
struct walk {
	struct pdu d;
	u32 off, left;
};

/* The next element, of this kind; else says what was missing, and false. */
static bool next(struct print_state *s, struct walk *w, u8 kind, const char *missing, struct ber *e)
{
	int n = ber_parse(s, w->d, w->off, w->left, e);

	if (n < 0)
		return false;
	if (e->kind != kind) {
		put_f(s, "[%s]", missing);
		ber_print(s, w->d, e);
		return false;
	}
	w->off += (u32)n;
	w->left -= (u32)n;
	return true;
}

static struct walk into(const struct walk *w, const struct ber *e)
{
	return (struct walk){w->d, e->off, e->n};
}

static void extra(struct print_state *s, const struct walk *w, const char *after)
{
	if (w->left)
		put_f(s, "[%u extra after %s]", w->left, after);
}

static bool varbind(struct print_state *s, struct walk v, u8 pdu)
{
	struct ber e;

	if (!next(s, &v, BER_OID, "objName!=OID", &e))
		return false;
	ber_print(s, v.d, &e);
	if (pdu != GET && pdu != GET_NEXT && pdu != GET_BULK)
		put_c(s, '=');
	int n = ber_parse(s, v.d, v.off, v.left, &e);
	if (n < 0)
		return false;
	if (pdu == GET || pdu == GET_NEXT || pdu == GET_BULK) {
		if (e.kind == BER_NULL)
			return true;
		say(s, "[objVal!=NULL]");
	}
	if (e.kind != BER_NULL)
		ber_print(s, v.d, &e);
	return true;
}

static void varbinds(struct print_state *s, struct walk w, u8 pdu)
{
	struct ber e;

	if (!next(s, &w, BER_SEQ, "!SEQ of varbind", &e))
		return;
	extra(s, &w, "SEQ of varbind");
	w = into(&w, &e);
	while (w.left) {
		put_c(s, ' ');
		if (!next(s, &w, BER_SEQ, "!varbind", &e))
			return;
		if (!varbind(s, into(&w, &e), pdu))
			return;
	}
}

static const char *error_name(u32 v)
{
	static const char *const names[] = {
		"noError",
		"tooBig",
		"noSuchName",
		"badValue",
		"readOnly",
		"genErr",
		"noAccess",
		"wrongType",
		"wrongLength",
		"wrongEncoding",
		"wrongValue",
		"noCreation",
		"inconsistentValue",
		"resourceUnavailable",
		"commitFailed",
		"undoFailed",
		"authorizationError",
		"notWritable",
		"inconsistentName",
	};

	return v < LEN(names) ? names[v] : NULL;
}

static void put_error(struct print_state *s, s32 v)
{
	const char *name = error_name((u32)v);

	if (name)
		put_s(s, name);
	else
		put_f(s, "err=%u", (u32)v);
}

static void request(struct print_state *s, struct walk w, u8 pdu)
{
	struct ber e;
	s32 status;

	if (!next(s, &w, BER_INT, "reqId!=INT", &e))
		return;
	if (s->opt.verbose)
		put_f(s, "R=%d ", (s32)e.v);
	if (!next(s, &w, BER_INT, "errorStatus!=INT", &e))
		return;
	status = (s32)e.v;
	bool asks = pdu == GET || pdu == GET_NEXT || pdu == SET || pdu == INFORM || pdu == TRAP2 ||
		    pdu == REPORT;
	if (asks && status) {
		say(s, "[errorStatus(");
		put_error(s, status);
		say(s, ")!=0]");
	} else if (pdu == GET_BULK) {
		put_f(s, " N=%d", status);
	} else if (status) {
		put_c(s, ' ');
		put_error(s, status);
	}
	if (!next(s, &w, BER_INT, "errorIndex!=INT", &e))
		return;
	if (asks && e.v)
		put_f(s, "[errorIndex(%d)!=0]", (s32)e.v);
	else if (pdu == GET_BULK)
		put_f(s, " M=%d", (s32)e.v);
	else if (!asks && e.v && !status)
		put_f(s, "[errorIndex(%d) w/o errorStatus]", (s32)e.v);
	else if (!asks && e.v)
		put_f(s, "@%d", (s32)e.v);
	else if (!asks && status)
		say(s, "[errorIndex==0]");
	if (w.left)
		varbinds(s, w, pdu);
}

static void trap(struct print_state *s, struct walk w)
{
	static const char *const kinds[] = {"coldStart",
					    "warmStart",
					    "linkDown",
					    "linkUp",
					    "authenticationFailure",
					    "egpNeighborLoss",
					    "enterpriseSpecific"};
	struct ber e;

	put_c(s, ' ');
	if (!next(s, &w, BER_OID, "enterprise!=OID", &e))
		return;
	ber_print(s, w.d, &e);
	put_c(s, ' ');
	if (!next(s, &w, BER_ADDRESS, "agent-addr!=INETADDR", &e))
		return;
	ber_print(s, w.d, &e);
	if (!next(s, &w, BER_INT, "generic-trap!=INT", &e))
		return;
	s32 generic = (s32)e.v;
	if (generic >= 0 && generic < (s32)LEN(kinds))
		put_f(s, " %s", kinds[generic]);
	else
		put_f(s, " gt=%d", generic);
	if (!next(s, &w, BER_INT, "specific-trap!=INT", &e))
		return;
	if (generic == 6)
		put_f(s, " s=%d", (s32)e.v);
	else if (e.v)
		put_f(s, "[specific-trap(%d)!=0]", (s32)e.v);
	put_c(s, ' ');
	if (!next(s, &w, BER_UNSIGNED, "time-stamp!=TIMETICKS", &e))
		return;
	ber_print(s, w.d, &e);
	if (w.left)
		varbinds(s, w, TRAP);
}

static void pdu(struct print_state *s, struct walk w, u8 version)
{
	struct ber e;

	int n = ber_parse(s, w.d, w.off, w.left, &e);
	if (n < 0)
		return;
	if (e.kind != BER_PDU) {
		say(s, "[no PDU]");
		return;
	}
	if ((u32)n < w.left)
		put_f(s, "[%u extra after PDU]", w.left - (u32)n);
	if (s->opt.verbose)
		say(s, "{ ");
	ber_print(s, w.d, &e);
	put_c(s, ' ');
	if (version == V1 && e.id > TRAP) {
		say(s, "[v2 PDU in v1 message]");
		return;
	}
	if (version != V1 && e.id == TRAP) {
		say(s, "[v1 PDU in v2 message]");
		return;
	}
	if (e.id == TRAP)
		trap(s, into(&w, &e));
	else
		request(s, into(&w, &e), e.id);
	if (s->opt.verbose)
		say(s, " } ");
}

static void put_text(struct print_state *s, struct pdu d, const struct ber *e)
{
	ber_put_string(s, d, e);
	put_c(s, ' ');
}

static void scoped(struct print_state *s, struct walk w)
{
	struct ber e;

	if (!next(s, &w, BER_SEQ, "!scoped PDU", &e))
		return;
	w = into(&w, &e);
	if (!next(s, &w, BER_STR, "contextEngineID!=STR", &e))
		return;
	say(s, "E=");
	for (u32 i = 0; i < e.n; i++)
		put_f(s, "_%.2x", pdu_u8(s, w.d, e.off + i));
	put_c(s, ' ');
	if (!next(s, &w, BER_STR, "contextName!=STR", &e))
		return;
	say(s, "C=");
	put_text(s, w.d, &e);
	pdu(s, w, V3);
}

/* RFC 3414 2.4 */
static void usm(struct print_state *s, struct walk w)
{
	struct ber e;

	if (!next(s, &w, BER_SEQ, "!usm", &e))
		return;
	extra(s, &w, "usm SEQ");
	w = into(&w, &e);
	if (!next(s, &w, BER_STR, "msgAuthoritativeEngineID!=STR", &e))
		return;
	if (!next(s, &w, BER_INT, "msgAuthoritativeEngineBoots!=INT", &e))
		return;
	s32 boots = (s32)e.v;
	if (!next(s, &w, BER_INT, "msgAuthoritativeEngineTime!=INT", &e))
		return;
	if (s->opt.verbose)
		put_f(s, "B=%d T=%d ", boots, (s32)e.v);
	if (!next(s, &w, BER_STR, "msgUserName!=STR", &e))
		return;
	if (e.n) {
		say(s, "U=");
		put_text(s, w.d, &e);
	}
	if (!next(s, &w, BER_STR, "msgAuthenticationParameters!=STR", &e))
		return;
	if (!next(s, &w, BER_STR, "msgPrivacyParameters!=STR", &e))
		return;
	extra(s, &w, "usm fields");
}

static void version3(struct print_state *s, struct walk w)
{
	struct ber e;

	if (!next(s, &w, BER_SEQ, "!message", &e))
		return;
	if (s->opt.verbose)
		say(s, "{ ");
	struct walk h = into(&w, &e);
	if (!next(s, &h, BER_INT, "msgID!=INT", &e))
		return;
	if (!next(s, &h, BER_INT, "msgMaxSize!=INT", &e))
		return;
	if (!next(s, &h, BER_STR, "msgFlags!=STR", &e))
		return;
	if (e.n != 1) {
		put_f(s, "[msgFlags size %u]", e.n);
		return;
	}
	u8 flags = pdu_u8(s, h.d, e.off);
	if (flags != 0 && flags != 1 && flags != 3 && flags != 4 && flags != 5 && flags != 7) {
		put_f(s, "[msgFlags=0x%02X]", flags);
		return;
	}
	put_f(s, "F=%s%s%s ", flags & 1 ? "a" : "", flags & 2 ? "p" : "", flags & 4 ? "r" : "");
	if (!next(s, &h, BER_INT, "msgSecurityModel!=INT", &e))
		return;
	if (h.left)
		put_f(s, "[%u extra after message SEQ]", h.left);
	if (s->opt.verbose)
		say(s, "} ");
	if (e.v != 3) {
		put_f(s, "[security model %d]", (s32)e.v);
		return;
	}
	if (s->opt.verbose)
		say(s, "{ USM ");
	if (!next(s, &w, BER_STR, "msgSecurityParameters!=STR", &e))
		return;
	usm(s, into(&w, &e));
	if (s->opt.verbose)
		say(s, "} { ScopedPDU ");
	scoped(s, w);
	if (s->opt.verbose)
		say(s, "} ");
}

static void community(struct print_state *s, struct walk w, u8 version)
{
	struct ber e;

	if (!next(s, &w, BER_STR, "comm!=STR", &e))
		return;
	const u8 *p = pdu_need(s, w.d, e.off, e.n);
	if (e.n != 6 || memcmp(p, "public", 6)) {
		say(s, "C=");
		put_text(s, w.d, &e);
	}
	pdu(s, w, version);
}

static void snmp_print(struct print_state *s, struct pdu d)
{
	static const char *const versions[] = {"SNMPv1", "SNMPv2c", NULL, "SNMPv3"};
	struct walk w = {d, 0, d.len};
	struct ber e;

	s->name = "snmp";
	put_c(s, ' ');
	int n = ber_parse(s, d, 0, d.len, &e);
	if (n < 0)
		return;
	if (e.kind != BER_SEQ) {
		say(s, "[!init SEQ]");
		ber_print(s, d, &e);
		return;
	}
	if ((u32)n < d.len)
		put_f(s, "[%u extra after iSEQ]", d.len - (u32)n);
	w = into(&w, &e);
	if (!next(s, &w, BER_INT, "version!=INT", &e))
		return;
	if (e.v != V1 && e.v != V2C && e.v != V3) {
		put_f(s, "SNMP [version = %d]", (s32)e.v);
		return;
	}
	if (s->opt.verbose)
		put_f(s, "{ %s ", versions[e.v]);
	if (e.v == V3)
		version3(s, w);
	else
		community(s, w, (u8)e.v);
	if (s->opt.verbose)
		say(s, "} ");
}

const struct printer snmp_printer = {"snmp", snmp_print};
