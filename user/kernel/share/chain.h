/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The next program of each interface (xb_chain, xb_next, xb_next_ip): gets what the XDP program
 * passes. The maps are pinned with the others, so a chain outlives the daemon, and the next daemon
 * takes it over. Others may change xb_next, too: chain_check() finds that.
 */
#ifndef XBEAT_KERNEL_SHARE_CHAIN_H
#define XBEAT_KERNEL_SHARE_CHAIN_H

#include "user/kernel/share/program.h"
#include <jansson.h>
#include <stddef.h>

enum chain_programs { CHAIN_ETHERNET, CHAIN_IP, CHAIN_PROGRAMS };

struct chain {
	struct xb_chain *table; /* mapped, borrowed; NULL: there is none */
	int programs[CHAIN_PROGRAMS]; /* xb_next, xb_next_ip */
	bool takes_fragments; /* our XDP program for Ethernet does */
	uint32_t seen[XB_CHAIN_MAX]; /* id in the slot at the last check; 0: none */
};

/* The interface that a call is about. */
struct chain_interface {
	const char *name;
	unsigned index; /* 0: our program is not on it */
	bool ip_only;
};

/* Takes copies of the descriptors. Returns 0 or a negative errno. */
int chain_start(struct chain *chain, struct xb_chain *table,
		const int programs[static CHAIN_PROGRAMS], bool takes_fragments);
/* Closes the descriptors. */
void chain_close(struct chain *chain);

/* Hands what passes on the interface to the program, in place of an earlier one. Returns 0, or a
 * negative errno with the reason and the remedy. */
int chain_add(struct chain *chain, const struct chain_interface *interface, int program_fd,
	      char reason[static PROGRAM_REASON_BYTES]);

/* Returns 0, or -ENOENT: it has none. */
int chain_remove(struct chain *chain, const char *interface);

/* Our program is on the interface, or not any more: its next program follows it. */
void chain_follow(struct chain *chain, const struct chain_interface *interface);

/* Returns the slot of an interface, or NULL: it has no next program. */
const struct xb_chain_slot *chain_slot(const struct chain *chain, const char *interface);

/* What something else has done to a slot. */
struct chain_change {
	const struct xb_chain_slot *slot;
	uint32_t id; /* now in it; 0: none */
	uint32_t before; /* 0: none */
};

/* Finds the next change since the last calls. Returns whether there is one. */
bool chain_check(struct chain *chain, struct chain_change *change);

/* Returns a new JSON array of all interfaces with a next program, or of one (NULL: all). */
json_t *chain_json(const struct chain *chain, const char *interface);

#endif
