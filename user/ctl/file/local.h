/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs on files of this machine. node and keys ask the daemon, to read its file again. */
#ifndef XBEAT_CTL_FILE_LOCAL_H
#define XBEAT_CTL_FILE_LOCAL_H

#include "user/ctl/call/command.h"

enum command_status local_genkey(const struct command *command);
enum command_status local_check(const struct command *command);
enum command_status local_import(const struct command *command);
enum command_status local_node(const struct command *command);
/* Shows the keys of heartbeats, or changes them by one step (keys.c). */
enum command_status local_keys(const struct command *command);

enum command_status local_version(const struct command *command);

#endif
