/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Releases commands. */
#include "user/config/model/command.h"
#include <stdlib.h>

void config_arguments_free(char **arguments)
{
	for (size_t i = 0; arguments && arguments[i]; i++)
		free(arguments[i]);
	free(arguments);
}

void config_command_free(struct config_command *command)
{
	config_arguments_free(command->arguments);
}
