// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users, groups and programs of commands, looked up once after a configuration has been read. The
 * checks of enable_script_security follow keepalived.conf(5): no part of the path of a program that
 * root runs may be writable by others.
 */
#include "user/config/host/users.h"
#include "user/config/model/command.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_USER "keepalived_script"

struct resolver {
	const struct config *config;
	struct diagnostics *diagnostics;
	uint32_t uid, gid; /* of commands without a user */
};

#define report(resolver, severity, command, ...)                                                   \
	diagnostics_add((resolver)->diagnostics, severity,                                         \
			source_name(resolver, (command)->location.source),                         \
			(command)->location.line, (command)->location.column, __VA_ARGS__)

static const char *source_name(const struct resolver *resolver, unsigned source)
{
	const struct config *config = resolver->config;

	return diagnostics_name(resolver->diagnostics,
				source < config->source_count ? config->sources[source] : "");
}

/* Parses a numeric id. Returns success. */
static bool parse_id(const char *text, uint32_t *id)
{
	unsigned long number;
	char *end;

	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || number >= UINT32_MAX)
		return false;
	*id = (uint32_t)number;
	return true;
}

/* A number needs no entry in the password file; without one, the group has the same number. */
static bool find_user(const char *name, uint32_t *uid, uint32_t *gid)
{
	bool numeric = parse_id(name, uid);
	const struct passwd *entry = numeric ? getpwuid(*uid) : getpwnam(name);

	if (entry) {
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
	} else if (numeric) {
		*gid = *uid;
	}
	return entry || numeric;
}

static bool find_group(const char *name, uint32_t *gid)
{
	const struct group *entry;

	if (parse_id(name, gid))
		return true;
	entry = getgrnam(name);
	if (entry)
		*gid = entry->gr_gid;
	return entry;
}

static void resolve_user(const struct resolver *resolver, struct config_command *command)
{
	command->uid = resolver->uid;
	command->gid = resolver->gid;
	if (!*command->user)
		return;
	if (!find_user(command->user, &command->uid, &command->gid))
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "user '%s' does not exist; create it, or name another", command->user);
	if (*command->group && !find_group(command->group, &command->gid))
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "group '%s' does not exist; create it, or name another", command->group);
}

static bool is_program(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode) && (status.st_mode & 0111);
}

/* Finds a program as the runner does. Returns success, with its path in path. */
static bool find_program(const char *name, char path[static PATH_MAX])
{
	const char *directories = COMMAND_SEARCH_PATH;

	if (strchr(name, '/')) {
		snprintf(path, PATH_MAX, "%s", name);
		return is_program(path);
	}
	while (*directories) {
		size_t length = strcspn(directories, ":");

		snprintf(path, PATH_MAX, "%.*s/%s", (int)length, directories, name);
		if (is_program(path))
			return true;
		directories += length + (directories[length] == ':');
	}
	return false;
}

/* A sticky directory is safe: others cannot replace root's files in it. */
static bool others_can_write(const struct stat *status)
{
	bool sticky_directory = S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX);

	if (status->st_uid != 0)
		return true;
	if ((status->st_mode & S_IWGRP) && status->st_gid != 0 && !sticky_directory)
		return true;
	return (status->st_mode & S_IWOTH) && !sticky_directory;
}

/* Truncates an absolute path after its first part that others can write. Returns false if there
 * is none. */
static bool find_writable_part(char *path)
{
	for (size_t end = 1;; end++) {
		char byte = path[end];
		struct stat status;

		if (byte != '/' && byte != '\0')
			continue;
		path[end] = '\0';
		if (!stat(path, &status) && others_can_write(&status))
			return true;
		path[end] = byte;
		if (!byte)
			return false;
	}
}

/* Checks both the path as written and the path after resolving links. */
static void check_security(const struct resolver *resolver, const struct config_command *command,
			   char path[static PATH_MAX])
{
	_cleanup_free_ char *real = realpath(path, NULL);
	const char *part = NULL;

	if (*path == '/' && find_writable_part(path))
		part = path;
	else if (real && find_writable_part(real))
		part = real;
	if (part)
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "root would run '%s', but users other than root can change %s; make it writable only by root, name a user for the command, or remove enable_script_security",
		       command->arguments[0], part);
}

static void check_program(const struct resolver *resolver, const struct config_command *command)
{
	char path[PATH_MAX];

	if (!find_program(command->arguments[0], path))
		report(resolver, DIAGNOSTIC_WARNING, command,
		       "program '%s' does not exist or is not executable; install it, or write its full path",
		       command->arguments[0]);
	else if (resolver->config->script_security && command->uid == 0)
		check_security(resolver, command, path);
}

static void resolve_command(const struct resolver *resolver, struct config_command *command)
{
	if (!command->arguments)
		return;
	resolve_user(resolver, command);
	check_program(resolver, command);
}

static void resolve_notify(const struct resolver *resolver, struct config_notify *notify)
{
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		resolve_command(resolver, &notify->commands[i]);
}

static void resolve_app(const struct resolver *resolver, struct config_app *app)
{
	uint32_t gid;

	app->uid = UINT32_MAX;
	if (app->user[0] && !find_user(app->user, &app->uid, &gid))
		report(resolver, DIAGNOSTIC_ERROR, app,
		       "user '%s' does not exist; create it, or name another", app->user);
}

int command_users_resolve(struct config *config, struct diagnostics *diagnostics)
{
	struct resolver resolver = {.config = config, .diagnostics = diagnostics};
	size_t errors = diagnostics->error_count;

	if (!find_user(DEFAULT_USER, &resolver.uid, &resolver.gid))
		resolver.uid = resolver.gid = 0;
	resolve_user(&resolver, &config->script_user);
	resolver.uid = config->script_user.uid;
	resolver.gid = config->script_user.gid;
	resolve_user(&resolver, &config->notify_fifo_owner);
	resolve_user(&resolver, &config->vrrp_notify_fifo_owner);
	resolve_command(&resolver, &config->notify_fifo_script);
	resolve_command(&resolver, &config->vrrp_notify_fifo_script);
	for (size_t i = 0; i < config->script_count; i++)
		resolve_command(&resolver, &config->scripts[i].command);
	for (size_t i = 0; i < config->app_count; i++)
		resolve_app(&resolver, &config->apps[i]);
	for (size_t i = 0; i < config->group_count; i++)
		resolve_notify(&resolver, &config->groups[i].notify);
	for (size_t i = 0; i < config->instance_count; i++)
		resolve_notify(&resolver, &config->instances[i].notify);
	return diagnostics->error_count == errors ? 0 : -EINVAL;
}
