// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loops: repeat the rest of the line for each value of a name.
 *
 *	~SEQ(NAME,[START,[STEP,]]END)              numbers; ~SEQx: hexadecimal
 *	~LST(NAME,VALUE,...)                       any values
 *	~LST({NAME,NAME},{VALUE,VALUE},...)        several names at a time
 */
#include "user/config/syntax/parser.h"
#include "user/config/syntax/preprocess.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOP_DEPTH_MAX 16
#define LOOP_NAMES_MAX 16
#define NUMBER_TEXT_BYTES 24

/* A part of the text between the parentheses, without surrounding blanks. */
struct part {
	size_t offset;
	size_t length;
};

struct parts {
	struct part *entries;
	size_t count;
};

struct loop {
	struct config_preprocessor *preprocessor;
	struct config_text head; /* between the parentheses, definitions expanded */
	struct parts arguments;
	const struct config_text *text; /* the repeated text: body_length bytes at body_offset */
	size_t body_offset;
	size_t body_length;
	struct config_location location;
};

static void free_parts(struct parts *parts)
{
	free(parts->entries);
}

#define _cleanup_parts_ __attribute__((cleanup(free_parts)))

static void add_part(const struct config_text *text, size_t offset, size_t end, struct parts *parts)
{
	while (offset < end && config_is_blank(text->bytes[offset]))
		offset++;
	while (end > offset && config_is_blank(text->bytes[end - 1]))
		end--;
	parts->entries = array_grow(parts->entries, &parts->count, sizeof(*parts->entries));
	parts->entries[parts->count - 1] = (struct part){offset, end - offset};
}

/* Splits at commas outside braces. */
static void split(const struct config_text *text, struct part whole, struct parts *parts)
{
	size_t begin = whole.offset, end = whole.offset + whole.length;
	unsigned depth = 0;

	for (size_t i = begin; i < end; i++) {
		depth += text->bytes[i] == '{';
		depth -= depth > 0 && text->bytes[i] == '}';
		if (text->bytes[i] == ',' && depth == 0) {
			add_part(text, begin, i, parts);
			begin = i + 1;
		}
	}
	add_part(text, begin, end, parts);
}

/* Splits {A,B} into its members; anything else is a single member. */
static void split_group(const struct config_text *text, struct part part, struct parts *parts)
{
	const char *bytes = text->bytes + part.offset;

	if (part.length >= 2 && bytes[0] == '{' && bytes[part.length - 1] == '}')
		split(text, (struct part){part.offset + 1, part.length - 2}, parts);
	else
		add_part(text, part.offset, part.offset + part.length, parts);
}

/* Copies the name of a loop, or reports it. Returns success. */
static bool read_name(const struct loop *loop, struct part part,
		      char name[static CONFIG_NAME_BYTES_MAX + 1])
{
	const char *bytes = loop->head.bytes + part.offset;

	if (part.length == 0 || part.length > CONFIG_NAME_BYTES_MAX ||
	    config_name_length(bytes, part.length) != part.length) {
		config_preprocess_error(
			loop->preprocessor, loop->location,
			"'%.*s' is not a valid loop name; use letters, digits and _",
			(int)part.length, part.length ? bytes : "");
		return false;
	}
	memcpy(name, bytes, part.length);
	name[part.length] = '\0';
	return true;
}

static void run_body(const struct loop *loop)
{
	struct config_preprocessor *preprocessor = loop->preprocessor;
	_cleanup_config_text_ struct config_text body = {0};

	if (!config_preprocess_charge(preprocessor, CONFIG_STEP_BYTES + loop->body_length,
				      loop->location))
		return;
	config_text_append_part(&body, loop->text, loop->body_offset, loop->body_length);
	preprocessor->loop_depth++;
	preprocessor->run_text(preprocessor, &body);
	preprocessor->loop_depth--;
}

/* Reads a number in C notation: 16, 0x10, 020. Returns success. */
static bool read_number(const struct loop *loop, struct part part, int64_t *number)
{
	char text[NUMBER_TEXT_BYTES], *end;

	if (part.length == 0 || part.length >= sizeof(text))
		return false;
	memcpy(text, loop->head.bytes + part.offset, part.length);
	text[part.length] = '\0';
	errno = 0;
	*number = strtoll(text, &end, 0);
	return !*end && !errno;
}

static void run_sequence(const struct loop *loop, const char *name, const int64_t numbers[static 3],
			 bool hexadecimal)
{
	int64_t value = numbers[0], step = numbers[1], end = numbers[2];
	char digits[NUMBER_TEXT_BYTES];

	while ((step > 0 ? value <= end : value >= end) && !loop->preprocessor->exhausted) {
		_cleanup_config_text_ struct config_text text = {0};

		snprintf(digits, sizeof(digits), hexadecimal ? "%" PRIx64 : "%" PRId64, value);
		config_text_append(&text, digits, strlen(digits), loop->location);
		config_define(loop->preprocessor, name, &text, 0, text.length, loop->location);
		run_body(loop);
		if (__builtin_add_overflow(value, step, &value))
			return;
	}
}

/* Reads [START,[STEP,]]END into START, STEP, END. Returns success. */
static bool read_sequence(const struct loop *loop, int64_t numbers[static 3])
{
	const struct part *parts = loop->arguments.entries + 1;
	size_t count = loop->arguments.count - 1;
	int64_t *start = &numbers[0], *step = &numbers[1], *end = &numbers[2];

	if (count < 1 || count > 3 || !read_number(loop, parts[count - 1], end))
		return false;
	*start = *end < 0 ? -1 : 1;
	if (count > 1 && !read_number(loop, parts[0], start))
		return false;
	*step = *end < *start ? -1 : 1;
	return count < 3 || read_number(loop, parts[1], step);
}

static void loop_over_numbers(const struct loop *loop, bool hexadecimal)
{
	char name[CONFIG_NAME_BYTES_MAX + 1];
	int64_t numbers[3];

	if (!read_name(loop, loop->arguments.entries[0], name))
		return;
	if (!read_sequence(loop, numbers))
		config_preprocess_error(
			loop->preprocessor, loop->location,
			"the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)");
	else if (numbers[1] == 0 || (numbers[1] > 0) != (numbers[2] >= numbers[0]))
		config_preprocess_error(loop->preprocessor, loop->location,
					"steps of %" PRId64 " do not lead from %" PRId64
					" to %" PRId64 "; correct the step",
					numbers[1], numbers[0], numbers[2]);
	else if (hexadecimal && (numbers[0] < 0 || numbers[2] < 0))
		config_preprocess_error(loop->preprocessor, loop->location,
					"~SEQx takes no negative numbers; use ~SEQ");
	else
		run_sequence(loop, name, numbers, hexadecimal);
}

/* Gives each name its value from a group. Returns success. */
static bool define_group(const struct loop *loop, const struct parts *names, struct part group)
{
	_cleanup_parts_ struct parts values = {0};
	char name[CONFIG_NAME_BYTES_MAX + 1];

	split_group(&loop->head, group, &values);
	if (values.count != names->count) {
		config_preprocess_error(
			loop->preprocessor, loop->location,
			"'%.*s' has %zu value(s) for %zu name(s); give each name one value",
			(int)group.length, loop->head.bytes + group.offset, values.count,
			names->count);
		return false;
	}
	for (size_t i = 0; i < names->count; i++) {
		if (!read_name(loop, names->entries[i], name))
			return false;
		config_define(loop->preprocessor, name, &loop->head, values.entries[i].offset,
			      values.entries[i].length, loop->location);
	}
	return true;
}

static void loop_over_list(const struct loop *loop, bool hexadecimal)
{
	_cleanup_parts_ struct parts names = {0};

	(void)hexadecimal;
	split_group(&loop->head, loop->arguments.entries[0], &names);
	if (loop->arguments.count < 2) {
		config_preprocess_error(loop->preprocessor, loop->location,
					"the loop has no values; write ~LST(NAME,VALUE,...)");
		return;
	}
	for (size_t i = 1; i < loop->arguments.count && !loop->preprocessor->exhausted; i++) {
		if (!define_group(loop, &names, loop->arguments.entries[i]))
			return;
		run_body(loop);
	}
}

static const struct {
	const char *name;
	bool hexadecimal;
	void (*run)(const struct loop *loop, bool hexadecimal);
} kinds[] = {
	{"~SEQ", false, loop_over_numbers},
	{"~SEQx", true, loop_over_numbers},
	{"~LST", false, loop_over_list},
};

/* Returns the kind of loop that begins at offset and the offset of its "("; -1 if none. */
static int find_kind(const struct config_text *text, size_t offset, size_t end, size_t *parenthesis)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t length = strlen(kinds[i].name), at = offset + length;

		if (end - offset < length || memcmp(text->bytes + offset, kinds[i].name, length))
			continue;
		while (at < end && config_is_blank(text->bytes[at]))
			at++;
		*parenthesis = at;
		if (at < end && text->bytes[at] == '(')
			return (int)i;
	}
	return -1;
}

static void expand_head(struct loop *loop)
{
	for (size_t i = 0; i < loop->head.length && !loop->preprocessor->exhausted;) {
		if (loop->head.bytes[i] == '$')
			i += config_expand(loop->preprocessor, &loop->head, 0, i, false);
		else
			i++;
	}
}

bool config_directive_loop(struct config_preprocessor *preprocessor, const struct config_text *text,
			   size_t offset, size_t end)
{
	struct loop loop = {.preprocessor = preprocessor, .text = text};
	size_t open = 0;
	int kind = find_kind(text, offset, end, &open);
	const char *close;

	if (kind < 0)
		return false;
	loop.location = config_text_location(text, offset);
	close = memchr(text->bytes + open, ')', end - open);
	if (!close || preprocessor->loop_depth == LOOP_DEPTH_MAX) {
		config_preprocess_error(preprocessor, loop.location,
					close ? "loops are nested too deeply; use fewer levels"
					      : "the loop's '(' is not closed; add ')'");
		return true;
	}
	loop.body_offset = (size_t)(close - text->bytes) + 1;
	loop.body_length = end - loop.body_offset;
	config_text_append_part(&loop.head, text, open + 1, loop.body_offset - open - 2);
	expand_head(&loop);
	split(&loop.head, (struct part){0, loop.head.length}, &loop.arguments);
	kinds[kind].run(&loop, kinds[kind].hexadecimal);
	free_parts(&loop.arguments);
	config_text_free(&loop.head);
	return true;
}
