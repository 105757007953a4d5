/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a configuration file without a daemon. */
#ifndef XBEAT_CTL_FILE_LOAD_H
#define XBEAT_CTL_FILE_LOAD_H

#include "user/config/model/config.h"
#include "user/ctl/call/command.h"

/*
 * Reads and checks a file as xbeatd does, but for its key file. path: borrowed by *diagnostics.
 * *config: to be freed; NULL if it has errors, which are in *diagnostics, or cannot be read.
 * Returns COMMAND_OK also for a file with errors; logs why a file cannot be read.
 */
enum command_status load_configuration(const struct command *command, const char *path,
				       struct config **config, struct diagnostics *diagnostics);

/* Another text of one file, by the path that the configuration names it by. */
struct load_replacement {
	const char *path, *text;
};

/* The same; replacement: NULL: none. */
enum command_status load_configuration_with(const struct command *command, const char *path,
					    const struct load_replacement *replacement,
					    struct config **config,
					    struct diagnostics *diagnostics);

#endif
