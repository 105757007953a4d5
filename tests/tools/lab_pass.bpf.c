// SPDX-License-Identifier: GPL-2.0-or-later
/* Passes everything: on the far end of a veth pair it makes native XDP_TX of the near end
 * arrive. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("xdp.frags")
int lab_pass(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
