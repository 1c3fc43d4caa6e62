/* SPDX-License-Identifier: BSD-2-Clause */
/* The same test in many processes at once: for operations that wait, and do not work. */
#ifndef TEST_MAP_MANY_H
#define TEST_MAP_MANY_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void tell(int fd)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	fwrite(text, 1, n > 0 ? (size_t)n : 0, stdout);
}

/* The number of the process that goes on with the test, from 0 on, and returns from
 * main() whether it failed. -1: this one, when all are done. What they say is shown
 * for the first, and for those that fail. */
static inline int many(int processes, bool *failed)
{
	pid_t *child = calloc((size_t)processes, sizeof(*child));
	int *says = calloc((size_t)processes, sizeof(*says)), status, bad = 0;

	fflush(stdout);
	for (int i = 0; i < processes; i++) {
		says[i] = memfd_create("says", MFD_CLOEXEC);
		child[i] = fork();
		if (child[i])
			continue;
		dup2(says[i], STDOUT_FILENO);
		return i;
	}
	for (int i = 0; i < processes; i++) {
		bool good = child[i] > 0 && waitpid(child[i], &status, 0) == child[i] && !status;
		bad += !good;
		if (!good || !i)
			tell(says[i]);
		close(says[i]);
	}
	free(child);
	free(says);
	printf("%s %d processes at once, each as the first: %d failed\n", bad ? "FAIL" : "ok",
	       processes, bad);
	*failed = bad > 0;
	return -1;
}

#endif
