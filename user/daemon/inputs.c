/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to a checked configuration: at start, and in the thread of a reload. */
#include "user/config/host/environment.h"
#include "user/config/host/keyfile.h"
#include "user/config/host/secret.h"
#include "user/config/host/users.h"
#include "user/daemon/daemon.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/net/netlink/local_address.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

static int fail(struct daemon_inputs *inputs, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Stores the reason of a failure; returns error. */
static int fail(struct daemon_inputs *inputs, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(inputs->message, sizeof(inputs->message), format, arguments);
	va_end(arguments);
	return error;
}

/* Keeps what is read as inputs->text. */
static int parse(struct daemon_inputs *inputs, struct config_environment *environment,
		 const char *text, size_t length, struct diagnostics *diagnostics)
{
	size_t bytes;
	int error;

	free(inputs->text);
	environment->copy = open_memstream(&inputs->text, &bytes);
	if (!environment->copy)
		limits_out_of_memory();
	error = config_parse(inputs->files.config_path, text, length, environment, &inputs->config,
			     diagnostics);
	if (fclose(environment->copy))
		limits_out_of_memory();
	return error;
}

/* Of a configuration that cannot be read; a lack of this process has its own in limits_strerror(). */
static const char *remedy_of(int error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return "";
	case -EACCES:
		return "; run xbeatd as root, or let this user read it";
	default:
		return "; write it, or give another path with -f FILE";
	}
}

static int read_config(struct daemon_inputs *inputs, struct diagnostics *diagnostics)
{
	struct config_machine machine;
	_cleanup_free_ char *text = NULL;
	size_t length;
	int error = file_read(inputs->files.config_path, &text, &length);

	if (error)
		return fail(inputs, error, "cannot read the configuration %s: %s%s",
			    inputs->files.config_path, limits_strerror(-error), remedy_of(error));
	config_machine_init(&machine, inputs->files.config_id);
	machine.environment.files_required = inputs->files.required;
	error = parse(inputs, &machine.environment, text, length, diagnostics);
	if (!error)
		error = command_users_resolve(inputs->config, diagnostics);
	if (error)
		fail(inputs, error, "%s has %zu error%s", inputs->files.config_path,
		     diagnostics->error_count, diagnostics->error_count == 1 ? "" : "s");
	return error;
}

static int read_key_file(struct daemon_inputs *inputs, const char *path, char **text,
			 size_t *length)
{
	char reason[CONFIG_REASON_BYTES];
	int error = secret_read(path, text, length, reason);

	if (error == -ENOENT)
		return fail(
			inputs, error,
			"missing key file %s: copy it from another node, or on the first node make it with \"(umask 077; xbeatctl genkey > %s)\"",
			path, path);
	return error ? fail(inputs, error, "%s", reason) : 0;
}

static int read_keys(struct daemon_inputs *inputs, struct diagnostics *diagnostics)
{
	const char *path = inputs->config->heartbeat->key_file;
	_cleanup_free_ char *text = NULL;
	size_t length = 0, count = 0;
	int error = read_key_file(inputs, path, &text, &length);

	if (!text)
		return error;
	error = keyfile_parse(path, text, length, inputs->keys, &count, diagnostics);
	explicit_bzero(text, length);
	return error ? fail(inputs, error, "the key file %s has errors", path) : 0;
}

int daemon_read_inputs(struct daemon_inputs *inputs, struct diagnostics *diagnostics)
{
	int error = read_config(inputs, diagnostics);

	if (!error && inputs->config->heartbeat)
		error = read_keys(inputs, diagnostics);
	return error;
}

/* Names the addresses, as many as fit. */
static void list_addresses(const struct config_heartbeat *heartbeat, char *text, size_t bytes)
{
	char address[ADDRESS_TEXT_BYTES];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < heartbeat->node_count; i++)
		for (size_t link = 0; link < heartbeat->nodes[i].address_count; link++) {
			if (used + ADDRESS_TEXT_BYTES + 8 > bytes) {
				snprintf(text + used, bytes - used, ", ...");
				return;
			}
			used += (size_t)snprintf(
				text + used, bytes - used, "%s%s", used ? ", " : "",
				address_format(&heartbeat->nodes[i].addresses[link], address));
		}
}

static int fail_unknown(struct daemon_inputs *inputs)
{
	const struct config_heartbeat *heartbeat = inputs->config->heartbeat;
	char list[96];

	list_addresses(heartbeat, list, sizeof(list));
	return fail(
		inputs, -EADDRNOTAVAIL,
		"no address of a node of heartbeat %s is on this machine (%s); if none will come, add a \"node\" line, or set router_id",
		heartbeat->name, list);
}

static int find_own_node(struct daemon_inputs *inputs, const struct local_address *local,
			 size_t count)
{
	const char *name = inputs->config->heartbeat->name;
	_cleanup_free_ struct xb_address *addresses = calloc(count + 1, sizeof(*addresses));
	int node;

	if (!addresses)
		return fail(inputs, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		addresses[i] = local[i].address;
	node = config_find_own_node(inputs->config, addresses, count);
	if (node == -EEXIST)
		return fail(
			inputs, node,
			"%s: this machine matches several nodes of heartbeat %s: set router_id to the name of the right one",
			inputs->files.config_path, name);
	if (node < 0)
		return fail_unknown(inputs);
	inputs->own_node = (size_t)node;
	return 0;
}

int daemon_identify(struct daemon_inputs *inputs)
{
	const struct config_heartbeat *heartbeat = inputs->config->heartbeat;
	_cleanup_free_ struct local_address *local = NULL;
	size_t count = 0;
	int error;

	if (!heartbeat)
		return 0;
	error = local_addresses(&local, &count);
	if (error)
		return fail(inputs, error, "cannot list this machine's addresses: %s",
			    limits_strerror(-error));
	error = find_own_node(inputs, local, count);
	if (error)
		return error;
	daemon_use_node(inputs);
	return 0;
}

void daemon_use_node(struct daemon_inputs *inputs)
{
	if (inputs->config->heartbeat->nodes[inputs->own_node].witness)
		config_drop_driven_instances(inputs->config);
}

static bool same_text(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

static int check_same(struct daemon_inputs *inputs, const char *keyword, const char *from,
		      const char *to)
{
	if (same_text(from, to))
		return 0;
	return fail(inputs, -EBUSY, "%s has changed from %s to %s: restart xbeatd to apply it",
		    keyword, from ? from : "none", to ? to : "none");
}

int daemon_check_place(struct daemon_inputs *inputs, const struct config *running)
{
	const struct config *wanted = inputs->config;
	int error =
		check_same(inputs, "net_namespace", running->net_namespace, wanted->net_namespace);

	return error ? error
		     : check_same(inputs, "instance", running->daemon_instance,
				  wanted->daemon_instance);
}
