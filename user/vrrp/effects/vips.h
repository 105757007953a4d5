/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses, routes and rules of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_VIPS_H
#define XBEAT_VRRP_EFFECTS_VIPS_H

#include "user/vrrp/state/instance.h"

/* Lists the virtual addresses of a configuration, none of them held. Returns 0 or -ENOMEM. */
int instance_list_addresses(struct instance *instance, const struct config_instance *config);

/* Refers to an equal configuration from now on. */
void instance_point(struct instance *instance, const struct config_instance *config);

void instance_take_addresses(struct instance *instance);
void instance_release_addresses(struct instance *instance);

/* Removes VIPs, routes and rules that an earlier daemon left. */
void instance_remove_stale(struct instance *instance);

/* Leaves those that another configuration does not have: another instance may be about to take them. */
void instance_leave_addresses(struct instance *instance, const struct config_instance *to);

/* Changes from the addresses of one configuration to those of another, while Active. */
void instance_change_addresses(struct instance *instance, const struct config_instance *to);

/* Puts an address back that something else has removed. */
void instance_address_removed(struct instance *instance, const struct address_event *event);

/* An interface is up again: restores what its failure removed, and announces it. */
void instance_interface_works(struct instance *instance, const struct link_event *link);

/* Finds the interfaces of all VIPs again. */
void instance_place_addresses(struct instance *instance);

/* Announces all VIPs, each repeat times. */
void instance_announce(struct instance *instance, unsigned repeat);

/* A rival was seen, and neighbours may believe it: announces now, and once more when they take announcements again.
 * Limited in rate. */
void instance_announce_again(struct instance *instance);

#endif
