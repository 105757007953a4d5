/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration at the start; see configure.h. */
#include "user/daemon/configure.h"
#include "user/daemon/namespace.h"
#include "user/lib/diagnostics_print.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xbeat/paths.h>

const char *configure_net_namespace(const struct daemon *daemon, const struct options *options)
{
	return options->net_namespace ? options->net_namespace : daemon->config->net_namespace;
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
	if (!error && !options->test_only)
		error = daemon_identify(inputs);
	return error;
}

/* Without -i: the namespace, the instance, or both, so that several can run on one machine. */
static int choose_name(struct daemon *daemon, const struct options *options)
{
	static char name[256];
	const char *namespace = configure_net_namespace(daemon, options);
	const char *instance = daemon->config->daemon_instance;

	daemon->daemon_name = options->daemon_name ? options->daemon_name : XB_DAEMON_NAME_DEFAULT;
	if (options->daemon_name || (!namespace && !instance))
		return 0;
	snprintf(name, sizeof(name), "%s%s%s", namespace ? namespace : "",
		 namespace && instance ? "_" : "", instance ? instance : "");
	daemon->daemon_name = name;
	if (options_is_daemon_name(name))
		return 0;
	log_error(
		"\"%s\", from net_namespace and instance, is not a daemon name: give one with --daemon-name, of up to 31 letters, digits, - and _",
		name);
	return -EINVAL;
}

int configure(struct daemon *daemon, const struct options *options)
{
	struct daemon_inputs inputs = {.files = daemon->files};
	struct diagnostics diagnostics = {0};
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
	return error ? error : choose_name(daemon, options);
}
