/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration at the start; see configure.h. */
#include "user/daemon/run/configure.h"
#include "user/daemon/start/daemon_name.h"
#include "user/daemon/start/namespace.h"
#include "user/lib/log.h"
#include "user/lib/text/diagnostics_print.h"
#include <stdio.h>
#include <string.h>

const char *configure_net_namespace(const struct daemon *daemon, const struct options *options)
{
	return options->net_namespace ? options->net_namespace : daemon->config->net_namespace;
}

/* Whether it runs in another network namespace, which a test does not enter. */
static bool runs_elsewhere(const struct config *config, const struct options *options)
{
	return options->net_namespace || config->net_namespace;
}

static int enter(struct daemon_inputs *inputs, const char *name, const struct options *options)
{
	return options->test_only ? namespace_check(name, inputs->message, sizeof(inputs->message))
				  : namespace_enter(name, inputs->message, sizeof(inputs->message));
}

/* The names of interfaces are looked up while the files are read, so they are read again inside. */
static int read_inside(struct daemon_inputs *inputs, struct diagnostics *diagnostics,
		       const struct options *options)
{
	int error = enter(inputs, inputs->config->net_namespace, options);

	if (error || options->test_only)
		return error;
	config_free(inputs->config);
	inputs->config = NULL;
	diagnostics_free(diagnostics);
	*diagnostics = (struct diagnostics){0};
	return daemon_read_inputs(inputs, diagnostics);
}

/* Without an address of a node the daemon waits (await.c). A test may be made on another
 * machine. */
static int identify(struct daemon_inputs *inputs, const struct options *options)
{
	int error;

	if (options->test_only && runs_elsewhere(inputs->config, options))
		return 0;
	error = daemon_identify(inputs);
	if (error && options->test_only)
		log_warning("%s", inputs->message);
	if (error != -EADDRNOTAVAIL && !options->test_only)
		return error;
	if (error)
		inputs->own_node = DAEMON_NODE_UNKNOWN;
	return 0;
}

static int read_inputs(struct daemon_inputs *inputs, struct diagnostics *diagnostics,
		       const struct options *options)
{
	int error = 0;

	if (options->net_namespace)
		error = enter(inputs, options->net_namespace, options);
	if (!error)
		error = daemon_read_inputs(inputs, diagnostics);
	if (!error && !options->net_namespace && inputs->config->net_namespace)
		error = read_inside(inputs, diagnostics, options);
	if (!error)
		error = identify(inputs, options);
	return error;
}

int configure(struct daemon *daemon, const struct options *options)
{
	struct daemon_inputs inputs = {.files = daemon->files};
	struct diagnostics diagnostics = {0};
	static char name[XB_DAEMON_NAME_BYTES];
	int error = read_inputs(&inputs, &diagnostics, options);
	bool printed = diagnostics.error_count > 0;

	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (error && !printed)
		log_error("%s", inputs.message);
	daemon->config = inputs.config;
	daemon->start_text = inputs.text;
	daemon->own_node = inputs.own_node;
	memcpy(daemon->keys, inputs.keys, sizeof(daemon->keys));
	explicit_bzero(inputs.keys, sizeof(inputs.keys));
	daemon_hide_secrets(daemon);
	if (error)
		return error;
	daemon_name_choose(name, options, configure_net_namespace(daemon, options),
			   daemon->config->daemon_instance);
	daemon->daemon_name = name;
	return 0;
}
