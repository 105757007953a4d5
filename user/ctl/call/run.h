/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that ask a daemon. */
#ifndef XBEAT_CTL_CALL_RUN_H
#define XBEAT_CTL_CALL_RUN_H

#include "user/ctl/call/command.h"
#include <jansson.h>

/* Prints of a result what the arguments name, as the options ask for; releases it. */
enum command_status run_show(const struct command *command, json_t *result);

/* Calls the method of the verb's name; prints the result with the verb's print, or as JSON. */
enum command_status run_method(const struct command *command);

/* Likewise, then waits until the daemon has closed the connection, by its end. */
enum command_status run_stop(const struct command *command);

/* Likewise, then asks the daemon that is there now whether it is the new one. */
enum command_status run_restart(const struct command *command);

/* Prints events; with -f it goes on. */
enum command_status run_events(const struct command *command);

/* Prints applications, or beats once for one. */
enum command_status run_app(const struct command *command);

#endif
