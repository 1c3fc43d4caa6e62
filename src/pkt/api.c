/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's functions for captures. */
#include "pkt/pkt.h"

#include <stdlib.h>

struct ob_capture {
	struct pkt_reader *reader;
	u32 linktype, snaplen;
	struct ob_packet packet;
};

struct ob_err *ob_capture_open(const char *path, struct ob_capture **ret)
{
	struct ob_capture *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem();
	struct ob_err *err = pkt_open(path, NULL, &c->reader);
	if (err) {
		free(c);
		return err;
	}
	const struct pkt_iface *i = pkt_iface(c->reader, 0);
	c->linktype = i->linktype;
	c->snaplen = i->snaplen;
	*ret = c;
	return NULL;
}

void ob_capture_close(struct ob_capture *c)
{
	if (!c)
		return;
	pkt_close(c->reader);
	free(c);
}

uint32_t ob_capture_linktype(const struct ob_capture *c) { return c->linktype; }

uint32_t ob_capture_snaplen(const struct ob_capture *c) { return c->snaplen; }

struct ob_err *ob_capture_next(struct ob_capture *c, const struct ob_packet **ret)
{
	struct pkt p;

	switch (pkt_next(c->reader, &p)) {
	case PKT_ERR:
		return pkt_reader_err(c->reader);
	case PKT_EOF:
		*ret = NULL;
		return NULL;
	case PKT_OK:
		break;
	}
	c->packet = (struct ob_packet){
		.data = p.data,
		.caplen = p.caplen,
		.len = p.len,
		.ns = p.ns,
		.nr = p.nr,
		.linktype = p.linktype,
		.iface = p.iface,
	};
	*ret = &c->packet;
	return NULL;
}

/* The public names of a writer and of its functions: it is the room's own. */
static struct pkt_writer *own(struct ob_capture_writer *w) { return (struct pkt_writer *)w; }

struct ob_err *ob_capture_create(const char *path, uint32_t linktype, uint32_t snaplen,
				 unsigned flags, struct ob_capture_writer **ret)
{
	struct pkt_writer_opts opts = {
		.linktype = linktype,
		.snaplen = snaplen,
		.nano = flags & OB_CAPTURE_NANO,
		.pcapng = flags & OB_CAPTURE_PCAPNG,
	};
	struct pkt_writer *w;
	struct ob_err *err = pkt_create(path, &opts, &w);

	if (!err)
		*ret = (struct ob_capture_writer *)w;
	return err;
}

struct ob_err *ob_capture_write(struct ob_capture_writer *w, const struct ob_packet *p)
{
	return pkt_write(own(w), &(struct pkt){
					 .data = p->data,
					 .caplen = p->caplen,
					 .len = p->len,
					 .ns = p->ns,
					 .nr = p->nr,
					 .linktype = p->linktype,
				 });
}

struct ob_err *ob_capture_flush(struct ob_capture_writer *w) { return pkt_flush(own(w)); }

struct ob_err *ob_capture_finish(struct ob_capture_writer *w) { return pkt_finish(own(w)); }

const char *ob_linktype_name(uint32_t linktype) { return linktype_name(linktype); }

bool ob_linktype_find(const char *name, uint32_t *ret) { return linktype_find(name, ret); }
