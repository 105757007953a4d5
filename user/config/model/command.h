/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: whether a reload changes them, and how to release them. */
#ifndef XBEAT_CONFIG_MODEL_COMMAND_H
#define XBEAT_CONFIG_MODEL_COMMAND_H

#include "user/config/model/location.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where commands without a slash are searched, by the checks of a configuration and by the
 * runner. */
#define COMMAND_SEARCH_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define CONFIG_USER_BYTES 33

struct config;
struct config_notify;
struct config_track;

/* A program with its arguments, and the user that runs it: "script", "notify_master" … */
struct config_command {
	char **arguments; /* terminated by NULL; NULL: no command */
	char user[CONFIG_USER_BYTES]; /* "": script_user, or its default */
	char group[CONFIG_USER_BYTES]; /* "": the user's primary group */
	uint32_t uid, gid; /* set by command_users_resolve(), not by the parser */
	struct config_location location;
};

/* Compares two lists of arguments, each terminated by NULL. */
static inline bool arguments_equal(char *const *one, char *const *other)
{
	while (*one && *other && !strcmp(*one, *other)) {
		one++;
		other++;
	}
	return !*one && !*other;
}

/* Compares the program and the user that runs it; two missing commands are equal. */
static inline bool command_equal(const struct config_command *one,
				 const struct config_command *other)
{
	if (!one->arguments || !other->arguments)
		return one->arguments == other->arguments;
	return one->uid == other->uid && one->gid == other->gid &&
	       arguments_equal(one->arguments, other->arguments);
}

void config_arguments_free(char **arguments);

/* Frees the members of the command. */
void config_command_free(struct config_command *command);

/* Removes an instance from all groups and adjusts the indexes of the instances after it. */
void config_groups_forget(struct config *config, size_t instance);

void config_tracks_free(struct config_track *tracks, size_t count);

void config_notify_free(struct config_notify *notify);

#endif
