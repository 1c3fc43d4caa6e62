/* SPDX-License-Identifier: BSD-2-Clause */
/* Protocols made of text lines: HTTP, RTSP, SIP, FTP, SMTP. The first line is
 * printed, all of them under -v. SSH begins with such a line, too. */
#include "print/priv.h"

#include <strings.h>

enum { TOKEN_MAX = 127 };

/* What a line may begin with; NULL: with anything. */
struct language {
	const char *name;
	const char *const *requests;
};

static const char *const http_requests[] = {
	"GET",
	"PUT",
	"COPY",
	"HEAD",
	"LOCK",
	"MOVE",
	"POLL",
	"POST",
	"BCOPY",
	"BMOVE",
	"MKCOL",
	"TRACE",
	"LABEL",
	"MERGE",
	"DELETE",
	"SEARCH",
	"UNLOCK",
	"REPORT",
	"UPDATE",
	"NOTIFY",
	"BDELETE",
	"CONNECT",
	"OPTIONS",
	"CHECKIN",
	"PROPFIND",
	"CHECKOUT",
	"CCM_POST",
	"SUBSCRIBE",
	"PROPPATCH",
	"BPROPFIND",
	"BPROPPATCH",
	"UNCHECKOUT",
	"MKACTIVITY",
	"MKWORKSPACE",
	"UNSUBSCRIBE",
	"RPC_CONNECT",
	"VERSION-CONTROL",
	"BASELINE-CONTROL",
	NULL,
};

static const char *const rtsp_requests[] = {
	"OPTIONS",  "DESCRIBE",      "SETUP",         "PLAY",     "PAUSE",  "TEARDOWN",
	"ANNOUNCE", "GET_PARAMETER", "SET_PARAMETER", "REDIRECT", "RECORD", NULL,
};

static const char *const sip_requests[] = {
	"ACK",      "BYE",    "CANCEL",    "DO",     "INFO",    "INVITE",
	"MESSAGE",  "NOTIFY", "OPTIONS",   "PRACK",  "QAUTH",   "REFER",
	"REGISTER", "SPRACK", "SUBSCRIBE", "UPDATE", "PUBLISH", NULL,
};

static bool printable(u8 c) { return c >= ' ' && c < 0x7f; }

/* The word at off in *word; the offset behind it and its blanks, 0 for none. */
static u32 token(struct pdu d, u32 off, char *word)
{
	u32 n = 0;

	for (; off < d.len; off++) {
		if (!pdu_has(d, off, 1) || d.p[off] >= 0x80)
			return 0;
		if (strchr(" \t\n\v\f\r", d.p[off]) && d.p[off])
			break;
		if (!printable(d.p[off]) || n == TOKEN_MAX)
			return 0;
		word[n++] = (char)d.p[off];
	}
	word[n] = 0;
	while (off < d.len && pdu_has(d, off, 1) && d.p[off] == ' ')
		off++;
	return n ? off : 0;
}

static bool known(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcasecmp(*list, word))
			return true;
	return false;
}

/* A request begins with its name, a response has its code second. */
static bool begins(const struct language *l, struct pdu d)
{
	char word[TOKEN_MAX + 1];
	u32 off;

	if (!l->requests)
		return true;
	off = token(d, 0, word);
	if (!off)
		return false;
	if (known(l->requests, word))
		return true;
	return token(d, off, word) && strspn(word, "0123456789") == 3 && !word[3];
}

/* The offset behind the line at off; 0 when it is cut or no text. */
static u32 put_line(struct print_state *s, const char *before, struct pdu d, u32 off)
{
	for (u32 at = off; at < d.len; at++) {
		u8 c = pdu_u8(s, d, at);
		u32 end = 0;

		if (c == '\n')
			end = at + 1;
		else if (c == '\r' && at + 1 >= d.len)
			end = at + 1;
		else if (c == '\r' && pdu_u8(s, d, at + 1) == '\n')
			end = at + 2;
		else if (!printable(c) && c != '\t')
			return 0;
		if (end) {
			put_s(s, before);
			put(s, (const char *)d.p + off, at - off);
			return end;
		}
	}
	put_s(s, before);
	put(s, (const char *)d.p + off, d.len - off);
	put_cut(s);
	return 0;
}

static void lines(struct print_state *s, struct pdu d, const struct language *l)
{
	bool text = begins(l, d);

	put_s(s, l->name);
	if (!text)
		return;
	if (!s->opt.verbose) {
		put_line(s, ": ", d, 0);
		return;
	}
	put_f(s, ", length: %u", d.len);
	for (u32 off = 0; off < d.len;) {
		off = put_line(s, "\n\t", d, off);
		if (!off)
			break;
	}
}

static void http_print(struct print_state *s, struct pdu d)
{
	say(s, ": ");
	lines(s, d, &(struct language){"HTTP", http_requests});
}

static void rtsp_print(struct print_state *s, struct pdu d)
{
	say(s, ": ");
	lines(s, d, &(struct language){"RTSP", rtsp_requests});
}

static void sip_print(struct print_state *s, struct pdu d)
{
	lines(s, d, &(struct language){"SIP", sip_requests});
}

/* RFC 4253 4.2: a line of text, before everything is enciphered. */
static void ssh_print(struct print_state *s, struct pdu d)
{
	static const char head[] = "SSH-";
	u32 n = 0;

	for (; n < sizeof head - 1; n++)
		if (n == d.len || pdu_u8(s, d, n) != (u8)head[n])
			return;
	while (n < d.len && (printable(pdu_u8(s, d, n)) || d.p[n] == '\t'))
		n++;
	if (n == d.len)
		return;
	if (d.p[n] == '\n' || (d.p[n] == '\r' && n + 1 < d.len && pdu_u8(s, d, n + 1) == '\n')) {
		say(s, ": SSH: ");
		put(s, (const char *)d.p, n);
	}
}

static void ftp_print(struct print_state *s, struct pdu d)
{
	say(s, ": ");
	lines(s, d, &(struct language){"FTP", NULL});
}

static void smtp_print(struct print_state *s, struct pdu d)
{
	say(s, ": ");
	lines(s, d, &(struct language){"SMTP", NULL});
}

static void whois_print(struct print_state *s, struct pdu d)
{
	say(s, ": ");
	lines(s, d, &(struct language){"WHOIS", NULL});
}

const struct printer whois_printer = {"whois", whois_print};
const struct printer http_printer = {"http", http_print};
const struct printer rtsp_printer = {"rtsp", rtsp_print};
const struct printer ftp_printer = {"ftp", ftp_print};
const struct printer smtp_printer = {"smtp", smtp_print};
const struct printer sip_printer = {"sip", sip_print};
const struct printer ssh_printer = {"ssh", ssh_print};
