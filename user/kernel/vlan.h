/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces whose VLAN tags may be removed before the XDP program runs (xb_vlan): their adverts are
 * handled by the tc program. vlan.c is the daemon's only writer of xb_vlan and xb_networks.
 */
#ifndef XBEAT_KERNEL_VLAN_H
#define XBEAT_KERNEL_VLAN_H

#include "user/kernel/kernel.h"

/* Finds out whether tags of the interface may be removed, and attaches or removes the tc program.
 * To be called again when a setting of the interface may have changed. What fails is logged; the
 * XDP program manages without. */
void vlan_attach(struct kernel *kernel, struct attachment *attachment);

/* Removes the tc program, and what is known of the interface. */
void vlan_detach(struct kernel *kernel, const struct attachment *attachment);

/* Replaces the networks of all interfaces. keys: without host bits. */
void vlan_set_networks(const struct kernel *kernel, const struct xb_network_key *keys,
		       size_t count);

#endif
