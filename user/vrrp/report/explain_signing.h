/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain": signed adverts (auth_hmac). */
#ifndef XBEAT_VRRP_REPORT_EXPLAIN_SIGNING_H
#define XBEAT_VRRP_REPORT_EXPLAIN_SIGNING_H

#include <jansson.h>

struct instance;

/* The key, whose signed adverts arrive, with which key and clock, and what is refused and why. */
void instance_explain_signing(const struct instance *instance, json_t *lines);

#endif
