/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program on the network interfaces: attached through a pinned bpf_link, never over a
 * program that is not ours. */
#ifndef XBEAT_KERNEL_ATTACH_H
#define XBEAT_KERNEL_ATTACH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

struct attachment {
	char interface[XB_NAME_BYTES];
	unsigned interface_index;
	bool native; /* in the driver; else generic */
	uint32_t program_id;
	int link_fd; /* -1: none */
};

/*
 * Attaches the program to attachment->interface and pins the link; an own link that an earlier
 * daemon left behind is updated in place, so that no packet is missed.
 * Returns 0 or a negative errno, having said what to do.
 */
int attach_interface(struct attachment *attachment, const char *instance, int program_fd);

/* Closes the link; with its pin removed that detaches the program. */
void attach_release(struct attachment *attachment);

/* Returns a new JSON object. */
json_t *attach_json(const struct attachment *attachment);

#endif
