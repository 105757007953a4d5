/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reasons of verdicts in words, with figures; private to liveness.c, as vrrp/reason.h is to
 * vrrp.c. Each function writes one reason. Those about what is over now are called before the
 * fields that they describe change.
 */
#ifndef XBEAT_CORE_LIVENESS_REASON_H
#define XBEAT_CORE_LIVENESS_REASON_H

#include "user/core/liveness.h"

/* Why a link gets this verdict. */
void liveness_explain_link(const struct liveness_judgement *judgement, size_t link,
			   enum verdict verdict, char reason[LIVENESS_REASON_BYTES]);

/* newest, the freshest evidence, reports that the daemon died. */
void liveness_explain_death(const struct liveness_judgement *judgement,
			    const struct liveness_evidence *newest,
			    char reason[LIVENESS_REASON_BYTES]);

/* The daemon is running again. */
void liveness_explain_return(const struct liveness_judgement *judgement,
			     char reason[LIVENESS_REASON_BYTES]);

/* Verdicts on a peer whose kernel answers: up; hung because its daemon died longer than
 * restart_grace ago; hung because it stalls for daemon_timeout; fenced; released. */
void liveness_explain_up(const struct liveness_judgement *judgement,
			 char reason[LIVENESS_REASON_BYTES]);
void liveness_explain_dead_daemon(const struct liveness_judgement *judgement,
				  char reason[LIVENESS_REASON_BYTES]);
void liveness_explain_stalled_daemon(const struct liveness_judgement *judgement,
				     char reason[LIVENESS_REASON_BYTES]);
void liveness_explain_fenced(const struct liveness_judgement *judgement,
			     char reason[LIVENESS_REASON_BYTES]);
void liveness_explain_released(const struct liveness_judgement *judgement,
			       char reason[LIVENESS_REASON_BYTES]);

/* Verdicts on a peer that is one-way, down or unreachable. */
void liveness_explain_one_way(const struct liveness_judgement *judgement,
			      char reason[LIVENESS_REASON_BYTES]);
void liveness_explain_silence(const struct liveness_judgement *judgement,
			      char reason[LIVENESS_REASON_BYTES]);

/* Returns the evidence that arrived last, or NULL if there is none. */
const struct liveness_evidence *liveness_freshest(const struct liveness_evidence *links,
						  size_t link_count);

#endif
