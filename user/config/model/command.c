/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Equality and the end of commands. */
#include "user/config/blocks/command.h"
#include "user/config/syntax/value.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
