/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration asks of the machine, and going over from one to another. */
#ifndef XBEAT_VRRP_RELOAD_H
#define XBEAT_VRRP_RELOAD_H

#include "user/config/model/config.h"
#include "user/net/interfaces.h"
#include <jansson.h>

struct vrrp_room;

/* What a reload did; the names are borrowed from the configuration or, removed ones, new texts. */
struct instances_changes {
	json_t *added, *changed, *removed;
	size_t unchanged_count;
};

/*
 * Whether this machine has what the configuration names: interfaces, and no VIP as the only address to
 * advertise from. One that has no address yet is warned of.
 * from: the configuration that runs (NULL: none); what an instance has lost since is an obstacle of that
 * instance alone, and no reason against changing others.
 * Returns 0, or a negative errno with a text that says what to do.
 */
int instances_check(const struct config *config, const struct config *from,
		    struct interfaces *interfaces, char *message, size_t bytes);

/* Takes a configuration that instances_check() has found right. Instances whose configuration has not
 * changed go on undisturbed. The one before may be freed afterwards. */
void instances_reload(struct vrrp_room *room, const struct config *from, const struct config *to,
		      struct instances_changes *changes);

#endif
