/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output: a full disk is reported, a closed pipe is not. */
#ifndef XBEAT_CTL_CALL_OUTPUT_H
#define XBEAT_CTL_CALL_OUTPUT_H

#include "user/ctl/call/command.h"
#include <jansson.h>

/* Flushes; returns COMMAND_OK, or COMMAND_FAILED if not all of the output could be written. */
enum command_status output_finish(void);

/* Prints a value as JSON on one line; what could control a terminal is escaped in it. */
void output_json(const json_t *value);

/* Prints an answer as JSON or for people, as the options ask for. */
void output_result(const struct command *command, const json_t *answer);

#endif
