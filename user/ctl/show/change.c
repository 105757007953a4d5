// SPDX-License-Identifier: GPL-2.0-or-later
/* Results of reload, failover, resume, drain and priority; and the text of config. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define LABEL_COLUMNS 9
#define DETAIL_COLUMNS 4

/* Prints the list of names in a field; nothing if it is empty. */
static void print_names(const json_t *result, const char *field, FILE *stream)
{
	const json_t *names = json_object_get(result, field);
	_cleanup_free_ char *list = field_list(names, " ");

	if (json_array_size(names) > 0)
		text_print_labelled(stream, LABEL_COLUMNS, field, "%s", list);
}

static void print_renamed(const json_t *result, FILE *stream)
{
	const json_t *renamed;
	size_t index;

	json_array_foreach(json_object_get(result, "renamed"), index, renamed)
		text_print_labelled(stream, LABEL_COLUMNS, "renamed", "%s to %s",
				    field_text(renamed, "from"), field_text(renamed, "to"));
}

static size_t number_of(const json_t *pools, const char *name)
{
	return (size_t)json_integer_value(json_object_get(pools, name));
}

static void print_pools(const json_t *pools, FILE *stream)
{
	if (json_is_object(pools))
		fprintf(stream, "pools: %zu added, %zu changed, %zu removed, %zu unchanged\n",
			number_of(pools, "added"), number_of(pools, "changed"),
			number_of(pools, "removed"), number_of(pools, "unchanged"));
}

void show_reload(const json_t *result, FILE *stream)
{
	const json_t *warnings = json_object_get(result, "warnings");
	char unchanged[UNITS_TEXT_BYTES];
	const json_t *warning;
	size_t index;

	json_array_foreach(warnings, index, warning) text_print_labelled(
		stream, LABEL_COLUMNS, "warning", "%s",
		json_is_string(warning) ? json_string_value(warning) : FIELD_UNKNOWN);
	print_names(result, "added", stream);
	print_names(result, "changed", stream);
	print_names(result, "removed", stream);
	print_renamed(result, stream);
	fprintf(stream, "reloaded: %zu added, %zu changed, %zu removed, %s unchanged\n",
		json_array_size(json_object_get(result, "added")),
		json_array_size(json_object_get(result, "changed")),
		json_array_size(json_object_get(result, "removed")),
		field_count(result, "unchanged_count", unchanged));
	print_pools(json_object_get(result, "pools"), stream);
}

/* In a file it is unchanged; a terminal gets control characters escaped. */
void show_config(const json_t *result, FILE *stream)
{
	const char *text = json_string_value(json_object_get(result, "text"));
	_cleanup_free_ char *printable = printable_text(text ? text : "", PRINTABLE_LINES);

	if (text)
		fputs(printable && isatty(fileno(stream)) ? printable : text, stream);
}

void show_failover(const json_t *result, FILE *stream)
{
	const char *successor = json_string_value(json_object_get(result, "successor"));
	const char *name = field_text(result, "instance");
	char until[UNITS_TIME_BYTES];
	uint64_t until_unix_ns;

	if (json_is_false(json_object_get(result, "was_active")))
		text_print_labelled(stream, 0, "", "%s is now %s on this node; it was not Active",
				    name, field_text(result, "state"));
	else
		text_print_labelled(stream, 0, "", "%s is now %s on this node; %s takes over", name,
				    field_text(result, "state"),
				    successor ? successor : "no node is known that");
	if (field_number(result, "until_unix_ns", &until_unix_ns))
		text_print_labelled(stream, DETAIL_COLUMNS, "",
				    "out of elections until %s, or until: xbeatctl resume %s",
				    units_local_time(until_unix_ns, until), name);
	else
		text_print_labelled(stream, DETAIL_COLUMNS, "",
				    "out of elections until: xbeatctl resume %s", name);
}

void show_resume(const json_t *result, FILE *stream)
{
	const json_t *names = json_object_get(result, "instances");
	_cleanup_free_ char *list = field_list(names, " ");

	if (json_array_size(names) > 0)
		text_print_labelled(stream, 0, "", "resumed: %s", list);
	else
		fputs("nothing to resume: no failover or drain is in effect\n", stream);
}

void show_drain(const json_t *result, FILE *stream)
{
	const json_t *names = json_object_get(result, "instances");
	_cleanup_free_ char *list = field_list(names, " ");

	if (json_array_size(names) > 0)
		text_print_labelled(stream, 0, "", "given up: %s", list);
	else
		fputs("no instance was Active on this node\n", stream);
	text_print_labelled(stream, DETAIL_COLUMNS, "", "out of elections until: xbeatctl resume");
}

void show_stop(const json_t *result, FILE *stream)
{
	if (json_is_true(json_object_get(result, "keep")))
		fputs("stopped; its addresses stay until restart_grace or guard_timeout has passed\n",
		      stream);
	else
		fputs("stopped\n", stream);
}

void show_restart(const json_t *result, FILE *stream)
{
	const char *warnings = json_string_value(json_object_get(result, "warnings"));
	_cleanup_free_ char *printable = printable_text(warnings ? warnings : "", PRINTABLE_LINES);
	char pid[UNITS_TEXT_BYTES];

	if (warnings && printable)
		fprintf(stream, "%s\n", printable);
	fprintf(stream, "process %s goes on\n", field_count(result, "pid", pid));
}

void show_priority(const json_t *result, FILE *stream)
{
	char configured[UNITS_TEXT_BYTES], effective[UNITS_TEXT_BYTES];
	const char *before = field_count(result, "configured", configured);
	const char *now = field_count(result, "effective", effective);
	const char *name = field_text(result, "instance");

	if (strcmp(before, now) == 0)
		text_print_labelled(stream, 0, "", "%s: priority %s, as configured", name, now);
	else
		text_print_labelled(stream, 0, "", "%s: priority %s (configured: %s)", name, now,
				    before);
}
