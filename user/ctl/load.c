// SPDX-License-Identifier: GPL-2.0-or-later
/* A configuration file for verbs that need no daemon; see load.h. */
#include "user/ctl/load.h"
#include "user/config/host/environment.h"
#include "user/config/host/users.h"
#include "user/lib/cleanup.h"
#include "user/lib/file.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>

enum command_status load_configuration(const struct command *command, const char *path,
				       struct config **config, struct diagnostics *diagnostics)
{
	_cleanup_free_ char *text = NULL;
	struct config_machine machine;
	size_t length;
	int error = file_read(path, &text, &length);

	*config = NULL;
	if (error) {
		log_error("cannot read %s: %s", path, strerror(-error));
		return error == -EACCES ? COMMAND_NOT_PERMITTED : COMMAND_FAILED;
	}
	config_machine_init(&machine, command->daemon_name);
	error = config_parse(path, text, length, &machine.environment, config, diagnostics);
	if (!error && command_users_resolve(*config, diagnostics)) {
		config_free(*config);
		*config = NULL;
	}
	return COMMAND_OK;
}
