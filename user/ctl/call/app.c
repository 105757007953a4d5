// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl app": the list of applications, or one beat for an application without the library. */
#include "user/app/request.h"
#include "user/ctl/call/run.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include <errno.h>
#include <string.h>
#include <xbeat/app.h>

static enum command_status complain(const char *name, int error)
{
	switch (error) {
	case -ECONNREFUSED:
		log_error(
			"no xbeatd with a vrrp_app is listening there; start xbeatd with a configuration that has a vrrp_app %s, or name the daemon with -i",
			name);
		return COMMAND_NOT_RUNNING;
	case -EPERM:
		log_error(
			"not permitted to send beats for %s; run as root, or as the user or a member of the group of its vrrp_app",
			name);
		return COMMAND_NOT_PERMITTED;
	case -ENOENT:
		log_error("xbeatd's configuration has no vrrp_app %s; see: xbeatctl app", name);
		return COMMAND_FAILED;
	case -EINVAL:
		log_error("'%s' is not a valid application name", name);
		return COMMAND_USAGE;
	default:
		log_error("cannot send a beat for %s: %s", name, strerror(-error));
		return COMMAND_FAILED;
	}
}

static enum command_status beat(const struct command *command)
{
	const char *name = command->arguments[1];
	int error = 0;
	struct xbeat_app *app = command->socket
					? xbeat_app_open_at(command->socket, name, &error)
					: xbeat_app_open(command->daemon_name, name, &error);

	if (!app)
		return complain(name, error);
	error = xbeat_app_beat(app);
	xbeat_app_close(app);
	return error ? complain(name, -ECONNREFUSED) : COMMAND_OK;
}

/* "beet web", where no application has the name "beet". */
static enum command_status show(const struct command *command)
{
	enum command_status status = run_method(command);
	const char *first = command->argument_count == 2 ? command->arguments[0] : NULL;

	if (status != COMMAND_FAILED || !first ||
	    !spelling_is_near("beat", spelling_distance(first, "beat")))
		return status;
	log_error("did you mean: xbeatctl app beat %s", command->arguments[1]);
	return COMMAND_USAGE;
}

enum command_status run_app(const struct command *command)
{
	if (command->argument_count == 0 || strcmp(command->arguments[0], "beat") != 0)
		return show(command);
	if (command->argument_count == 2)
		return beat(command);
	log_error("write: xbeatctl app [APP...], or: xbeatctl app beat APP");
	return COMMAND_USAGE;
}
