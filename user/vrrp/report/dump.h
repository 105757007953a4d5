/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keepalived writes on SIGUSR1, SIGUSR2 and its JSON signal, in its form, for programs that
 * read it: its names of fields and states, for what xbeat has. Passwords are left out.
 */
#ifndef XBEAT_VRRP_REPORT_DUMP_H
#define XBEAT_VRRP_REPORT_DUMP_H

#include <stddef.h>

struct instance;
struct vrrp_room;

/* Each returns a new text, to be freed; aborts when out of memory. */
char *dump_state(const struct vrrp_room *room);
char *dump_statistics(const struct vrrp_room *room);

/* version: of json_version; 2 puts the list into an object, beside the tracked processes. */
char *dump_json(const struct vrrp_room *room, unsigned version);

/* One of keepalived's states, and its number in keepalived's JSON. */
struct dump_state_name {
	int number;
	const char *name;
};

/* Initialize is FAULT if something keeps the instance there, else INIT. */
const struct dump_state_name *dump_state_of(const struct instance *instance);

#define DUMP_VIP_BYTES 256

/* Writes address i of the instance as keepalived shows it, "set" if it is on the interface. */
void dump_vip(const struct instance *instance, size_t i, char text[static DUMP_VIP_BYTES]);

/* Returns a new text: the command with each argument in quotes. */
char *dump_command(char *const *arguments);

#endif
