/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for ring buffers. A ring has a FIFO, into which its producer writes a
 * byte when a reader is to be woken: that is what the kernel waits for, edge by
 * edge, and what it is ready for is told by the ring itself.
 *
 * epoll: a watch stands for one ring in one epoll. It is armed when the ring was
 * ready as it was added, and by every byte; what is armed and ready is reported,
 * again and again unless EPOLLET was wanted; what is not ready is disarmed. This
 * is what the kernel does with its own list. */
#include "sys/preload.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
