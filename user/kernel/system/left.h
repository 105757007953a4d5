/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an earlier daemon left: its pinned maps, or its program on an interface, which survives its
 * container if it was attached by netlink (attach.h), with the maps that it uses.
 */
#ifndef XBEAT_KERNEL_SYSTEM_LEFT_H
#define XBEAT_KERNEL_SYSTEM_LEFT_H

#include <stdbool.h>
#include <stdint.h>

/* Finds the program that a dead daemon of this name left on an interface of this network namespace.
 * Returns a descriptor, or -1. */
int left_find_program(const char *daemon_name);

/* Opens a map: that of the program (-1: none), otherwise the pinned one. Returns a descriptor or a
 * negative errno. */
int left_open_map(const char *daemon_name, int program_fd, const char *map_name);

/* Whether the program with this id uses one of the maps of another program: it is of an earlier
 * daemon whose maps were taken over. */
bool left_shares_maps(uint32_t program_id, int program_fd);

/* Whether it is the name of one of our XDP programs. */
bool left_is_program_name(const char *name);

/* Whether this process may find programs and maps by their ids: CAP_SYS_ADMIN. */
bool left_may_find(void);

#endif
