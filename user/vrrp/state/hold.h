/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a Backup waits though its timer has expired. */
#ifndef XBEAT_VRRP_STATE_HOLD_H
#define XBEAT_VRRP_STATE_HOLD_H

#include "user/vrrp/state/instance.h"

/*
 * Writes why a Backup must not take over though its timer has expired: a clause with figures.
 * Returns whether there is such a reason: an Active that may still answer for the addresses, or
 * cannot be asked; to hold: or one that works.
 */
bool instance_wait_reason(const struct instance *instance, char *text, size_t bytes);

/* router: the instance's slot, which has what was refused; NULL if only the result matters. */
bool instance_hold_reason(const struct instance *instance, const struct xb_vrrp *router, char *text,
			  size_t bytes);

/* The same for preempting a lower Active that is heard: another node does not hear this one. */
bool instance_stay_reason(const struct instance *instance, char *text, size_t bytes);

#endif
