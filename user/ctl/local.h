/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that need no daemon. */
#ifndef XBEAT_CTL_LOCAL_H
#define XBEAT_CTL_LOCAL_H

#include "user/ctl/command.h"

enum command_status local_genkey(const struct command *command);
enum command_status local_check(const struct command *command);
enum command_status local_import(const struct command *command);
enum command_status local_version(const struct command *command);
enum command_status local_help(const struct command *command);

#endif
