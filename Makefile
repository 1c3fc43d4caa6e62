# SPDX-License-Identifier: BSD-2-Clause
# make; make static; make check [T=room/name.t] [SAN=1|thread]; make check-vm, demo, lint, bench, fuzz, install

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG := $(findstring clang,$(CC))
O := build$(if $(SAN),/san$(SAN:1=))$(if $(LIBFUZZER),/fuzz)$(if $(CLANG),/clang)
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/^.define OB_VERSION *"\(.*\)"/\1/p' include/onebpf.h)
SONAME := libonebpf.so.$(firstword $(subst ., ,$(VERSION)))

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes $(if $(CLANG),,-Wshadow=local)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Iinclude -Isrc -fPIC -fno-semantic-interposition \
	$(WARN) $(CFLAGS)
# The libraries that are linked in, so that the command needs only libc.
DEPS := -lz -lzstd
LIBS := $(if $(SHARED_DEPS),$(DEPS),-Wl,-Bstatic $(DEPS) -Wl,-Bdynamic) -lpthread
# Peers and oracles: only for tests, fuzzers and benchmarks.
PEERS := -Wl,--as-needed -lpcap -lm -ldl
ifdef SAN
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(SAN),thread)
SANITIZE := -fsanitize=thread $(if $(CLANG),,-Wno-tsan)
endif
endif
ifdef LIBFUZZER
SANITIZE := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
endif
ALL_CFLAGS += $(SANITIZE)
LINK = $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

# A static command loads no library: static.c is in shared.c's place.
STATIC_SRC := $(filter-out src/tool/shared.c,$(wildcard src/tool/*.c))
TOOL_SRC := $(filter-out src/tool/static.c,$(wildcard src/tool/*.c))
# The preload library of `onebpf user`, whose bytes the command carries.
USER_SRC := $(wildcard src/sys/preload*.c)
LIB_SRC := $(filter-out src/tool/%.c $(USER_SRC),$(wildcard src/*/*.c))
LIB := $O/libonebpf.a
SO := $O/libonebpf.so.$(VERSION)
BIN := $(if $(TOOL_SRC),$O/onebpf)
RUN_SRC := $(wildcard test/*.c)
# The first process of the machine in which `make check-vm` tests.
INIT_SRC := test/machine/system/init.c
UNIT_SRC := $(wildcard test/*/*.c)
FUZZ_SRC := $(wildcard fuzz/fuzz_*.c)
BENCH_SRC := $(filter-out bench/common.c bench/programs.c,$(wildcard bench/*.c))
NATIVE := $(patsubst bench/engines/%.c,$O/bench/native/%.o,$(wildcard bench/engines/*.c))
EXAMPLE_SRC := $(wildcard example/*.c)
PROGS := $(patsubst %.c,$O/%,$(UNIT_SRC) $(BENCH_SRC))
EXAMPLES := $(EXAMPLE_SRC:%.c=$O/%)
FUZZERS := $(FUZZ_SRC:%.c=$O/%)
obj = $(patsubst %.c,$O/%.o,$(1))
# A sanitizer's own library would have to come first in every process, so this one has none.
USER_SO := build$(if $(CLANG),/clang)/onebpf-user.so
# As many jobs as processors for the recursive calls, unless -j was given.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

all: $(BIN) $(LIB)

$O/onebpf: $(call obj,$(TOOL_SRC)) $(LIB)
	$(LINK) $(LIBS)

$O/onebpf-static: $(call obj,$(STATIC_SRC)) $(LIB)
	@# libc's warnings are about what static.c prevents.
	@$(LINK) -static-pie -s $(DEPS) -lpthread 2>$@.log || { cat $@.log >&2; exit 1; }

$(LIB): $(call obj,$(LIB_SRC))
	rm -f $@
	$(AR) rcs $@ $^

$(SO): $(call obj,$(LIB_SRC)) script/onebpf.map
	$(LINK) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=script/onebpf.map -Wl,-z,defs $(LIBS)

ifeq ($(SAN)$(LIBFUZZER),)
WRAP := mmap munmap open syscall
$(USER_SO): $(call obj,$(USER_SRC)) $(LIB) script/onebpf-user.map
	$(LINK) -shared -Wl,-s -Wl,--version-script=script/onebpf-user.map -Wl,-z,defs \
		$(WRAP:%=-Wl,--wrap=%) -ldl -lpthread
else
$(USER_SO): $(wildcard src/*/*.[ch] src/*/*.def)
	$(MAKE) SAN= LIBFUZZER= $@
endif

$O/src/tool/user_library.o: $(USER_SO)
$O/src/tool/user_library.o: ALL_CFLAGS += -DUSER_LIBRARY='"$(USER_SO)"'

$O/test/run: $(call obj,$(RUN_SRC)) $(LIB)
	$(LINK) $(LIBS)

$O/test/machine/system/init: $O/test/machine/system/init.o
	$(LINK) -static-pie -s

$(EXAMPLES): $O/%: $O/%.o $(LIB)
	$(LINK) $(LIBS)

$(PROGS): $O/%: $O/%.o $(LIB)
	$(LINK) $(LIBS) $(PEERS)

$(BENCH_SRC:%.c=$O/%): $O/bench/common.o
$O/bench/engines $O/test/vm/programs: $(call obj,bench/programs.c bench/common.c) $(NATIVE)

$(FUZZERS): $O/%: $O/%.o $(if $(LIBFUZZER),,$O/fuzz/main.o) $(LIB)
	$(LINK) $(if $(LIBFUZZER),-fsanitize=fuzzer) $(LIBS) $(PEERS)

$O/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# As machine code to measure engines by: scalar, loops left as they are written.
$O/bench/native/%.o: bench/engines/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -fno-tree-vectorize -fno-tree-slp-vectorize -fno-strict-aliasing -fno-builtin \
		$(if $(CLANG),,-fno-tree-loop-distribute-patterns) -Wall -Wextra -Werror \
		-Dprog=native_$* -MMD -MP -c -o $@ $<

-include $(patsubst %.c,$O/%.d,$(LIB_SRC) $(USER_SRC) $(TOOL_SRC) $(STATIC_SRC) $(INIT_SRC) $(RUN_SRC) $(UNIT_SRC) $(FUZZ_SRC) \
	$(BENCH_SRC) $(EXAMPLE_SRC) fuzz/main.c bench/common.c bench/programs.c) \
	$(NATIVE:.o=.d)

# One file with everything in it, for any machine with this processor and Linux.
static: $O/onebpf-static

tests: all $(if $(SAN)$(LIBFUZZER),,$(SO) static) $O/test/run $(UNIT_SRC:%.c=$O/%) $(EXAMPLES) $(FUZZERS)

check:
	@script/deps build check
	@$(MAKE) --no-print-directory -s $(jobs) tests
	@O=$(CURDIR)/$O SRCDIR=$(CURDIR) CC="$(CC)" SAN=$(SAN) $O/test/run $(T)

check-vm:
	@script/deps build check || exit; script/deps machine || true
	@$(MAKE) --no-print-directory -s $(jobs) tests $O/test/machine/system/init
	@script/machine $O $(T)

demo:
	@script/deps build
	@$(MAKE) --no-print-directory -s $(jobs) all $(EXAMPLES)
	@script/demo $O

lint:
	@script/deps lint
	@$(MAKE) --no-print-directory -s $(jobs) all
	@script/lint $O

bench:
	@script/deps build check
	@$(MAKE) --no-print-directory -s $(jobs) all $(BENCH_SRC:%.c=$O/%)
	@O=$(CURDIR)/$O script/bench $(T)

fuzz:
	@script/fuzz "$(T)" "$(RUNS)" "$(SECONDS)"

prove:
	@script/deps prove
	@script/prove $(T)

# FUZZERS for script/fuzz
fuzzers: $(FUZZERS)

install: all $(SO)
	PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) VERSION=$(VERSION) script/install $O

clean:
	rm -rf build

.PHONY: all static tests check check-vm demo lint bench fuzz fuzzers prove install clean
.SECONDARY:
