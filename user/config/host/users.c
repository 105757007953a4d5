// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users, groups and programs of commands, looked up once after a configuration has been read. The
 * checks of enable_script_security follow keepalived.conf(5): no part of the path of a program that
 * root runs may be writable by others, and a program needs a user that is named or DEFAULT_USER.
 */
#include "user/config/host/users.h"
#include "user/config/model/command.h"
#include "user/lib/account.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_USER "keepalived_script"

#define KNOWN_PROGRAMS 8

struct resolver {
	const struct config *config;
	struct diagnostics *diagnostics;
	uint32_t uid, gid; /* of commands without a user */
	bool user_required; /* there is no such user but root */
	int error; /* negative errno: unknown whether DEFAULT_USER exists; 0: known */
	struct known {
		const struct config_command *user; /* the last one that named a user; NULL: none */
		const struct config_command *programs[KNOWN_PROGRAMS]; /* fine; NULL: unused */
		size_t next; /* which of them is replaced */
	} * known; /* of pools, which may name the same thousands of times */
};

#define report_at(resolver, severity, location, ...)                                               \
	diagnostics_add((resolver)->diagnostics, severity,                                         \
			source_name(resolver, (location).source), (location).line,                 \
			(location).column, __VA_ARGS__)
#define report(resolver, severity, command, ...)                                                   \
	report_at(resolver, severity, (command)->location, __VA_ARGS__)

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

/* A number needs no entry in the password file; without one, the group has the same number. Returns
 * 0, -ENOENT, or another negative errno if it is unknown whether it exists. */
static int find_user(const char *name, uint32_t *uid, uint32_t *gid)
{
	bool numeric = parse_id(name, uid);
	const struct passwd *entry;
	int error = numeric ? account_uid(*uid, &entry) : account_user(name, &entry);

	if (!error) {
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
	} else if (numeric && !account_lacks_resources(error)) {
		*gid = *uid;
		error = 0;
	}
	return error;
}

/* Returns as find_user(). */
static int find_group(const char *name, uint32_t *gid)
{
	const struct group *entry;
	int error;

	if (parse_id(name, gid))
		return 0;
	error = account_group(name, &entry);
	if (!error)
		*gid = entry->gr_gid;
	return error;
}

/* error: of find_user() or find_group(). */
#define report_not_found(resolver, at, what, name, error)                                          \
	do {                                                                                       \
		if ((error) == -ENOENT)                                                            \
			report(resolver, DIAGNOSTIC_ERROR, at,                                     \
			       "%s '%s' does not exist; create it, or name another", what, name);  \
		else                                                                               \
			report(resolver, DIAGNOSTIC_ERROR, at, "cannot look up %s '%s': %s", what, \
			       name, limits_strerror(-(error)));                                   \
	} while (0)

/* "notify /x a b" names a user and a group, where arguments may have been meant. It is looked up,
 * and reported, each time. */
static void report_unknown(const struct resolver *resolver, const struct config_command *command,
			   const char *what, const char *name, int error)
{
	resolver->known->user = NULL;
	if (error == -ENOENT && command->arguments && !command->arguments[1])
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "%s '%s' does not exist; create it, or name another (arguments of %s stand within the quotes: \"%s %s\")",
		       what, name, command->arguments[0], command->arguments[0], name);
	else
		report_not_found(resolver, command, what, name, error);
}

static bool is_known_user(const struct resolver *resolver, const struct config_command *command)
{
	const struct config_command *known = resolver->known->user;

	return known && !strcmp(known->user, command->user) &&
	       !strcmp(known->group, command->group);
}

static void resolve_user(const struct resolver *resolver, struct config_command *command)
{
	int error;

	command->uid = resolver->uid;
	command->gid = resolver->gid;
	if (!*command->user)
		return;
	if (is_known_user(resolver, command)) {
		command->uid = resolver->known->user->uid;
		command->gid = resolver->known->user->gid;
		return;
	}
	resolver->known->user = command;
	error = find_user(command->user, &command->uid, &command->gid);
	if (error)
		report_unknown(resolver, command, "user", command->user, error);
	error = *command->group ? find_group(command->group, &command->gid) : 0;
	if (error)
		report_unknown(resolver, command, "group", command->group, error);
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

/* Only a warning without enable_script_security, as keepalived runs such a program, too. */
static void check_security(const struct resolver *resolver, const struct config_command *command,
			   const char *path)
{
	bool refused = resolver->config->script_security;
	char culprit[PATH_MAX];

	if (trust_path(path, 0, culprit))
		return;
	report(resolver, refused ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING, command,
	       "root would run '%s', but users other than root can change %s; make it writable only by root, name a user for the command%s",
	       command->arguments[0], culprit, refused ? ", or remove enable_script_security" : "");
}

static bool is_known_program(const struct known *known, const struct config_command *command)
{
	for (size_t i = 0; i < KNOWN_PROGRAMS; i++)
		if (known->programs[i] && known->programs[i]->uid == command->uid &&
		    !strcmp(known->programs[i]->arguments[0], command->arguments[0]))
			return true;
	return false;
}

static void check_program(const struct resolver *resolver, const struct config_command *command)
{
	struct known *known = resolver->known;
	size_t count = resolver->diagnostics->count;
	char path[PATH_MAX];

	if (is_known_program(known, command))
		return;
	if (!find_program(command->arguments[0], path))
		report(resolver, DIAGNOSTIC_WARNING, command,
		       "program '%s' does not exist or is not executable; install it, or write its full path",
		       command->arguments[0]);
	else if (command->uid == 0)
		check_security(resolver, command, path);
	if (resolver->diagnostics->count == count)
		known->programs[known->next++ % KNOWN_PROGRAMS] = command;
}

/* As in keepalived, root is then not the default. script: the name of its vrrp_script; NULL:
 * none. */
static void refuse_without_user(const struct resolver *resolver,
				const struct config_command *command, const char *script)
{
	if (script)
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "no user for vrrp_script %s, which enable_script_security requires; add \"user NAME\" to it, or \"script_user NAME\" to global_defs",
		       script);
	else
		report(resolver, DIAGNOSTIC_ERROR, command,
		       "no user for '%s', which enable_script_security requires; add its user to the line, or \"script_user NAME\" to global_defs",
		       command->arguments[0]);
}

static void resolve_command(const struct resolver *resolver, struct config_command *command,
			    const char *script)
{
	if (!command->arguments)
		return;
	resolve_user(resolver, command);
	if (!*command->user && resolver->error)
		report_not_found(resolver, command, "user", DEFAULT_USER, resolver->error);
	else if (!*command->user && resolver->user_required)
		refuse_without_user(resolver, command, script);
	else
		check_program(resolver, command);
}

/* What a script of root reads, another user should not write. */
static void resolve_fifo(const struct resolver *resolver, const char *path,
			 struct config_command *owner, struct config_command *script)
{
	bool refused = resolver->config->script_security;

	resolve_user(resolver, owner);
	resolve_command(resolver, script, NULL);
	if (script->arguments && script->uid == 0 && *owner->user && owner->uid != 0)
		report(resolver, refused ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING, owner,
		       "root would run '%s' to read %s, which user '%s' can write; name the same user for both",
		       script->arguments[0], path, owner->user);
}

static void resolve_notify(const struct resolver *resolver, struct config_notify *notify)
{
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		resolve_command(resolver, &notify->commands[i], NULL);
}

static void resolve_app(const struct resolver *resolver, struct config_app *app)
{
	uint32_t gid;
	int error;

	app->uid = app->gid = UINT32_MAX;
	error = app->user[0] ? find_user(app->user, &app->uid, &gid) : 0;
	if (error)
		report_not_found(resolver, app, "user", app->user, error);
	error = app->group[0] ? find_group(app->group, &app->gid) : 0;
	if (error)
		report_not_found(resolver, app, "group", app->group, error);
}

static void resolve_server(const struct resolver *resolver, struct config_real_server *server)
{
	resolve_command(resolver, &server->notify_up, NULL);
	resolve_command(resolver, &server->notify_down, NULL);
	for (size_t i = 0; i < server->check_count; i++)
		resolve_command(resolver, &server->checks[i].command, NULL);
}

static void check_checker_user(const struct resolver *resolver, const struct config_pools *pools)
{
	const struct passwd *entry;
	int error = *pools->checker_user ? account_user(pools->checker_user, &entry) : 0;

	if (error == -ENOENT)
		report_at(
			resolver, DIAGNOSTIC_WARNING, pools->checker_user_location,
			"user '%s' does not exist, so that no server is checked; create it, or name another",
			pools->checker_user);
	else if (error)
		report_at(resolver, DIAGNOSTIC_WARNING, pools->checker_user_location,
			  "cannot look up user '%s': %s", pools->checker_user,
			  limits_strerror(-error));
}

/* Only warnings: the daemon starts without these, and reports the checks that have no result. */
static void check_checker(const struct resolver *resolver, const struct config_pools *pools)
{
	const struct config_tls_client *tls = &pools->tls;
	const char *const files[] = {tls->ca, tls->certificate, tls->key};

	check_checker_user(resolver, pools);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] && access(files[i], F_OK) && errno == ENOENT)
			report_at(
				resolver, DIAGNOSTIC_WARNING, tls->location,
				"file %s of SSL does not exist, so that checks that need it have no result; create it, or correct its name",
				files[i]);
}

static void resolve_pools(const struct resolver *resolver, struct config_pools *pools)
{
	resolve_fifo(resolver, pools->notify_fifo, &pools->notify_fifo_owner,
		     &pools->notify_fifo_script);
	check_checker(resolver, pools);
	for (size_t i = 0; i < pools->check_count; i++)
		resolve_command(resolver, &pools->checks[i].check.command, NULL);
	for (size_t i = 0; i < pools->count; i++) {
		struct config_pool *pool = &pools->list[i];

		resolve_command(resolver, &pool->quorum_up, NULL);
		resolve_command(resolver, &pool->quorum_down, NULL);
		for (size_t k = 0; k < pool->server_count; k++)
			resolve_server(resolver, &pool->servers[k]);
	}
}

/* Root instead of a user that could not be looked up is refused; not for a service of names that
 * does not answer at boot. */
static void find_default_user(struct resolver *resolver)
{
	const struct config *config = resolver->config;
	int error = find_user(DEFAULT_USER, &resolver->uid, &resolver->gid);

	if (!error)
		return;
	resolver->uid = resolver->gid = 0;
	if (*config->script_user.user)
		return;
	resolver->user_required = config->script_security;
	resolver->error = account_lacks_resources(error) ? error : 0;
}

int command_users_resolve(struct config *config, struct diagnostics *diagnostics)
{
	struct known known = {0};
	struct resolver resolver = {.config = config, .diagnostics = diagnostics, .known = &known};
	size_t errors = diagnostics->error_count;

	find_default_user(&resolver);
	resolve_user(&resolver, &config->script_user);
	resolver.uid = config->script_user.uid;
	resolver.gid = config->script_user.gid;
	resolve_fifo(&resolver, config->notify_fifo, &config->notify_fifo_owner,
		     &config->notify_fifo_script);
	resolve_fifo(&resolver, config->vrrp_notify_fifo, &config->vrrp_notify_fifo_owner,
		     &config->vrrp_notify_fifo_script);
	resolve_command(&resolver, &config->startup_script.command, NULL);
	resolve_command(&resolver, &config->shutdown_script.command, NULL);
	for (size_t i = 0; i < config->script_count; i++)
		resolve_command(&resolver, &config->scripts[i].command, config->scripts[i].name);
	for (size_t i = 0; i < config->app_count; i++)
		resolve_app(&resolver, &config->apps[i]);
	for (size_t i = 0; i < config->group_count; i++)
		resolve_notify(&resolver, &config->groups[i].notify);
	for (size_t i = 0; i < config->instance_count; i++)
		resolve_notify(&resolver, &config->instances[i].notify);
	resolve_pools(&resolver, &config->pools);
	return diagnostics->error_count == errors ? 0 : -EINVAL;
}
