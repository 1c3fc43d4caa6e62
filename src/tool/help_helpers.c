/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of helpers of onebpf-run(1), made from the table of helpers. */
#include "isa/isa.h"
#include "tool/opt.h"

void help_helpers(FILE *to)
{
	fputs(".\\\" Begin: onebpf help --man helpers\n"
	      ".Bl -column \"211\" \"get_current_ancestor_cgroup_id\"\n"
	      ".It Sy number Ta Sy name\n",
	      to);
	for (u32 id = 0; id < HELPER_COUNT; id++) {
		const struct helper_row *h = helper_row(id);

		if (h && h->here == HELPER_HERE)
			fprintf(to, ".It %u Ta %s\n", id, h->name);
	}
	fputs(".El\n.\\\" End: onebpf help --man helpers\n", to);
}
