/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the users of commands on this host, and checks that the commands can run. */
#ifndef XBEAT_CONFIG_HOST_USERS_H
#define XBEAT_CONFIG_HOST_USERS_H

#include "user/config/model/config.h"

/*
 * Fills in uid and gid of every command and FIFO. A command without a user gets script_user, else
 * the user keepalived_script if it exists, else root, which is an error with
 * enable_script_security. A missing user or group is an error, and so is one that cannot be looked
 * up. A program of root that others can
 * change is a warning, with enable_script_security an error. A missing program is a warning.
 * Returns 0, or -EINVAL with every error in diagnostics.
 */
int command_users_resolve(struct config *config, struct diagnostics *diagnostics);

#endif
