/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces whose VLAN tags may be removed before the XDP program runs (xb_vlan): their adverts are
 * handled by the tc program. vlan.c is the daemon's only writer of xb_vlan and xb_networks.
 */
#ifndef XBEAT_KERNEL_VLAN_H
#define XBEAT_KERNEL_VLAN_H

#include "user/kernel/kernel.h"

/* Finds out whether tags of the interface may be removed, and attaches or removes the tc program.
 * A failure is logged; the XDP program manages without. Returns 0 or a negative errno. */
int vlan_attach(struct kernel *kernel, struct attachment *attachment);

/* Removes the tc program, and what is known of the interface. */
void vlan_detach(struct kernel *kernel, const struct attachment *attachment);

/* The same if a setting of the interface has changed. Returns whether that changed how tags
 * are known. */
bool vlan_follow(struct kernel *kernel, const struct attachment *changed);

/* Attaches tc programs again that something else has removed. Returns at most one attachment at a
 * call, with *error if that failed; NULL: there is none (left). */
struct attachment *vlan_restore(struct kernel *kernel, int *error);

/* Whether adverts did not get to the tc program since the last call, although it is attached. */
bool vlan_is_bypassed(const struct kernel *kernel, struct attachment *attachment);

/* Replaces the networks of all interfaces. keys: without host bits; sorted here. Those that do not
 * fit are logged, once. */
void vlan_set_networks(struct kernel *kernel, struct xb_network_key *keys, size_t count);

#endif
