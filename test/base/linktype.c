/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of link types, beside libpcap's. */
#include "base/base.h"

#include <pcap/pcap.h>
#include <stdlib.h>

static int failures;

static void check(const char *what, bool ok, u32 nr)
{
	if (ok)
		return;
	printf("FAIL linktype: %s: %u\n", what, nr);
	failures++;
}

static bool same(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* Whatever libpcap can name has the same name and words here. */
static void like_libpcap(void)
{
	u32 nr, seen = 0;

	for (u32 i = 0; linktype_row(i, &nr); i++) {
		int dlt = (int)linktype_dlt(nr);
		const char *name = pcap_datalink_val_to_name(dlt);
		if (!name)
			continue;
		seen++;
		check("name", same(linktype_name(nr), name), nr);
		check("description", same(linktype_desc(nr), pcap_datalink_val_to_description(dlt)),
		      nr);
	}
	check("too few rows that libpcap knows", seen > 150, seen);
	for (int dlt = 0; dlt < 400; dlt++) {
		u32 found;
		const char *name = pcap_datalink_val_to_name(dlt);
		if (name)
			check("DLT number of a name",
			      linktype_find(name, &found) && linktype_dlt(found) == (u32)dlt,
			      (u32)dlt);
	}
}

static void each_is_found(void)
{
	u32 nr, last = 0, found;

	for (u32 i = 0; linktype_row(i, &nr); i++) {
		check("order", !i || nr > last, nr);
		check("found by its name", linktype_find(linktype_name(nr), &found) && found == nr,
		      nr);
		last = nr;
	}
}

static void spellings(void)
{
	static const struct {
		const char *name;
		int want;
	} t[] = {
		{"EN10MB", 1},     {"en10mb", 1},
		{"DLT_EN10MB", 1}, {"dlt_En10mb", 1},
		{"ETHERNET", 1},   {"LINKTYPE_ETHERNET", 1},
		{"1", 1},          {"raw", 101},
		{"DLT_RAW", 101},  {"IEEE802_15_4", 195},
		{"FRELAY", 107},   {"67108863", 67108863},
		{"67108864", -1},  {"", -1},
		{"DLT_", -1},      {"DLT_DLT_RAW", -1},
		{"1x", -1},        {"-1", -1},
		{" 1", -1},        {"99999999999999999999", -1},
		{"EN10MBx", -1},   {"RAWest", -1},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		u32 found;
		bool ok = linktype_find(t[i].name, &found);
		check(t[i].name, ok ? (int)found == t[i].want : t[i].want < 0, ok ? found : 0);
	}
	check("unknown has no name", !linktype_name(9999) && !linktype_desc(9999), 9999);
	check("unknown keeps its number", linktype_dlt(9999) == 9999, 9999);
}

int main(void)
{
	like_libpcap();
	each_is_found();
	spellings();
	if (!failures)
		printf("ok linktype\n");
	return failures > 0;
}
