/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What instances know that is only in memory, as JSON for the next daemon: what an operator asked
 * for, and for a daemon that hands over also the state that goes on. The next daemon may be of
 * another version: unknown members are ignored, missing ones are as after a start.
 */
#ifndef XBEAT_VRRP_SAVED_H
#define XBEAT_VRRP_SAVED_H

#include <jansson.h>
#include <stdbool.h>

struct vrrp_room;

/* Returns new JSON. states: also those that go on; else only what an operator asked for. */
json_t *instances_saved_json(const struct vrrp_room *room, bool states);

/* Whether it contains something that an operator asked for. */
bool instances_saved_matters(const json_t *saved);

/* Leaves only what an operator asked for: the states are too old to go on. saved: NULL: nothing. */
void instances_saved_forget_states(json_t *saved);

/* Restores it before the instances start. saved: borrowed; NULL: nothing was saved. */
void instances_restore_saved(struct vrrp_room *room, const json_t *saved);

/* The daemon ends and the next one goes on: each Active sends an advert now, so that the next one
 * has a whole Active_Down_Interval. */
void instances_advertise_last(struct vrrp_room *room);

#endif
