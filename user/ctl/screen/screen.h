/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that fill the terminal and go on until a key ends them. */
#ifndef XBEAT_CTL_SCREEN_SCREEN_H
#define XBEAT_CTL_SCREEN_SCREEN_H

#include "user/ctl/call/command.h"

/* Shows nodes, instances and events, again and again. */
enum command_status screen_top(const struct command *command);

/* Runs xbeatctl with the arguments again and again and marks what has changed. */
enum command_status screen_watch(const struct command *command);

#endif
