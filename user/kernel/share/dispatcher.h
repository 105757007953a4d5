/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libxdp's dispatcher: an XDP program that runs up to ten others, which are loaded as its
 * extensions (freplace). Where one is on an interface, our program joins it, before the others.
 * Whoever adds or removes a program replaces the dispatcher; the programs stay the same. Needs
 * CAP_SYS_ADMIN, but for dispatcher_has().
 */
#ifndef XBEAT_KERNEL_SHARE_DISPATCHER_H
#define XBEAT_KERNEL_SHARE_DISPATCHER_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

/* Loads the program of this name of the object, which is not loaded yet, as a member of the
 * interface's dispatcher. It stays when the object is closed. *id: of the program; *native: the
 * dispatcher's mode. Returns 0 or a negative errno. */
int dispatcher_join(struct bpf_object *object, const char *name, unsigned interface_index,
		    uint32_t *id, bool *native);

/* Whether the program with this id is a member of the dispatcher that is on the interface. */
bool dispatcher_has(unsigned interface_index, uint32_t id);

/* Removes the member with this id; the others stay. */
int dispatcher_leave(unsigned interface_index, uint32_t id);

/* Removes the members of an earlier daemon, which use maps of program_fd, but for the one with the
 * id kept (0: none is). */
void dispatcher_leave_left(unsigned interface_index, uint32_t kept, int program_fd);

#endif
