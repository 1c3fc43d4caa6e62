# SPDX-License-Identifier: BSD-2-Clause
# The comparison of 1993: CSPF, the machine before BPF, beside BPF.
exec onebpf bench 1993
