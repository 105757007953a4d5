/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Releasing commands. */
#include "user/config/model/command.h"
#include <stdlib.h>

void config_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

void config_command_free(struct config_command *command)
{
	config_words_free(command->arguments);
}
