/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches the XDP program to network interfaces through a pinned BPF link, never in place of
 * another project's program. */
#ifndef XBEAT_KERNEL_ATTACH_H
#define XBEAT_KERNEL_ATTACH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

struct attachment {
	char interface[XB_NAME_BYTES];
	unsigned interface_index;
	bool native; /* mode: in the driver; else generic */
	uint32_t program_id;
	int link_fd; /* BPF link; -1: none */
};

/*
 * Attaches the program to attachment->interface and pins the BPF link; a link that an earlier
 * daemon left is updated in place, so that no packet is missed.
 * Returns 0 or a negative errno, which is logged.
 */
int attach_interface(struct attachment *attachment, const char *daemon_name, int program_fd);

/* Closes the BPF link; if its pin is removed, that detaches the program. */
void attach_release(struct attachment *attachment);

/* Returns a new JSON object. */
json_t *attach_json(const struct attachment *attachment);

#endif
