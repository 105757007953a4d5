/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts (auth_hmac) of an instance: its keys in the kernel side, and its own signatures. */
#ifndef XBEAT_VRRP_EFFECTS_SIGNING_H
#define XBEAT_VRRP_EFFECTS_SIGNING_H

#include "user/core/vrrp_packet.h"
#include "user/vrrp/state/instance.h"

/* Writes keys, unicast peers and mode. On an error nothing that is checked now is checked less.
 * Returns 0 or a negative errno. */
int instance_signing_configure(const struct instance *instance);

/* Whether its adverts carry a signature, for which the MTU must have room. */
bool instance_signing_signs(const struct instance *instance);

/* Signs a message if the instance signs; it then refers to *trailer. Returns 0 or a negative errno,
 * with which the message must not be sent. */
int instance_signing_sign(const struct instance *instance, struct vrrp_message *message,
			  struct xb_signed_trailer *trailer);

/* Logs the kinds of refusals that the kernel side has noted since the last call. */
void instance_signing_report(struct instance *instance);

/* From now on each kind is reported again: the instance has another state. */
void instance_signing_want_reports(struct instance *instance);

/* Counters and notes. */
const struct xb_signed *instance_signing_state(const struct instance *instance);

#endif
