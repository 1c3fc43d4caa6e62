# SPDX-License-Identifier: BSD-2-Clause
# what is asked for wrongly is told
-- sh
onebpf load; onebpf load --user --kernel x.o; onebpf load -i lo x.o; onebpf load -w w x.o
echo text >x.o; onebpf load x.o
-- status 2
-- stderr has
which file?
--user and --kernel exclude each other
nothing is attached
--world is for --user
ELF
