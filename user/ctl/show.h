/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that show a daemon's answer. */
#ifndef XBEAT_CTL_SHOW_H
#define XBEAT_CTL_SHOW_H

#include "user/ctl/command.h"
#include <jansson.h>
#include <stdio.h>

/* Asks for the method that has the verb's name; prints its value with the verb's print, or as JSON. */
enum command_status show_run(const struct command *command);

/* Shows events, and goes on if the command follows. */
enum command_status show_events_run(const struct command *command);

/* Shows applications, or beats once for one. */
enum command_status show_app_run(const struct command *command);

/* Values of the methods as tables for people. */
void show_status(const json_t *status, FILE *stream);
void show_peers(const json_t *peers, FILE *stream);
void show_vrrp(const json_t *instances, FILE *stream);
void show_explain(const json_t *explanation, FILE *stream);
void show_tracking(const json_t *list, FILE *stream);
void show_apps(const json_t *list, FILE *stream);
void show_drops(const json_t *drops, FILE *stream);
void show_event(const json_t *event, FILE *stream);

/* What the methods that change something have changed; and the configuration, as it is. */
void show_failover(const json_t *result, FILE *stream);
void show_resume(const json_t *result, FILE *stream);
void show_drain(const json_t *result, FILE *stream);
void show_priority(const json_t *result, FILE *stream);
void show_reload(const json_t *result, FILE *stream);
void show_config(const json_t *result, FILE *stream);

#endif
