/* SPDX-License-Identifier: BSD-2-Clause */
/* Several listeners on one interface, each with a filter of its own, until there was
 * nothing for so many milliseconds:
 * `listeners IF MS FILTER...`; `cc listeners.c $(pkg-config --cflags --libs onebpf)` */
#include <onebpf.h>
#include <stdlib.h>

enum { MOST = 16 };

/* Takes what is there for this one. */
static struct ob_err *take(struct ob_listener *l, int nr, int ms, bool *some)
{
	const struct ob_packet *p;
	struct ob_err *err;

	while (!(err = ob_listener_next(l, ms, &p)) && p) {
		printf("listener %d: packet %llu, %u of %u bytes\n", nr, (unsigned long long)p->nr,
		       p->caplen, p->len);
		*some = true;
		ms = 0;
	}
	return err;
}

static struct ob_err *take_all(struct ob_listener **l, int n, int ms)
{
	struct ob_err *err = NULL;
	bool some = true;

	while (some && !err) {
		some = false;
		for (int i = 0; i < n && !err; i++)
			err = take(l[i], i, i || some ? 0 : ms, &some);
	}
	return err;
}

static void report(struct ob_tap *tap, struct ob_listener **l, int n)
{
	struct ob_tap_stats all = ob_tap_stats(tap);

	for (int i = 0; i < n; i++) {
		struct ob_listener_stats s = ob_listener_stats(l[i]);

		printf("listener %d: %llu accepted, %llu dropped, %llu given\n", i,
		       (unsigned long long)s.accepted, (unsigned long long)s.dropped,
		       (unsigned long long)s.given);
	}
	printf("%llu received, %llu dropped\n", (unsigned long long)all.received,
	       (unsigned long long)all.dropped);
}

int main(int argc, char **argv)
{
	struct ob_tap_opts opts = {.iface = argc > 3 ? argv[1] : NULL};
	struct ob_listener *l[MOST];
	struct ob_tap *tap = NULL;
	int n = argc - 3;

	if (n < 1 || n > MOST) {
		fprintf(stderr, "usage: listeners IF MS FILTER...\n");
		return 2;
	}
	struct ob_err *err = ob_tap_open(&opts, &tap);
	for (int i = 0; i < n && !err; i++)
		/* the second keeps less of a packet than the first */
		err = ob_tap_listen(
			tap, &(struct ob_listen_opts){.filter = argv[3 + i], .snaplen = i ? 60 : 0},
			&l[i]);
	if (!err) {
		fprintf(stderr, "listening\n");
		err = take_all(l, n, atoi(argv[2]));
	}
	if (!err)
		report(tap, l, n);
	ob_tap_close(tap);
	if (err)
		ob_err_print(err, stderr);
	ob_err_destroy(err);
	return err ? 2 : 0;
}
