/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of the daemon's methods as text for people, one function a method. Knows JSON, no daemon.
 */
#ifndef XBEAT_CTL_SHOW_SHOW_H
#define XBEAT_CTL_SHOW_SHOW_H

#include <jansson.h>
#include <stdio.h>

void show_status(const json_t *status, FILE *stream);
void show_cluster(const json_t *cluster, FILE *stream);
void show_peers(const json_t *peers, FILE *stream);
void show_vrrp(const json_t *instances, FILE *stream);
void show_explain(const json_t *explanation, FILE *stream);
void show_tracking(const json_t *list, FILE *stream);
void show_apps(const json_t *list, FILE *stream);
void show_keys(const json_t *result, FILE *stream);
void show_drops(const json_t *drops, FILE *stream);
void show_event(const json_t *event, FILE *stream);

/* Of "import", which needs no daemon. */
void show_import(const json_t *import, FILE *stream);

/* Methods that change something: what has changed. */
void show_failover(const json_t *result, FILE *stream);
void show_resume(const json_t *result, FILE *stream);
void show_drain(const json_t *result, FILE *stream);
void show_stop(const json_t *result, FILE *stream);
void show_restart(const json_t *result, FILE *stream);
void show_priority(const json_t *result, FILE *stream);
void show_reload(const json_t *result, FILE *stream);

/* The text of the configuration; unchanged, unless stream is a terminal. */
void show_config(const json_t *result, FILE *stream);

#endif
