// SPDX-License-Identifier: GPL-2.0-or-later
/* See apply.h. */
#include "user/ctl/file/apply.h"
#include "user/ctl/call/query.h"
#include "user/ctl/file/node_file.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>

static enum command_status reload(const struct command *command)
{
	json_t *result;
	enum command_status status = query_ask(command, "reload", json_object(), &result);

	if (status == COMMAND_OK)
		json_decref(result);
	return status;
}

enum command_status file_apply(const struct command *command, const struct file_change *change,
			       const char *undo)
{
	int error = change->after ? node_file_write(change->path, change->after) : -ENOMEM;
	enum command_status status;

	if (error) {
		log_error("cannot write %s: %s%s", change->path, strerror(-error),
			  error == -EACCES || error == -EPERM ? "; run this as root" : "");
		return COMMAND_FAILED;
	}
	status = reload(command);
	if (status == COMMAND_OK)
		return COMMAND_OK;
	error = node_file_write(change->path, change->before);
	if (error)
		log_error("cannot put %s back: %s; %s", change->path, strerror(-error), undo);
	return status;
}
