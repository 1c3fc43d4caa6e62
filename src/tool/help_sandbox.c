/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of system calls of onebpf-dump(1), made from the sandbox's table. */
#include "tap/tap.h"
#include "tool/opt.h"

void help_sandbox(FILE *to)
{
	const char *name, *why;

	fputs(".\\\" Begin: onebpf help --man sandbox\n"
	      ".Bl -column \"sched_getaffinity\" \"its flags cannot be seen\"\n"
	      ".It Sy call Ta Sy for\n",
	      to);
	for (u32 i = 0; tap_sandbox_call(i, &name, &why); i++)
		fprintf(to, ".It %s Ta %s\n", name, why);
	fputs(".El\n.\\\" End: onebpf help --man sandbox\n", to);
}
