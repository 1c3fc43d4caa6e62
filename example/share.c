/* SPDX-License-Identifier: BSD-2-Clause */
/* A parent and its child count letters in one map. `share TEXT TEXT`
 * `cc share.c $(pkg-config --cflags --libs onebpf)` */
#include <onebpf.h>
#include <sys/wait.h>
#include <unistd.h>

/* Both may count the same letter at once. */
static void count(struct ob_map *map, const char *text)
{
	size_t stride;
	char *values = ob_map_memory(map, &stride);

	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z') {
			uint64_t *n = (void *)(values + (size_t)(*text - 'a') * stride);
			__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
		}
}

static int print(void *arg, const void *key, const void *value)
{
	const uint64_t *n = value;

	(void)arg;
	if (*n)
		printf("%c %llu\n", 'a' + (int)*(const uint32_t *)key, (unsigned long long)*n);
	return 0;
}

int main(int argc, char **argv)
{
	struct ob_map_opts opts = {
		.type = OB_MAP_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 26};
	struct ob_map *map;

	if (argc != 3) {
		fprintf(stderr, "usage: share TEXT TEXT\n");
		return 2;
	}
	struct ob_err *err = ob_map_create(&opts, &map);
	if (err) {
		ob_err_print(err, stderr);
		ob_err_destroy(err);
		return 2;
	}
	if (!fork()) {
		count(map, argv[1]);
		_exit(0);
	}
	count(map, argv[2]);
	wait(NULL);
	ob_map_each(map, print, NULL);
	ob_map_close(map);
	return 0;
}
