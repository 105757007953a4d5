/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The XDP program on an interface: whose it is, how it is attached, and what can be done so that
 * both run. No advice removes the programs of others. */
#ifndef XBEAT_KERNEL_SHARE_FOREIGN_H
#define XBEAT_KERNEL_SHARE_FOREIGN_H

#include "user/kernel/share/program.h"

#define FOREIGN_TEXT_BYTES 256

enum foreign_kind {
	FOREIGN_NONE, /* there is none */
	FOREIGN_XBEAT, /* of an xbeatd */
	FOREIGN_DISPATCHER, /* libxdp's: runs several programs */
	FOREIGN_LINK, /* through a BPF link */
	FOREIGN_OTHER, /* by netlink, or this process may not know links */
};

struct foreign {
	enum foreign_kind kind;
	struct program program;
	uint32_t link_id; /* FOREIGN_LINK */
};

/* Remembers what runs on all interfaces of this network namespace: later, without CAP_SYS_ADMIN, a
 * process may no longer ask for names. Before any other thread runs. Returns whether one is
 * libxdp's dispatcher. */
bool foreign_learn(void);

/* The id of the XDP program on an interface; 0: none. */
uint32_t foreign_program_id(unsigned interface_index);

/* Finds it. */
void foreign_find(unsigned interface_index, struct foreign *foreign);

/* Writes what is on the interface, and the remedy; returns text. */
const char *foreign_refusal(const struct foreign *foreign, const char *interface,
			    char text[static FOREIGN_TEXT_BYTES]);

#endif
