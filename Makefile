# SPDX-License-Identifier: BSD-2-Clause
# make; make check [T=room/name.t] [SAN=1]; make demo, lint, bench, fuzz, install

CC ?= gcc
O := build$(if $(SAN),/san)$(if $(filter clang,$(CC)),/clang)
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow=local
ifeq ($(CC),clang)
WARN := $(filter-out -Wshadow=local,$(WARN))
endif
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Iinclude -Isrc $(WARN) $(CFLAGS)
LIBS := -lz -lzstd -lpthread
ifdef SAN
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LIBS += -fsanitize=address,undefined
endif

LIB_SRC := $(filter-out src/tool/%,$(wildcard src/*/*.c))
TOOL_SRC := $(wildcard src/tool/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$O/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$O/%.o)

all: $O/onebpf

$O/onebpf: $(TOOL_OBJ) $O/libonebpf.a
	$(CC) -o $@ $^ $(LDFLAGS) $(LIBS)

$O/libonebpf.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$O/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d)

clean:
	rm -rf build

.PHONY: all clean
