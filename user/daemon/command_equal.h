/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a reload changes what is to be run. */
#ifndef XBEAT_DAEMON_COMMAND_EQUAL_H
#define XBEAT_DAEMON_COMMAND_EQUAL_H

#include <string.h>
#include <user/core/config.h>

/* Compares two lists of words, each ended by NULL. */
static inline bool words_equal(char *const *one, char *const *other)
{
	while (*one && *other && !strcmp(*one, *other)) {
		one++;
		other++;
	}
	return !*one && !*other;
}

/* Compares what is run and who runs it; "no command" is equal to itself. */
static inline bool command_equal(const struct config_command *one,
				 const struct config_command *other)
{
	if (!one->arguments || !other->arguments)
		return one->arguments == other->arguments;
	return one->uid == other->uid && one->gid == other->gid &&
	       words_equal(one->arguments, other->arguments);
}

#endif
