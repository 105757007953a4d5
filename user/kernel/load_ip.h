/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs for interfaces without Ethernet headers. Few nodes have one, and the verification of
 * the programs would delay each restart by 60 ms, so they are loaded when the first is attached
 * to. */
#ifndef XBEAT_KERNEL_LOAD_IP_H
#define XBEAT_KERNEL_LOAD_IP_H

#include "user/kernel/kernel.h"

/* Loads xbeat_ip and xbeat_tc_ip with the maps of the other programs, unless that is done. Returns
 * 0 or a negative errno, which is logged. */
int load_ip(struct kernel *kernel);

/* Opens an object to be loaded by dispatcher_join(): xbeat or xbeat_ip, with the maps of the other
 * programs, but for those of next programs, which the dispatcher runs. Returns NULL with errno. */
struct xbeat_bpf *load_member_open(const struct xbeat_bpf *first, bool ip_only);

/* Loads them into *loaded with the maps of other programs. Returns likewise. */
int load_ip_beside(const struct xbeat_bpf *first, struct xbeat_bpf **loaded);

#endif
