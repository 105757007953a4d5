/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces whose VLAN tags may be removed before the XDP program runs (xb_vlan): their adverts
 * are handled by the tc program. vlan.c is the daemon's only writer of xb_vlan and xb_networks.
 */
#ifndef XBEAT_KERNEL_INTERFACES_VLAN_H
#define XBEAT_KERNEL_INTERFACES_VLAN_H

#include "user/kernel/kernel.h"

/* Finds out whether tags of the interface may be removed, and attaches or removes the tc program.
 * A failure is logged; the XDP program manages without. Returns 0 or a negative errno. */
int vlan_attach(struct kernel *kernel, struct attachment *attachment);

/* Removes the tc program, and what is known of the interface. */
void vlan_detach(struct kernel *kernel, const struct attachment *attachment);

/* What vlan_keep() did. */
struct vlan_result {
	bool changed; /* the rest is set */
	enum attach_vlan_tags tags;
	bool own_qdisc;
	int error; /* the tc program could not be attached */
};

/* Notes for which attachments vlan_keep() has something to do: filters or settings changed. */
void vlan_note_changes(struct kernel *kernel);

/* If something is due for the attachment, finds out what the driver does with tags, and attaches
 * the tc program again if something else has removed it. It may wait for the lock of network
 * configuration, so it is for the thread of upkeep/attach_watch.c. */
void vlan_keep(const struct attachment *attachment, struct vlan_result *result);

/* Takes a result into the attachment and xb_vlan. Returns whether tags are visible now and were
 * not, or the reverse. */
bool vlan_take(const struct kernel *kernel, struct attachment *attachment,
	       const struct vlan_result *result);

/* Whether adverts did not get to the tc program since the last call, although it is attached. */
bool vlan_is_bypassed(const struct kernel *kernel, struct attachment *attachment);

/* Replaces the networks of all interfaces. keys: without host bits; sorted here. Those that do not
 * fit are logged, once. */
void vlan_set_networks(struct kernel *kernel, struct xb_network_key *keys, size_t count);

#endif
