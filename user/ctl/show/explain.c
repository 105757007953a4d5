// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl explain". An instance: its state and why, which node is Active, what this node waits
 * for, what comes next, and how its priority adds up. This node: its condition and its last events.
 * Another node: the verdict and why, what is known of it, and what would change the verdict.
 */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/cleanup.h"
#include <stdlib.h>
#include <string.h>

#define LABEL_COLUMNS 11
#define PRIORITY_MIN 1
#define PRIORITY_MAX 254

#define print_line(stream, label, ...)                                                             \
	text_print_labelled(stream, LABEL_COLUMNS, label, __VA_ARGS__)

static void print_state(const json_t *explanation, FILE *stream)
{
	const char *reason = json_string_value(json_object_get(explanation, "reason"));
	char age[UNITS_TEXT_BYTES];

	print_line(stream, "state", "%s is %s, for %s", field_text(explanation, "instance"),
		   field_text(explanation, "state"), field_state_age(explanation, age));
	if (reason && *reason)
		print_line(stream, "reason", "%s", reason);
}

/* "node-b, 10.0.0.2, priority 150", without what is unknown. */
static void print_active(const json_t *active, FILE *stream)
{
	const char *node = json_string_value(json_object_get(active, "node"));
	const char *address = json_string_value(json_object_get(active, "address"));
	char priority[UNITS_TEXT_BYTES] = "";
	uint64_t number;

	if (field_number(active, "priority", &number))
		snprintf(priority, sizeof(priority), ", priority %u", (unsigned)number);
	if (node || address)
		print_line(stream, "active", "%s%s%s%s", node ? node : "",
			   node && address ? ", " : "", address ? address : "", priority);
	else
		print_line(stream, "active", "none known to this node");
}

/* The sentences of an instance that takes no part name them already. */
static void print_inhibitors(const json_t *explanation, FILE *stream)
{
	const json_t *inhibitors = json_object_get(explanation, "obstacles"), *inhibitor;
	bool named = !strcmp(field_text(explanation, "state"), "initialize") &&
		     json_array_size(json_object_get(explanation, "lines")) > 0;
	size_t index;

	if (named)
		return;
	json_array_foreach(inhibitors, index, inhibitor)
		print_line(stream, index == 0 ? "waits for" : "", "%s: %s",
			   field_text(inhibitor, "kind"), field_text(inhibitor, "text"));
}

static void print_sentences(const json_t *lines, const char *label, FILE *stream)
{
	const json_t *line;
	size_t index;

	json_array_foreach(lines, index, line)
		print_line(stream, index == 0 ? label : "", "%s",
			   json_is_string(line) ? json_string_value(line) : FIELD_UNKNOWN);
}

static void print_part(const json_t *part, FILE *stream)
{
	const char *reason = json_string_value(json_object_get(part, "reason"));

	print_line(stream, "", "%+4lld  %s%s%s",
		   (long long)json_integer_value(json_object_get(part, "weight")),
		   field_text(part, "what"), reason && *reason ? ": " : "", reason ? reason : "");
}

/* The last line: where the sum is out of range, also why the priority differs from it. */
static void print_effective(long long effective, long long sum, FILE *stream)
{
	if (sum < PRIORITY_MIN || sum > PRIORITY_MAX)
		print_line(stream, "", "%4lld  in effect: the sum is %lld, limited to %d to %d",
			   effective, sum, PRIORITY_MIN, PRIORITY_MAX);
	else
		print_line(stream, "", "%4lld  in effect", effective);
}

static void print_priority(const json_t *explanation, FILE *stream)
{
	const json_t *parts = json_object_get(explanation, "priority_parts");
	const json_t *configured = json_object_get(explanation, "configured_priority");
	const json_t *effective = json_object_get(explanation, "effective_priority");
	long long sum = (long long)json_integer_value(configured);
	const json_t *part;
	size_t index;

	if (!json_is_integer(configured) || !json_is_integer(effective))
		return;
	print_line(stream, "priority", "%4lld  configured", sum);
	json_array_foreach(parts, index, part)
	{
		print_part(part, stream);
		sum += (long long)json_integer_value(json_object_get(part, "weight"));
	}
	if (index > 0 || !json_equal(configured, effective))
		print_effective((long long)json_integer_value(effective), sum, stream);
}

static void print_peer(const json_t *explanation, FILE *stream)
{
	char age[UNITS_TEXT_BYTES];

	print_line(stream, "verdict", "%s is %s, for %s", field_text(explanation, "peer"),
		   field_verdict(explanation), field_duration(explanation, "verdict_age_ns", age));
	print_line(stream, "reason", "%s", field_text(explanation, "reason"));
	print_sentences(json_object_get(explanation, "lines"), "known", stream);
}

static void print_self(const json_t *explanation, FILE *stream)
{
	print_line(stream, "node", "%s is this node, %s", field_text(explanation, "node"),
		   field_text(explanation, "state"));
	print_sentences(json_object_get(explanation, "lines"), "known", stream);
	print_sentences(json_object_get(explanation, "lately"), "lately", stream);
}

void show_explain(const json_t *explanation, FILE *stream)
{
	if (json_object_get(explanation, "node")) {
		print_self(explanation, stream);
		return;
	}
	if (json_object_get(explanation, "peer")) {
		print_peer(explanation, stream);
		return;
	}
	print_state(explanation, stream);
	print_active(json_object_get(explanation, "active"), stream);
	print_inhibitors(explanation, stream);
	print_sentences(json_object_get(explanation, "lines"), "next", stream);
	print_priority(explanation, stream);
}
