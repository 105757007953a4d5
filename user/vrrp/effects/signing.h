/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts (auth_hmac) of an instance: its keys in the kernel side, and its own
 * signatures. */
#ifndef XBEAT_VRRP_EFFECTS_SIGNING_H
#define XBEAT_VRRP_EFFECTS_SIGNING_H

#include "user/core/vrrp/packet.h"
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

#define SIGNING_TEXT_BYTES 320

/* A sender whose signed adverts were accepted, by the last one. */
struct signing_sender {
	struct xb_address source;
	uint64_t sequence;
	uint64_t age_ns;
	int64_t ahead_ns; /* its clock minus this node's */
	uint8_t key_id;
};

/* Calls for each sender that this node remembers. */
void instance_signing_each_sender(const struct instance *instance,
				  void (*take)(void *context, const struct signing_sender *sender),
				  void *context);

/* Whether there was one of a kind since the last change of state. kind: of a refusal, its reason
 * minus XB_SIGNED_REASON_FIRST; or XB_SIGNED_SKEW. */
bool instance_signing_has_note(const struct instance *instance, size_t kind);

/* "from 10.0.0.1 (its clock is 100 s behind this node's, time_window 5 s); set the clocks of both
 * nodes". Returns text. */
const char *instance_signing_note_text(const struct instance *instance, size_t kind,
				       char text[static SIGNING_TEXT_BYTES]);

/* "stale": a kind's name, without the prefix of drop reasons. */
const char *instance_signing_kind_name(size_t kind);

/* Logs the kinds of refusals that the kernel side has noted since the last call. */
void instance_signing_report(struct instance *instance);

/* From now on each kind is reported again: the instance has another state. */
void instance_signing_want_reports(struct instance *instance);

/* Counters and notes. */
const struct xb_signed *instance_signing_state(const struct instance *instance);

#endif
