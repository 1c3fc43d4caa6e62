/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user of the library does with maps, by onebpf.h alone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "onebpf.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

/* The code of the error, which is destroyed; 0 for none. */
static int code(struct ob_err *err)
{
	int ret = err ? (int)ob_err_code(err) : 0;

	ob_err_destroy(err);
	return ret;
}

static struct ob_map *make(uint32_t type, uint32_t key, uint32_t value, uint32_t entries,
			   uint32_t flags)
{
	struct ob_map_opts opts = {.type = type,
				   .key_size = key,
				   .value_size = value,
				   .max_entries = entries,
				   .flags = flags,
				   .copies = 3,
				   .name = "a_map"};
	struct ob_map *map = NULL;
	struct ob_err *err = ob_map_create(&opts, &map);

	if (err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	if (!map)
		abort();
	return map;
}

static void making(void)
{
	struct ob_map_opts opts = {.type = OB_MAP_HASH, .key_size = 8, .value_size = 8};
	struct ob_map *map = NULL;

	check("no entries", code(ob_map_create(&opts, &map)) == OB_RANGE);
	opts.max_entries = 10;
	opts.name = "with space";
	check("a bad name", code(ob_map_create(&opts, &map)) == OB_RANGE);
	opts.name = "sixteen_letters_";
	check("a long name", code(ob_map_create(&opts, &map)) == OB_RANGE);
	opts.name = NULL;
	opts.type = 14;
	opts.key_size = opts.value_size = 4;
	check("devices", code(ob_map_create(&opts, &map)) == OB_UNSUPPORTED);
	check("not written on errors", !map);

	map = make(OB_MAP_PERCPU_ARRAY, 4, 5, 7, 0);
	opts = ob_map_describe(map);
	check("it tells what it is", opts.type == OB_MAP_PERCPU_ARRAY && opts.max_entries == 7 &&
					     opts.copies == 3 && !strcmp(opts.name, "a_map"));
	check("all copies of a value", ob_map_value_bytes(map) == 24);
	ob_map_close(map);
	ob_map_close(NULL);

	int pipes[2];
	check("a pipe", !pipe(pipes));
	check("is no map", code(ob_map_open(pipes[0], &map)) == OB_FORMAT);
	check("nor is what is no descriptor", code(ob_map_open(-1, &map)) == OB_IO);
	check("descriptors stay the caller's", !close(pipes[0]) && !close(pipes[1]));
}

struct sum {
	uint64_t n, keys, values, stop;
};

static int add(void *arg, const void *key, const void *value)
{
	struct sum *s = arg;
	uint64_t k, v;

	memcpy(&k, key, 8);
	memcpy(&v, value, 8);
	s->n++;
	s->keys += k;
	s->values += v;
	return s->n == s->stop ? 77 : 0;
}

static void elements(uint32_t type, const char *name)
{
	enum { N = 3000 };
	struct ob_map *map = make(type, 8, 8, N, 0);
	uint64_t *keys = malloc(N * 8), *values = malloc(N * 8), v = 5, k = 9;
	struct sum s = {0};
	uint32_t n = N;

	for (uint64_t i = 0; i < N; i++) {
		keys[i] = i;
		values[i] = i * 3;
	}
	printf("    %s\n", name);
	check("nothing is there", ob_map_lookup(map, &k, &v) == -ENOENT && v == 5);
	check("nothing to replace", ob_map_update(map, &k, &v, OB_EXIST) == -ENOENT);
	check("put", ob_map_update(map, &k, &v, OB_NOEXIST) == 0);
	check("put again", ob_map_update(map, &k, &v, OB_NOEXIST) == -EEXIST);
	check("taken", ob_map_take(map, &k, &v) == 0 && v == 5);
	check("it is gone", ob_map_delete(map, &k) == -ENOENT);
	check("a batch", ob_map_update_batch(map, keys, values, &n) == 0 && n == N);
	check("each", ob_map_each(map, add, &s) == 0 && s.n == N && s.keys == N * (N - 1) / 2 &&
			      s.values == 3 * s.keys);
	s = (struct sum){.stop = 5};
	check("until it is enough", ob_map_each(map, add, &s) == 77 && s.n == 5);
	check("the first of all", ob_map_next(map, NULL, &k) == 0 && k < N);
	n = 1000;
	check("a batch goes", ob_map_delete_batch(map, keys, &n) == 0 && n == 1000);
	n = 1000;
	check("but once", ob_map_delete_batch(map, keys + 999, &n) == -ENOENT && n == 0);
	free(keys);
	free(values);
	ob_map_close(map);
}

static void tries(void)
{
	struct {
		uint32_t bits;
		uint8_t data[4];
	} wide = {8, {10}}, narrow = {16, {10, 1}}, asked = {32, {10, 1, 2, 3}};
	struct ob_map *map = make(OB_MAP_LPM_TRIE, 8, 8, 10, 1);
	struct sum s = {0};
	uint64_t v = 1;

	ob_map_update(map, &wide, &v, OB_ANY);
	v = 2;
	ob_map_update(map, &narrow, &v, OB_ANY);
	check("the longest prefix", !ob_map_lookup(map, &asked, &v) && v == 2);
	check("each prefix", !ob_map_each(map, add, &s) && s.n == 2 && s.values == 3);
	ob_map_delete(map, &narrow);
	check("the next longest", !ob_map_lookup(map, &asked, &v) && v == 1);
	ob_map_close(map);
}

static void queues(void)
{
	struct ob_map *map = make(OB_MAP_QUEUE, 0, 8, 2, 0);
	uint64_t a = 1, b = 2, got = 0;

	check("pushed", !ob_map_update(map, NULL, &a, 0) && !ob_map_update(map, NULL, &b, 0));
	check("full", ob_map_update(map, NULL, &a, 0) == -E2BIG);
	check("looked at", !ob_map_lookup(map, NULL, &got) && got == 1);
	check("popped", !ob_map_take(map, NULL, &got) && got == 1);
	check("no keys to go through", ob_map_each(map, add, NULL) == -EINVAL);
	ob_map_close(map);
}

/* ---- shared ---- */

static int send_fd(int through, int fd)
{
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec io = {&byte, 1};
	struct msghdr h = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof(room)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return (int)sendmsg(through, &h, 0);
}

static int receive_fd(int through)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec io = {&byte, 1};
	struct msghdr h = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof(room)};
	int fd = -1;

	if (recvmsg(through, &h, 0) == 1 && CMSG_FIRSTHDR(&h))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(int));
	return fd;
}

/* The child has the socket, and no map. */
static int stranger(int through)
{
	struct ob_map *map = NULL;
	int fd = receive_fd(through);
	uint64_t k = 1, v;

	if (code(ob_map_open(fd, &map)) || close(fd) || ob_map_lookup(map, &k, &v))
		return 1;
	k = 2;
	v *= 2;
	return ob_map_update(map, &k, &v, OB_NOEXIST) != 0;
}

static void passed(void)
{
	int pair[2], status = 1;
	bool good = !socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	pid_t pid = fork();

	if (!pid)
		_exit(stranger(pair[1]));
	struct ob_map *map = make(OB_MAP_HASH, 8, 8, 4, 0);
	uint64_t k = 1, v = 21;
	good &= !ob_map_update(map, &k, &v, OB_ANY);
	check("a descriptor is passed", good && send_fd(pair[0], ob_map_fd(map)) == 1);
	waitpid(pid, &status, 0);
	k = 2;
	check("and is the same map", !status && !ob_map_lookup(map, &k, &v) && v == 42);
	close(pair[0]);
	close(pair[1]);
	ob_map_close(map);
}

/* ---- rings ---- */

static long count(void *arg, const void *sample, uint32_t bytes)
{
	struct sum *s = arg;
	uint64_t v;

	memcpy(&v, sample, 8);
	s->n += bytes == 8;
	s->values += v;
	return 0;
}

static void rings(void)
{
	struct ob_map *map = make(OB_MAP_RINGBUF, 0, 0, 4096, 0);
	struct ob_map *other = make(OB_MAP_QUEUE, 0, 8, 2, 0);
	struct sum s = {0};
	uint64_t v = 40;

	check("nothing to read", ob_ring_wait(map, 0) == -ETIMEDOUT);
	check("nor soon", ob_ring_wait(map, 5) == -ETIMEDOUT);
	check("written", !ob_ring_write(map, &v, 8));
	uint64_t *sample = ob_ring_reserve(map, 8);
	check("something to read", sample && !ob_ring_wait(map, -1));
	check("what is not committed is not read", ob_ring_read(map, count, &s) == 1);
	*sample = 2;
	ob_ring_commit(map, sample);
	ob_ring_discard(map, ob_ring_reserve(map, 8));
	check("then it is; what is discarded is not",
	      ob_ring_read(map, count, &s) == 1 && s.n == 2 && s.values == 42);
	check("too large", !ob_ring_reserve(map, 4096));
	check("no ring", ob_ring_read(other, count, &s) == -EINVAL &&
				 ob_ring_write(other, &v, 8) == -EINVAL &&
				 !ob_ring_reserve(other, 8) && ob_ring_wait(other, 0) == -EINVAL);
	if (!fork()) {
		usleep(20000);
		_exit(ob_ring_write(map, &v, 8));
	}
	check("another process wakes the reader", !ob_ring_wait(map, 10000));
	wait(NULL);
	ob_map_close(map);
	ob_map_close(other);
}

/* ---- programs ---- */

static const char program[] = "*(u32 *)(r10 - 4) = 3\n"
			      "r1 = map_idx 0 ll\n"
			      "r2 = r10\n"
			      "r2 += -4\n"
			      "call 1\n"
			      "if r0 == 0 goto +3\n"
			      "r1 = 5\n"
			      "lock *(u64 *)(r0 + 0) += r1\n"
			      "r0 = *(u64 *)(r0 + 0)\n"
			      "exit\n";

static void programs(void)
{
	struct ob_map *map = make(OB_MAP_ARRAY, 4, 8, 4, 0);
	struct ob_run_opts opts = {.map = &map, .maps = 1};
	struct ob_prog *prog = NULL;
	struct ob_run *run = NULL;
	uint32_t k = 3;
	uint64_t r0 = 0, v = 100;

	ob_map_update(map, &k, &v, OB_ANY);
	check("a program on a map",
	      !code(ob_prog_assemble_ebpf("program", program, strlen(program), &prog)) &&
		      !code(ob_run_create(prog, &opts, &run)));
	check("finds its value", run && !code(ob_run_call(run, NULL, 0, &r0)) && r0 == 105);
	check("and changes it", !ob_map_lookup(map, &k, &v) && v == 105);
	ob_run_destroy(run);
	ob_prog_destroy(prog);
	ob_map_close(map);
}

int main(void)
{
	making();
	elements(OB_MAP_HASH, "hash");
	tries();
	queues();
	passed();
	rings();
	programs();
	return failed;
}
