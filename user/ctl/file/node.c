// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl node add|remove": changes the heartbeat block of this node's configuration file by one
 * line, has the daemon read it, and prints the line for the other nodes. What does not work is put
 * back: the file is as before then.
 */
#include "user/config/model/config.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/verb.h"
#include "user/ctl/file/apply.h"
#include "user/ctl/file/load.h"
#include "user/ctl/file/local.h"
#include "user/ctl/file/node_file.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/diagnostics_print.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 512

struct change {
	const struct command *command;
	bool adds;
	const char *name;
	char line[LINE_BYTES]; /* "node 3 node-c 10.0.0.3" */
	char *path; /* of the configuration */
	struct config *config; /* as it is */
	char *file; /* in which the line is */
	char *before, *after; /* its text */
};

static enum command_status usage(void)
{
	log_error(
		"write: xbeatctl node add NAME id N address A [address B]... [witness], or xbeatctl node remove NAME");
	return COMMAND_USAGE;
}

/* Appends a word to the line. Returns whether it has room. */
static bool append(struct change *change, const char *word)
{
	size_t length = strlen(change->line);

	return snprintf(change->line + length, sizeof(change->line) - length, "%s%s",
			length ? " " : "", word) < (int)(sizeof(change->line) - length);
}

/* "NAME id N address A [address B]... [witness]"; whether they are right, the parser decides. */
static bool read_addition(struct change *change)
{
	char **arguments = change->command->arguments;
	int count = change->command->argument_count;
	bool right, witness = count > 2 && !strcmp(arguments[count - 1], "witness");

	count -= witness;
	if (count < 6 || count % 2 || strcmp(arguments[2], "id") != 0)
		return false;
	right = append(change, "node") && append(change, arguments[3]) &&
		append(change, change->name);
	for (int i = 4; right && i < count; i += 2)
		right = !strcmp(arguments[i], "address") && append(change, arguments[i + 1]);
	return right && (!witness || append(change, "witness"));
}

static bool read_arguments(struct change *change)
{
	char **arguments = change->command->arguments;
	bool removes = !strcmp(arguments[0], "remove");

	change->name = arguments[1];
	change->adds = !strcmp(arguments[0], "add");
	if (change->adds)
		return read_addition(change);
	return removes && change->command->argument_count == 2;
}

/* Asks the daemon for its file. */
static enum command_status find_path(struct change *change)
{
	json_t *result;
	enum command_status status = query_ask(change->command, "status", json_object(), &result);
	const char *path;

	if (status != COMMAND_OK)
		return status;
	path = json_string_value(json_object_get(result, "configuration_file"));
	change->path = path ? strdup(path) : NULL;
	json_decref(result);
	if (change->path)
		return COMMAND_OK;
	log_error("xbeatd does not report its configuration file");
	return COMMAND_FAILED;
}

/* Reads the configuration, with another text of one file if text is not NULL. */
static enum command_status load(const struct change *change, const char *file, const char *text,
				struct config **config)
{
	const struct load_replacement replacement = {file, text};
	struct diagnostics diagnostics = {0};
	enum command_status status = load_configuration_with(
		change->command, change->path, text ? &replacement : NULL, config, &diagnostics);

	if (!*config)
		diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return status == COMMAND_OK && !*config ? COMMAND_FAILED : status;
}

static const struct config_node *find_node(const struct config *config, const char *name)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;

	for (size_t i = 0; i < heartbeat->node_count; i++)
		if (!strcmp(heartbeat->nodes[i].name, name))
			return &heartbeat->nodes[i];
	return NULL;
}

/* The line of the node, or after which a new one comes. */
static const struct config_node *find_anchor(const struct change *change)
{
	const struct config_heartbeat *heartbeat = change->config->heartbeat;
	const struct config_node *node;

	if (!heartbeat) {
		log_error("%s has no heartbeat block", change->path);
		return NULL;
	}
	node = change->adds ? &heartbeat->nodes[heartbeat->node_count - 1]
			    : find_node(change->config, change->name);
	if (!node)
		log_error("heartbeat %s has no node %s; \"xbeatctl cluster\" lists the nodes",
			  heartbeat->name, change->name);
	else if (node->location.expansion) {
		log_error("the nodes of %s come from a definition: change the file, then reload",
			  change->path);
		node = NULL;
	}
	return node;
}

static void edit(struct change *change, const struct config_node *anchor)
{
	char id[8];
	const char *const words[] = {"node", id, anchor->name};

	snprintf(id, sizeof(id), "%u", anchor->id);
	change->after = change->adds
				? node_file_add(change->before, anchor->location.line, change->line)
				: node_file_remove(change->before, anchor->location.line, words,
						   ARRAY_SIZE(words));
}

/* The line as it is written. */
static void note_line(struct change *change, const struct config_node *node)
{
	const char *line = node_file_line(change->before, node->location.line);

	if (line)
		line += strspn(line, " \t");
	snprintf(change->line, sizeof(change->line), "%.*s", line ? (int)strcspn(line, "\n") : 0,
		 line ? line : "");
}

static enum command_status prepare(struct change *change)
{
	const struct config_node *anchor = find_anchor(change);
	struct config *changed = NULL;
	enum command_status status;
	size_t length;
	int error;

	if (!anchor)
		return COMMAND_FAILED;
	change->file =
		strdup(anchor->location.source ? change->config->sources[anchor->location.source]
					       : change->path);
	if (!change->file)
		limits_out_of_memory();
	error = file_read(change->file, &change->before, &length);
	if (error) {
		log_error("cannot read %s: %s", change->file, strerror(-error));
		return COMMAND_FAILED;
	}
	if (!change->adds)
		note_line(change, anchor);
	edit(change, anchor);
	if (!change->after) {
		log_error("%s:%u is not a node line of its own: change the file, then reload",
			  change->file, anchor->location.line);
		return COMMAND_FAILED;
	}
	status = load(change, change->file, change->after, &changed);
	config_free(changed);
	return status;
}

static enum command_status apply(const struct change *change)
{
	const struct file_change file = {change->file, change->before, change->after};
	char undo[LINE_BYTES + 32];

	snprintf(undo, sizeof(undo), "%s the line \"%s\" there", change->adds ? "remove" : "add",
		 change->line);
	return file_apply(change->command, &file, undo);
}

static void print(const struct change *change)
{
	printf("%s  %s\n", change->adds ? "added    " : "removed  ", change->line);
	printf("file       %s\n", change->file);
	if (change->adds)
		printf("next       add this line on the other nodes, then there: xbeatctl reload;\n"
		       "           %s needs the whole block in its file\n",
		       change->name);
	else
		printf("next       stop xbeatd on %s, remove this line on the other nodes,\n"
		       "           then there: xbeatctl reload\n",
		       change->name);
}

static void print_json(const struct change *change)
{
	json_t *json = json_pack("{s:s, s:s}", change->adds ? "added" : "removed", change->line,
				 "file", change->file);

	if (json)
		output_json(json);
	json_decref(json);
}

static void free_change(struct change *change)
{
	config_free(change->config);
	free(change->path);
	free(change->file);
	free(change->before);
	free(change->after);
}

enum command_status local_node(const struct command *command)
{
	struct change change = {.command = command};
	enum command_status status = read_arguments(&change) ? find_path(&change) : usage();

	if (status == COMMAND_OK)
		status = load(&change, NULL, NULL, &change.config);
	if (status == COMMAND_OK)
		status = prepare(&change);
	if (status == COMMAND_OK)
		status = apply(&change);
	if (status == COMMAND_OK && command->json)
		print_json(&change);
	else if (status == COMMAND_OK)
		print(&change);
	free_change(&change);
	return status == COMMAND_OK ? output_finish() : status;
}
