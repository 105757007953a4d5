/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reasons of the state machine in words, private to vrrp.c: each function sets vrrp->reason,
 * with figures. Those about what is over now are called before the fields that they describe
 * change.
 */
#ifndef XBEAT_CORE_VRRP_REASON_H
#define XBEAT_CORE_VRRP_REASON_H

#include "user/core/vrrp/vrrp.h"

/* clause: given by the caller, with its own figures. */
void vrrp_explain(struct vrrp *vrrp, const char *clause);

void vrrp_explain_owner(struct vrrp *vrrp);
void vrrp_explain_start(struct vrrp *vrrp);
void vrrp_explain_followed(struct vrrp *vrrp);
void vrrp_explain_release(struct vrrp *vrrp, const struct vrrp_advert *advert);
void vrrp_explain_loss(struct vrrp *vrrp, const char *clause);
void vrrp_explain_yielding(struct vrrp *vrrp, const struct vrrp_advert *advert);
void vrrp_explain_silence(struct vrrp *vrrp, uint64_t now_ns);
void vrrp_explain_preemption(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns);
void vrrp_explain_holding(struct vrrp *vrrp, uint64_t now_ns, const char *clause);

/* Why the sender of the advert is not preempted. */
void vrrp_explain_staying(struct vrrp *vrrp, const struct vrrp_advert *advert, const char *clause);

/* Appends to the present reason: "…, but CLAUSE". */
void vrrp_explain_waiting(struct vrrp *vrrp, const char *clause);

/* Appends to the present reason from which node the addresses are claimed. */
void vrrp_explain_claim(struct vrrp *vrrp, const char *node);

/* An Active sent no advert for limit_ns or longer. */
void vrrp_explain_lateness(struct vrrp *vrrp, uint64_t now_ns, uint64_t limit_ns);

#endif
