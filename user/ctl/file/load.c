// SPDX-License-Identifier: GPL-2.0-or-later
/* A configuration file for verbs that need no daemon; see load.h. */
#include "user/ctl/file/load.h"
#include "user/config/host/environment.h"
#include "user/config/host/users.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>

/* Of the configuration that is being read; its hooks have no context. */
static const struct load_replacement *replaced;

static int read_text(const char *path, char **text, size_t *length)
{
	if (!replaced || strcmp(path, replaced->path) != 0)
		return file_read(path, text, length);
	*text = strdup(replaced->text);
	if (!*text)
		return -ENOMEM;
	*length = strlen(*text);
	return 0;
}

enum command_status load_configuration_with(const struct command *command, const char *path,
					    const struct load_replacement *replacement,
					    struct config **config, struct diagnostics *diagnostics)
{
	_cleanup_free_ char *text = NULL;
	struct config_machine machine;
	size_t length;
	int error;

	*config = NULL;
	replaced = replacement;
	error = read_text(path, &text, &length);
	if (error) {
		log_error("cannot read %s: %s", path, strerror(-error));
		return error == -EACCES ? COMMAND_NOT_PERMITTED : COMMAND_FAILED;
	}
	config_machine_init(&machine, command->daemon_name);
	machine.environment.read = read_text;
	error = config_parse(path, text, length, &machine.environment, config, diagnostics);
	if (!error && command_users_resolve(*config, diagnostics)) {
		config_free(*config);
		*config = NULL;
	}
	return COMMAND_OK;
}

enum command_status load_configuration(const struct command *command, const char *path,
				       struct config **config, struct diagnostics *diagnostics)
{
	return load_configuration_with(command, path, NULL, config, diagnostics);
}
