/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that combine several of the daemon's answers, or read its objects in the kernel. */
#ifndef XBEAT_CTL_INSPECT_INSPECT_H
#define XBEAT_CTL_INSPECT_INSPECT_H

#include "user/ctl/call/command.h"
#include <jansson.h>
#include <stdio.h>

/* Prints what is wrong; with -w only when nothing is wrong any more, or after -t. Returns
 * COMMAND_FAILED while something is wrong. */
enum command_status inspect_health(const struct command *command);
void inspect_show_health(const json_t *health, FILE *stream);

/* What is attached to each interface; with -t how often programs run, and for how long. */
enum command_status inspect_interfaces(const struct command *command);
void inspect_show_interfaces(const json_t *result, FILE *stream);

/* The daemon's BPF maps. */
enum command_status inspect_maps(const struct command *command);
void inspect_show_maps(const json_t *maps, FILE *stream);

/* All that a bug report needs, as JSON without secrets. */
enum command_status inspect_dump(const struct command *command);

/* Shows the level of the daemon's log, or changes it. */
enum command_status inspect_log(const struct command *command);

#endif
