/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier on anything, at every level: it ends, within its memory, and says the same
 * when it is asked again without a log. */
#include <errno.h>
#include <stdlib.h>

#include "check/check.h"

enum { MOST = 256, HEAD = 2, SLOT = 8 };

static const struct prog_map maps[] = {
	{.name = "array", .type = MAPTYPE_ARRAY, .key_size = 4, .value_size = 32, .max_entries = 4},
	{.name = "hash", .type = MAPTYPE_HASH, .key_size = 8, .value_size = 24, .max_entries = 9},
	{.name = "ring", .type = MAPTYPE_RINGBUF, .max_entries = 4096},
	{.name = "progs",
	 .type = MAPTYPE_PROG_ARRAY,
	 .key_size = 4,
	 .value_size = 4,
	 .max_entries = 2},
};

/* Instructions that there are, with operands that are near: 8 bytes each. */
static u32 make(const u8 *data, size_t n, struct ob_ebpf *to)
{
	static const u8 helpers[] = {1, 2, 3, 5, 6, 7, 12, 26, 44, 84, 86, 131, 132, 133, 181};
	u32 count = 0;

	for (; n >= SLOT && count + 2 < MOST; data += SLOT, n -= SLOT) {
		const struct eb_row *row = &ebpf_rows[data[0] % EB_COUNT];
		struct ob_ebpf *i = &to[count++];
		*i = (struct ob_ebpf){row->code, data[1] % 11 & 15, data[2] % 11 & 15,
				      (s16)((s8)data[3] % 24), (s8)data[4]};
		switch ((enum eb_form)row->form) {
		case EBF_ALU_K:
		case EBF_ALU_X:
			i->off = (s16)row->value;
			i->imm = row->form == EBF_ALU_X ? 0
				 : data[5] & 1          ? (s32)get_le32(data + 4)
							: i->imm;
			break;
		case EBF_MOVSX:
			i->off = (s16)row->value;
			i->imm = 0;
			break;
		case EBF_NEG:
			i->off = 0;
			i->imm = i->src = 0;
			break;
		case EBF_SWAP:
			i->imm = row->value;
			i->off = 0;
			i->src = 0;
			break;
		case EBF_CALL:
			*i = (struct ob_ebpf){.code = row->code,
					      .imm = helpers[data[4] % LEN(helpers)]};
			break;
		case EBF_LOCAL:
			*i = (struct ob_ebpf){.code = row->code, .src = 1, .imm = (s8)data[4] % 32};
			break;
		case EBF_JAL:
			*i = (struct ob_ebpf){.code = row->code, .imm = (s8)data[4] % 16};
			break;
		case EBF_JA:
		case EBF_EXIT:
			*i = (struct ob_ebpf){.code = row->code,
					      .off = row->form == EBF_JA ? i->off : 0};
			break;
		case EBF_LDDW:
			i->off = 0;
			i->src = row->value;
			i->imm = data[4] % LEN(maps);
			to[count++] = (struct ob_ebpf){.imm = data[5] & 31};
			break;
		case EBF_LDX:
		case EBF_ST:
		case EBF_STX:
			i->off = (s16)((s8)data[3]);
			i->imm = row->form == EBF_ST ? i->imm : 0;
			i->src = row->form == EBF_ST ? 0 : i->src;
			break;
		case EBF_ATOMIC:
		case EBF_FETCH:
		case EBF_XCHG:
		case EBF_CMPXCHG:
		case EBF_LOAD_ACQ:
		case EBF_STORE_REL:
			i->off = (s16)((s8)data[3] & -8);
			i->imm = row->value;
			break;
		case EBF_JMP_K:
			i->src = 0;
			break;
		case EBF_JMP_X:
			i->imm = 0;
			break;
		default:
			break;
		}
	}
	to[count++] = (struct ob_ebpf){.code = 0xb7};
	to[count++] = (struct ob_ebpf){.code = 0x95};
	return count;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const u32 types[] = {PROGTYPE_SOCKET_FILTER, PROGTYPE_XDP, PROGTYPE_SCHED_CLS,
				    PROGTYPE_CGROUP_SKB, PROGTYPE_KPROBE};
	struct ob_ebpf code[MOST + 4];
	struct buf text = {0};
	struct prog *p;

	if (n < HEAD)
		return 0;
	u32 count = make(data + HEAD, n - HEAD, code);
	if (prog_create_ebpf(code, count, &p))
		return 0;
	p->type = types[data[1] % LEN(types)];
	p->map = maps;
	p->maps = LEN(maps);
	struct check_how how = {.level = data[0] % (CHECK_PRIVILEGED + 1),
				.gpl = true,
				.prog_flags = data[0] & 0x80 ? 8 : 0,
				.log = 1 + (data[0] >> 6 & 1),
				.text = &text,
				.memory = 64 << 20};
	int err = check_verify(p, &how, NULL);
	how.text = NULL;
	if (check_verify(p, &how, NULL) != err && err != -ENOMEM)
		abort();
	buf_deinit(&text);
	prog_destroy(p);
	return 0;
}
