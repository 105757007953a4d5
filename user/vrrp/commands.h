/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for, and the answers. */
#ifndef XBEAT_VRRP_COMMANDS_H
#define XBEAT_VRRP_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct instance;
struct vrrp_room;

/* The instance has left this node. Takes ownership of json. */
typedef void instances_failover_done(void *context, json_t *json);

/* Returns 0, and instances_await_failover() follows, which calls done once, at once or later; or a
 * negative errno with a message for the operator. */
int instances_failover(struct instance *instance, uint64_t duration_ns, bool force, char *message,
		       size_t bytes);
void instances_await_failover(struct instance *instance, instances_failover_done *done,
			      void *context);

/* Each returns new JSON, or NULL with a message for the operator. */
json_t *instances_set_priority(struct instance *instance, uint8_t priority, char *message,
			       size_t bytes);

/* Returns the instance of that name, or NULL. */
struct instance *instances_named(const struct vrrp_room *room, const char *name);

/* Whether it is Active. */
bool instances_is_active(const struct vrrp_room *room, const char *name);

/* Lets one (NULL: all, and the node) take part again; returns the names of those that it changed as
 * new JSON, or NULL with a message if something else that an operator did keeps that one away. */
json_t *instances_resume(struct vrrp_room *room, struct instance *instance, char *message,
			 size_t bytes);

/* Likewise all instances; NULL with a message if no node would take one of them over, unless force.
 */
json_t *instances_drain(struct vrrp_room *room, bool force, char *message, size_t bytes);

#endif
