/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that are larger than a buffer of the driver: an XDP program with BPF_F_XDP_HAS_FRAGS
 * (Linux 5.18) gets them as a first part and fragments. Drivers that know fragments refuse one
 * without, in native mode, if the MTU is larger than a page holds.
 */
#ifndef XBEAT_KERNEL_FRAGS_H
#define XBEAT_KERNEL_FRAGS_H

struct xbeat_bpf;

/* Has the program for interfaces with Ethernet headers loaded so, if this kernel can: it is asked
 * by loading a program of two instructions. */
void frags_enable_if_supported(struct xbeat_bpf *skeleton);

#endif
