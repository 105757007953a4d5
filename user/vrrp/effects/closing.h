/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes and opens the addresses of instances (user/kernel/maps/claims.h). */
#ifndef XBEAT_VRRP_EFFECTS_CLOSING_H
#define XBEAT_VRRP_EFFECTS_CLOSING_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <stddef.h>

/* Whether all of its addresses can be closed: those that can be guarded and are described in
 * heartbeats. */
bool instance_can_close(const struct instance *instance);

/* Packets to the addresses of all that can be closed are dropped from now on: before packets report
 * that they are given up. */
void instances_close(struct instance *const *list, size_t count);

/* The same for all that are Active: all are about to be given up. */
void instances_close_active(const struct instances *instances);

/* Closes all of them for a claim that can be carried out until until_ns; 0: not yet. Returns 0 or a
 * negative errno: then they are closed, but must not claim. */
int instances_close_for_claim(struct instance *const *list, size_t count, uint64_t until_ns);

/* Opens all of them, or none: the claim is over. */
bool instances_open(struct instance *const *list, size_t count);

/* Its addresses are removed, or it is Active without a claim. */
void instance_end_closing(struct instance *instance);

#endif
