/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who runs the commands of a configuration on this machine, and whether they can be run. */
#ifndef XBEAT_CONFIG_HOST_USERS_H
#define XBEAT_CONFIG_HOST_USERS_H

#include "user/config/model/config.h"

/*
 * Fills in uid and gid of every command and FIFO. Who names nobody gets script_user, else the user
 * keepalived_script if there is one, else root.
 * A user or group that is not there is an error; so is, with enable_script_security, a program of
 * root that others can change. A program that is not there is a warning.
 * Returns 0, or -EINVAL with every error in diagnostics.
 */
int command_users_resolve(struct config *config, struct diagnostics *diagnostics);

#endif
