// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl check FILE": prints errors and warnings of a configuration, or a summary. */
#include "user/config/model/config.h"
#include "user/ctl/call/output.h"
#include "user/ctl/file/load.h"
#include "user/ctl/file/local.h"
#include "user/lib/cleanup.h"
#include "user/lib/diagnostics_print.h"
#include "user/lib/printable.h"
#include <stdio.h>

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

enum command_status local_check(const struct command *command)
{
	const char *path = command->arguments[0];
	struct diagnostics diagnostics = {0};
	struct config *config;
	enum command_status status = load_configuration(command, path, &config, &diagnostics);

	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (!config)
		return status == COMMAND_OK ? COMMAND_FAILED : status;
	print_summary(path, config);
	config_free(config);
	return output_finish();
}
