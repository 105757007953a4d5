/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets of an interface begin with, for a program that sees them as they arrive. */
#ifndef XBEAT_KERNEL_SYSTEM_LINK_LAYER_H
#define XBEAT_KERNEL_SYSTEM_LINK_LAYER_H

enum link_layer {
	LINK_LAYER_ETHERNET,
	LINK_LAYER_IP, /* the IP header comes first: tun, WireGuard, GRE, … */
	LINK_LAYER_OTHER, /* another header, which the program does not know */
};

/* Reads it from the interface. One that cannot be read counts as Ethernet. */
enum link_layer link_layer_of(const char *interface);

/* Why no program can be attached to an interface with LINK_LAYER_OTHER, and the remedy. */
extern const char link_layer_refusal[];

#endif
