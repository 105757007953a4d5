/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to the verb. */
#ifndef XBEAT_CTL_COMMAND_H
#define XBEAT_CTL_COMMAND_H

#include "user/ctl/call/command.h"

/*
 * Parses the command line; options may precede and follow the verb.
 * *command borrows from argv, whose order changes.
 * Returns COMMAND_OK, or COMMAND_USAGE after logging what is wrong.
 */
enum command_status command_parse(int argc, char **argv, struct command *command);

/* Runs the verb, or prints help; returns the exit status. */
enum command_status command_run(const struct command *command);

#endif
