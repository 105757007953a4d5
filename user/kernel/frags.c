/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in fragments; see frags.h. */
#include "user/kernel/frags.h"
#include "user/kernel/kernel.h"
#include "user/lib/array.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <unistd.h>

static bool are_supported(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "xbeat_frags", "GPL", pass, ARRAY_SIZE(pass),
			       &options);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void frags_enable_if_supported(struct xbeat_bpf *skeleton)
{
	if (!are_supported())
		return;
	bpf_program__set_flags(skeleton->progs.xbeat,
			       bpf_program__flags(skeleton->progs.xbeat) | BPF_F_XDP_HAS_FRAGS);
	skeleton->rodata->xb_frags = 1;
}
