/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl vrrp". */
#ifndef XBEAT_VRRP_REPORT_JSON_H
#define XBEAT_VRRP_REPORT_JSON_H

#include <jansson.h>

struct instance;
struct vrrp_room;

/* Each returns new JSON. */
json_t *instances_json(const struct vrrp_room *room);
json_t *instances_signing_json(const struct vrrp_room *room); /* those with auth_hmac */
json_t *instances_routers_json(const struct vrrp_room *room); /* whose adverts count, and why */
json_t *instances_foreign_json(const struct vrrp_room *room);
json_t *instance_inhibitors_json(const struct instance *instance);

/* Adds "auth_hmac", if the instance has it. */
void instance_add_signing(json_t *json, const struct instance *instance);

/* Adds "takeovers", "releases" and "fences" by cause, and the "cause" of the last change. */
void instance_add_transitions(json_t *json, const struct instance *instance);

/* How often a notify FIFO was refused. */
unsigned instances_refused_fifos(const struct vrrp_room *room);

#endif
