/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs on files of this machine. Only node asks the daemon, to read its file again. */
#ifndef XBEAT_CTL_FILE_LOCAL_H
#define XBEAT_CTL_FILE_LOCAL_H

#include "user/ctl/call/command.h"

enum command_status local_genkey(const struct command *command);
enum command_status local_check(const struct command *command);
enum command_status local_import(const struct command *command);
enum command_status local_node(const struct command *command);
enum command_status local_version(const struct command *command);

#endif
