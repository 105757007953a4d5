// SPDX-License-Identifier: GPL-2.0-or-later
/* The values of option lines: how each kind is read and printed. */
#include "user/config/syntax/iproute_names.h"
#include "user/config/syntax/options.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the value, and "lock" before it if the option allows it. */
static const struct config_token *take_value(struct config_line *line,
					     const struct config_option *option, bool *locked)
{
	const struct config_token *token = config_line_value(line);

	if (!token || !option->lockable || strcmp(token->text, "lock"))
		return token;
	*locked = true;
	return config_line_value(line);
}

/* Parses a number in C notation: 24, 0x18, 030. Returns 0, -EINVAL or -ERANGE. */
static int parse_c_number(const char *text, uint64_t *number)
{
	uint64_t value;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (*end)
		return -EINVAL;
	if (errno)
		return -errno;
	*number = value;
	return 0;
}

static int parse_named(const struct config_line *line, const struct config_option *option,
		       const char *text, uint64_t *value)
{
	int result;

	for (const struct config_name *entry = option->names; entry && entry->name; entry++) {
		if (!strcasecmp(entry->name, text)) {
			*value = entry->number;
			return 0;
		}
	}
	result = parse_c_number(text, value);
	if (result != -EINVAL || !option->names_file)
		return result;
	return config_iproute_number(line->parser, option->names_file, text, value);
}

#define NAMES_BYTES 256

/* Writes "low, medium, high or ", or nothing; returns text. */
static const char *list_names(const struct config_name *names, char text[static NAMES_BYTES])
{
	size_t used = 0;

	*text = '\0';
	for (; names && names->name && used < NAMES_BYTES; names++)
		used += (size_t)snprintf(text + used, NAMES_BYTES - used, "%s%s", names->name,
					 names[1].name ? ", " : " or ");
	return text;
}

/* Stores a number after parsing, or reports an invalid one. */
static void store_number(struct config_line *line, const struct config_option *option,
			 const struct config_token *token, int result, uint64_t value,
			 struct config_number *number)
{
	const char *file = result == -ENOENT ? option->names_file : NULL;
	char names[NAMES_BYTES];

	if (result || value < option->minimum || value > option->maximum) {
		config_line_error(line, token->location,
				  "'%s' is not a value of %s; write %s%" PRIu64 " to %" PRIu64
				  "%s%s%s",
				  token->text, option->name, list_names(option->names, names),
				  option->minimum, option->maximum, file ? ", or add it to " : "",
				  file ? file : "", file ? " of iproute2" : "");
		return;
	}
	number->given = true;
	number->value = (uint32_t)value;
}

/* Reads the next token with parse() into a number. */
static void read_number(struct config_line *line, const struct config_option *option,
			struct config_number *number,
			int (*parse)(const struct config_line *line,
				     const struct config_option *option, const char *text,
				     uint64_t *value))
{
	const struct config_token *token = take_value(line, option, &number->locked);
	uint64_t value = 0;
	int result;

	if (!token)
		return;
	result = parse(line, option, token->text, &value);
	store_number(line, option, token, result, value, number);
}

static int parse_decimal(const struct config_line *line, const struct config_option *option,
			 const char *text, uint64_t *value)
{
	(void)line;
	(void)option;
	return config_parse_number(text, value);
}

static void read_decimal(struct config_line *line, const struct config_option *option, void *field)
{
	read_number(line, option, field, parse_decimal);
}

static void read_name(struct config_line *line, const struct config_option *option, void *field)
{
	read_number(line, option, field, parse_named);
}

static void print_number(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_number *number = field;

	(void)option;
	fprintf(out, "%s %" PRIu32, number->locked ? " lock" : "", number->value);
}

/* Prints the name of a number, if it has one. */
static void print_name(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_number *number = field;

	for (const struct config_name *entry = option->names; entry && entry->name; entry++) {
		if (entry->number == number->value) {
			fprintf(out, "%s %s", number->locked ? " lock" : "", entry->name);
			return;
		}
	}
	print_number(out, option, field);
}

/* Parses whole milliseconds, with or without a unit. */
static int parse_milliseconds(const struct config_line *line, const struct config_option *option,
			      const char *text, uint64_t *milliseconds)
{
	uint64_t duration_ns;
	int error = config_parse_duration(text, false, &duration_ns);

	(void)line;
	(void)option;
	if (error == -EDOM)
		return config_parse_number(text, milliseconds);
	if (error || duration_ns % NS_PER_MS)
		return -EINVAL;
	*milliseconds = duration_ns / NS_PER_MS;
	return 0;
}

static void read_time(struct config_line *line, const struct config_option *option, void *field)
{
	struct config_number *number = field;

	read_number(line, option, number, parse_milliseconds);
	number->value *= option->value;
}

static void print_time(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_number *number = field;

	fprintf(out, "%s %" PRIu32 "ms", number->locked ? " lock" : "",
		number->value / option->value);
}

static void read_flag(struct config_line *line, const struct config_option *option, void *field)
{
	(void)line;
	(void)option;
	*(bool *)field = true;
}

static void read_constant(struct config_line *line, const struct config_option *option, void *field)
{
	(void)line;
	*(struct config_number *)field =
		(struct config_number){.given = true, .value = option->value};
}

static void print_nothing(FILE *out, const struct config_option *option, const void *field)
{
	(void)out;
	(void)option;
	(void)field;
}

/* Splits "A" or "A/B" into numbers up to option->maximum; *has_second: whether B is given. */
static int parse_pair(const struct config_line *line, const struct config_option *option,
		      const char *text, char separator, uint32_t numbers[static 2],
		      bool *has_second)
{
	const char *second = strchr(text, separator);
	char first[64];
	size_t length = second ? (size_t)(second - text) : strlen(text);
	uint64_t values[2] = {0};

	if (length >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, length);
	first[length] = '\0';
	if (parse_named(line, option, first, &values[0]) ||
	    (second && parse_named(line, option, second + 1, &values[1])))
		return -EINVAL;
	for (size_t i = 0; i < 2; i++) {
		if (values[i] > option->maximum)
			return -ERANGE;
		numbers[i] = (uint32_t)values[i];
	}
	*has_second = second;
	return 0;
}

/* Reads a pair. form: its syntax, for messages. Returns false after reporting an error. */
static bool take_pair(struct config_line *line, const struct config_option *option, char separator,
		      const char *form, uint32_t numbers[static 2], bool *has_second)
{
	const struct config_token *token = config_line_value(line);

	if (!token)
		return false;
	if (!parse_pair(line, option, token->text, separator, numbers, has_second))
		return true;
	config_line_error(line, token->location,
			  "'%s' is not a value of %s; write %s with numbers of 0 to %" PRIu64,
			  token->text, option->name, form, option->maximum);
	return false;
}

static void read_range(struct config_line *line, const struct config_option *option, void *field)
{
	const struct config_token *token = &line->tokens[line->next];
	struct config_pair *pair = field;
	uint32_t numbers[2];
	bool has_last;

	if (!take_pair(line, option, '-', "FIRST-LAST", numbers, &has_last))
		return;
	if (!has_last)
		numbers[1] = numbers[0];
	if (numbers[0] < option->minimum || numbers[0] > numbers[1])
		config_line_error(
			line, token->location,
			"'%s' is not a range of %s; write FIRST-LAST with a FIRST of at least %" PRIu64
			" that is not above LAST",
			token->text, option->name, option->minimum);
	else
		*pair = (struct config_pair){true, numbers[0], numbers[1]};
}

static void read_realms(struct config_line *line, const struct config_option *option, void *field)
{
	struct config_pair *pair = field;
	uint32_t numbers[2];
	bool has_second;

	if (!take_pair(line, option, '/', "TO or FROM/TO", numbers, &has_second))
		return;
	*pair = has_second ? (struct config_pair){true, numbers[0], numbers[1]}
			   : (struct config_pair){true, 0, numbers[0]};
}

static void read_mark(struct config_line *line, const struct config_option *option, void *field)
{
	struct config_pair *pair = field;
	uint32_t numbers[2];
	bool has_mask;

	if (take_pair(line, option, '/', "MARK or MARK/MASK", numbers, &has_mask))
		*pair = (struct config_pair){true, numbers[0], has_mask ? numbers[1] : UINT32_MAX};
}

static void print_range(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_pair *pair = field;

	(void)option;
	fprintf(out, " %" PRIu32 "-%" PRIu32, pair->first, pair->second);
}

static void print_realms(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_pair *pair = field;

	(void)option;
	fprintf(out, " %" PRIu32 "/%" PRIu32, pair->first, pair->second);
}

static void print_mark(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_pair *pair = field;

	(void)option;
	fprintf(out, " 0x%" PRIx32 "/0x%" PRIx32, pair->first, pair->second);
}

bool config_line_prefix(const char *text, struct config_prefix *prefix)
{
	struct config_prefix read = {.given = true};

	if (!strcmp(text, "default") || !strcmp(text, "all") || !strcmp(text, "any"))
		read.any_family = true;
	else if (config_parse_network(text, &read.address, &read.length))
		return false;
	*prefix = read;
	return true;
}

static void read_prefix(struct config_line *line, const struct config_option *option, void *field)
{
	const struct config_token *token = config_line_value(line);

	if (token && !config_line_prefix(token->text, field))
		config_line_error(line, token->location,
				  "'%s' is not a value of %s; write ADDRESS/LENGTH or default",
				  token->text, option->name);
}

static void read_address(struct config_line *line, const struct config_option *option, void *field)
{
	const struct config_token *token = config_line_value(line);
	struct config_prefix *prefix = field;

	if (!token)
		return;
	if (address_parse(token->text, &prefix->address))
		config_line_error(
			line, token->location,
			"'%s' is not a value of %s; write an address without a prefix length",
			token->text, option->name);
	else
		prefix->given = true;
}

static void print_prefix(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_prefix *prefix = field;
	char text[ADDRESS_TEXT_BYTES];

	(void)option;
	fprintf(out, " %s/%d", address_format(&prefix->address, text), prefix->length);
}

static void print_address(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_prefix *prefix = field;
	char text[ADDRESS_TEXT_BYTES];

	(void)option;
	fprintf(out, " %s", address_format(&prefix->address, text));
}

static uint8_t prefix_family(const void *field)
{
	const struct config_prefix *prefix = field;

	return prefix->any_family ? 0 : address_family(&prefix->address);
}

static void read_interface(struct config_line *line, const struct config_option *option,
			   void *field)
{
	const struct config_token *token = config_line_value(line);

	(void)option;
	if (token && !config_store_interface_name(line->parser, token, field))
		line->failed = true;
}

static void print_text(FILE *out, const struct config_option *option, const void *field)
{
	(void)option;
	fprintf(out, " %s", (const char *)field);
}

static void read_congestion_control(struct config_line *line, const struct config_option *option,
				    void *field)
{
	struct config_congestion_control *control = field;
	const struct config_token *token = take_value(line, option, &control->locked);

	if (token && !config_store_text(line->parser, token, option->name, control->name,
					sizeof(control->name)))
		line->failed = true;
}

static void print_congestion_control(FILE *out, const struct config_option *option,
				     const void *field)
{
	const struct config_congestion_control *control = field;

	(void)option;
	fprintf(out, "%s %s", control->locked ? " lock" : "", control->name);
}

static void read_track_group(struct config_line *line, const struct config_option *option,
			     void *field)
{
	const struct config_token *token = config_line_value(line);

	if (token &&
	    !config_store_text(line->parser, token, option->name, field, CONFIG_TRACK_GROUP_BYTES))
		line->failed = true;
}

static void read_ignored(struct config_line *line, const struct config_option *option, void *field)
{
	struct config_location location = line->tokens[line->next - 1].location;

	(void)field;
	if (config_line_value(line))
		config_warning(line->parser, location,
			       "keepalived's '%s' of a %s is not supported; %s", option->name,
			       line->what, option->instead);
}

static void read_refused(struct config_line *line, const struct config_option *option, void *field)
{
	(void)field;
	config_line_error(line, line->tokens[line->next - 1].location,
			  "keepalived's '%s' of a %s is not supported; %s", option->name,
			  line->what, option->instead);
}

const struct config_option_kind config_kind_flag = {read_flag, print_nothing, NULL};
const struct config_option_kind config_kind_constant = {read_constant, print_nothing, NULL};
const struct config_option_kind config_kind_number = {read_decimal, print_number, NULL};
const struct config_option_kind config_kind_name = {read_name, print_name, NULL};
const struct config_option_kind config_kind_time = {read_time, print_time, NULL};
const struct config_option_kind config_kind_range = {read_range, print_range, NULL};
const struct config_option_kind config_kind_realms = {read_realms, print_realms, NULL};
const struct config_option_kind config_kind_mark = {read_mark, print_mark, NULL};
const struct config_option_kind config_kind_prefix = {read_prefix, print_prefix, prefix_family};
const struct config_option_kind config_kind_address = {read_address, print_address, prefix_family};
const struct config_option_kind config_kind_interface = {read_interface, print_text, NULL};
const struct config_option_kind config_kind_congestion_control = {read_congestion_control,
								  print_congestion_control, NULL};
const struct config_option_kind config_kind_track_group = {read_track_group, NULL, NULL};
const struct config_option_kind config_kind_ignored = {read_ignored, NULL, NULL};
const struct config_option_kind config_kind_refused = {read_refused, NULL, NULL};
