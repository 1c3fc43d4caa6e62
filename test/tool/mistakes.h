/* SPDX-License-Identifier: BSD-2-Clause */
/* For the programs with mistakes of check.t: what they need of the usual headers. */
#define SEC(n) __attribute__((section(n), used))
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
struct xdp_md {
	u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*update)(void *, const void *, const void *, u64) = (void *)2;
static u64 (*ktime)(void) = (void *)5;
static long (*printk)(const char *, u32, ...) = (void *)6;
static u32 (*prandom)(void) = (void *)7;
static void *(*reserve)(void *, u64, u64) = (void *)131;
static void (*submit)(void *, u64) = (void *)132;
static long (*adjust)(void *, int) = (void *)44;
static long (*load_bytes)(const void *, u32, void *, u32) = (void *)26;
