// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl check FILE": prints errors and warnings of a configuration, or a summary. */
#include "user/config/host/environment.h"
#include "user/config/host/users.h"
#include "user/config/model/config.h"
#include "user/ctl/local.h"
#include "user/ctl/output.h"
#include "user/lib/cleanup.h"
#include "user/lib/diagnostics_print.h"
#include "user/lib/file.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static size_t count_addresses(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->instance_count; i++)
		count += config->instances[i].vip_count;
	return count;
}

static void print_summary(const char *path, const struct config *config)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	_cleanup_free_ char *name = printable_text(path, PRINTABLE_LINE);
	_cleanup_free_ char *block =
		heartbeat ? printable_text(heartbeat->name, PRINTABLE_LINE) : NULL;
	size_t addresses = count_addresses(config);

	printf("%s: ok: ", name ? name : "");
	if (block)
		printf("heartbeat %s with %zu node%s on %zu interface%s, ", block,
		       heartbeat->node_count, plural(heartbeat->node_count),
		       heartbeat->interface_count, plural(heartbeat->interface_count));
	printf("%zu VRRP instance%s with %zu address%s\n", config->instance_count,
	       plural(config->instance_count), addresses, addresses == 1 ? "" : "es");
}

static enum command_status check_text(const char *path, const char *daemon_name, const char *text,
				      size_t length)
{
	struct diagnostics diagnostics = {0};
	struct config_machine machine;
	struct config *config = NULL;
	int error;

	config_machine_init(&machine, daemon_name);
	error = config_parse(path, text, length, &machine.environment, &config, &diagnostics);
	if (!error)
		error = command_users_resolve(config, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (error) {
		config_free(config);
		return COMMAND_FAILED;
	}
	print_summary(path, config);
	config_free(config);
	return output_finish();
}

enum command_status local_check(const struct command *command)
{
	const char *path = command->arguments[0];
	_cleanup_free_ char *text = NULL;
	size_t length;
	int error = file_read(path, &text, &length);

	if (error) {
		log_error("cannot read %s: %s", path, strerror(-error));
		return error == -EACCES ? COMMAND_NOT_PERMITTED : COMMAND_FAILED;
	}
	return check_text(path, command->daemon_name, text, length);
}
