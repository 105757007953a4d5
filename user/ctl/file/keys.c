// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl keys": the keys of heartbeats, and a change of them without a lost heartbeat: a new key
 * is added on every node, then activated on every node, then the old one is retired. Each step
 * changes the key file of this node by one line and has the daemon read it. What it refuses is put
 * back.
 */
#include "user/config/host/secret.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/file/apply.h"
#include "user/ctl/file/key_lines.h"
#include "user/ctl/file/local.h"
#include "user/ctl/file/new_key.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/diagnostics_print.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAMES_BYTES 256
#define LABEL_COLUMNS 11
/* Nodes ask each other every 5 s for what has changed. */
#define STATEMENTS_NS (7 * NS_PER_SECOND)
#define ASK_AGAIN_NS (NS_PER_SECOND / 4)

struct key_change {
	const struct command *command;
	json_t *known; /* of the method keys */
	uint8_t id;
	char *path; /* of the key file */
	char *before, *after; /* its text */
	struct xb_key keys[XB_KEYS_MAX]; /* in before, the first one signs */
	size_t count;
};

struct step {
	const char *name;
	const char *done; /* "added" */
	bool needs_id;
	enum command_status (*prepare)(struct key_change *change);
	const char *next; /* what to do then, with a key */
};

static enum command_status refuse(const char *reason)
{
	log_error("%s", reason);
	return COMMAND_FAILED;
}

static size_t index_of(const struct key_change *change, uint8_t id)
{
	size_t i = 0;

	while (i < change->count && change->keys[i].id != id)
		i++;
	return i;
}

static bool is_known(const struct key_change *change, uint8_t id)
{
	const json_t *key;
	size_t index;

	json_array_foreach(json_object_get(change->known, "keys"), index, key)
	{
		if (json_integer_value(json_object_get(key, "id")) == id)
			return true;
	}
	return index_of(change, id) < change->count;
}

static enum command_status prepare_add(struct key_change *change)
{
	bool given = change->command->argument_count > 1;
	char line[KEYFILE_LINE_BYTES];

	if (change->count == XB_KEYS_MAX)
		return refuse("the key file has two keys already: retire one first");
	if (given && is_known(change, change->id))
		return refuse("this id is in use, on this node or on another one");
	while (!given && is_known(change, change->id))
		change->id++;
	if (!new_key_line(change->id, line))
		return COMMAND_FAILED;
	change->after = key_lines_add(change->before, line);
	explicit_bzero(line, sizeof(line));
	return COMMAND_OK;
}

/* What the daemon knows of a key of this node. */
static const json_t *find_known(const struct key_change *change)
{
	const json_t *key;
	size_t index;

	json_array_foreach(json_object_get(change->known, "keys"), index, key)
	{
		if (json_is_true(json_object_get(key, "here")) &&
		    json_integer_value(json_object_get(key, "id")) == change->id)
			return key;
	}
	return NULL;
}

static bool is_up(const json_t *node)
{
	const char *verdict = json_string_value(json_object_get(node, "verdict"));

	return verdict && !strcmp(verdict, "up");
}

static bool lacks(const json_t *node)
{
	return is_up(node) && !json_is_true(json_object_get(node, "has"));
}

static bool uses(const json_t *node)
{
	const json_t *signs = json_object_get(node, "signs");

	return json_is_true(signs) || (!signs && is_up(node));
}

/* Lists the nodes for which the test holds. Returns how many. */
static size_t list_nodes(const json_t *key, bool (*test)(const json_t *node),
			 char names[static NAMES_BYTES])
{
	size_t index, length = 0, count = 0;
	const json_t *node;

	names[0] = '\0';
	json_array_foreach(json_object_get(key, "nodes"), index, node)
	{
		if (!test(node))
			continue;
		if (length < NAMES_BYTES)
			length += (size_t)snprintf(names + length, NAMES_BYTES - length, "%s%s",
						   count ? ", " : "", field_text(node, "node"));
		count++;
	}
	return count;
}

static enum command_status learn(struct key_change *change)
{
	json_decref(change->known);
	change->known = NULL;
	return query_ask(change->command, "keys", json_object(), &change->known);
}

/* What other nodes have may be known a few seconds late. */
static enum command_status await_holders(struct key_change *change, char names[static NAMES_BYTES],
					 size_t *count)
{
	static const struct timespec pause = {.tv_nsec = ASK_AGAIN_NS};
	uint64_t start_ns = clock_now_ns();
	enum command_status status = COMMAND_OK;

	while (status == COMMAND_OK) {
		*count = list_nodes(find_known(change), lacks, names);
		if (!*count || change->command->force ||
		    time_since_ns(clock_now_ns(), start_ns) > STATEMENTS_NS)
			break;
		nanosleep(&pause, NULL);
		status = learn(change);
	}
	return status;
}

static enum command_status prepare_activate(struct key_change *change)
{
	size_t index = index_of(change, change->id), count;
	char names[NAMES_BYTES];
	enum command_status status;

	if (index == change->count || !find_known(change))
		return refuse("this node has no key of this id; \"xbeatctl keys\" lists them");
	if (index == 0)
		return refuse("this key is active already");
	status = await_holders(change, names, &count);
	if (status != COMMAND_OK)
		return status;
	if (count && !change->command->force) {
		log_error(
			"not known to have this key: %s; copy %s there, then there: xbeatctl reload; or: --force",
			names, change->path);
		return COMMAND_FAILED;
	}
	change->after = key_lines_exchange(change->before, 0, index);
	return COMMAND_OK;
}

static enum command_status prepare_retire(struct key_change *change)
{
	size_t index = index_of(change, change->id);
	char names[NAMES_BYTES];

	if (index == change->count)
		return refuse("this node has no key of this id; \"xbeatctl keys\" lists them");
	if (change->count == 1)
		return refuse("this is the only key: add another one first");
	if (index == 0)
		return refuse("this node signs with this key: activate the other one first");
	if (list_nodes(find_known(change), uses, names) && !change->command->force) {
		log_error("in use by: %s; activate the other key there first, or: --force", names);
		return COMMAND_FAILED;
	}
	change->after = key_lines_remove(change->before, index);
	return COMMAND_OK;
}

static const struct step steps[] = {
	{"add", "added", false, prepare_add,
	 "copy the file to the other nodes, then there: xbeatctl reload; then on every node: xbeatctl keys activate"},
	{"activate", "activated", true, prepare_activate,
	 "the same on every other node; then on every node: xbeatctl keys retire"},
	{"retire", "retired", true, prepare_retire,
	 "the same on every other node: xbeatctl keys retire"},
};

static const struct step *find_step(const struct command *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strcmp(steps[i].name, command->arguments[0]) &&
		    command->argument_count >= 1 + steps[i].needs_id &&
		    command->argument_count <= 2)
			return &steps[i];
	log_error(
		"write: xbeatctl keys [show [ID...]], keys add [ID], keys activate ID, or keys retire ID");
	return NULL;
}

static enum command_status read_file(struct key_change *change)
{
	char reason[CONFIG_REASON_BYTES];
	struct diagnostics diagnostics = {0};
	const char *path;
	size_t length;
	int error;

	path = json_string_value(json_object_get(change->known, "key_file"));
	change->path = path ? strdup(path) : NULL;
	if (!change->path)
		return refuse("xbeatd does not report its key file");
	error = secret_read(change->path, &change->before, &length, reason);
	if (error == -EACCES) {
		log_error("not permitted to read the key file %s; run this as root", change->path);
		return COMMAND_NOT_PERMITTED;
	}
	if (error)
		return refuse(reason);
	error = keyfile_parse(change->path, change->before, length, change->keys, &change->count,
			      &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return error ? COMMAND_FAILED : COMMAND_OK;
}

static enum command_status apply(const struct key_change *change)
{
	const struct file_change file = {change->path, change->before, change->after};

	return file_apply(change->command, &file, "copy it from another node");
}

static void print(const struct key_change *change, const struct step *step)
{
	uint8_t next = step->prepare == prepare_activate ? change->keys[0].id : change->id;

	text_print_labelled(stdout, LABEL_COLUMNS, step->done, "key %u", change->id);
	text_print_labelled(stdout, LABEL_COLUMNS, "key file", "%s", change->path);
	text_print_labelled(stdout, LABEL_COLUMNS, "next", "%s %u", step->next, next);
}

static void report(const struct key_change *change, const struct step *step)
{
	json_t *json;

	if (!change->command->json) {
		print(change, step);
		return;
	}
	json = json_pack("{s:i, s:s}", step->done, change->id, "key_file", change->path);
	output_json(json);
	json_decref(json);
}

static void clear(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static enum command_status change_keys(const struct command *command, const struct step *step)
{
	struct key_change change = {.command = command, .id = 1};
	enum command_status status = COMMAND_USAGE;

	if (command->argument_count < 2 || new_key_id(command->arguments[1], &change.id))
		status = learn(&change);
	if (status == COMMAND_OK)
		status = read_file(&change);
	if (status == COMMAND_OK)
		status = step->prepare(&change);
	if (status == COMMAND_OK)
		status = apply(&change);
	if (status == COMMAND_OK) {
		report(&change, step);
		status = output_finish();
	}
	clear(change.before);
	clear(change.after);
	explicit_bzero(change.keys, sizeof(change.keys));
	free(change.path);
	json_decref(change.known);
	return status;
}

enum command_status local_keys(const struct command *command)
{
	struct command shown = *command;
	const struct step *step;

	if (!command->argument_count)
		return run_method(command);
	if (!strcmp(command->arguments[0], "show")) {
		shown.arguments++;
		shown.argument_count--;
		return run_method(&shown);
	}
	step = find_step(command);
	return step ? change_keys(command, step) : COMMAND_USAGE;
}
