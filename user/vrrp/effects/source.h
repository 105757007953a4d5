/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source address of adverts. */
#ifndef XBEAT_VRRP_EFFECTS_SOURCE_H
#define XBEAT_VRRP_EFFECTS_SOURCE_H

#include "user/vrrp/state/instance.h"

struct local_address;

/*
 * Finds the source of the adverts: mcast_src_ip or unicast_src_ip, else the first address of the
 * interface that is none of the VIPs (IPv6: its link-local address). Returns 0 or a negative errno
 * with a message that says what to do.
 */
int instance_find_primary(const struct config_instance *config, const struct local_address *list,
			  size_t count, struct xb_address *primary, char *message, size_t bytes);

/* Finds it again, and sets or clears the inhibitor. */
void instance_find_source(struct instance *instance);

#endif
