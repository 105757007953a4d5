// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of a configuration file: checked, without comments. Lines of a definition that end with
 * a backslash are joined. As in keepalived, other statements have no continuation lines.
 */
#include "user/config/syntax/preprocess.h"
#include <ctype.h>
#include <string.h>

/* Conditions may precede a definition. */
static bool begins_definition(const char *line, size_t length)
{
	size_t i = 0;

	for (;;) {
		while (i < length && config_is_blank(line[i]))
			i++;
		if (i == length || line[i] != '@')
			return config_definition_length(line + i, length - i) > 0;
		while (i < length && !config_is_blank(line[i]))
			i++;
	}
}

/* Reports once per line, so that a binary file does not flood the output. */
static void check_line(const struct config_preprocessor *preprocessor, const char *line,
		       size_t length, struct config_location location)
{
	if (length > CONFIG_LINE_BYTES_MAX) {
		location.column = CONFIG_LINE_BYTES_MAX + 1;
		config_preprocess_error(preprocessor, location,
					"line is longer than 1023 bytes; split it");
	}
	for (size_t i = 0; i < length; i++) {
		if (config_is_control(line[i])) {
			location.column = (unsigned)i + 1;
			config_preprocess_error(preprocessor, location,
						"control character; the file must be plain text");
			return;
		}
	}
}

static size_t trimmed_length(const char *line, size_t length)
{
	while (length > 0 && config_is_blank(line[length - 1]))
		length--;
	return length;
}

/* Returns the length before a comment: ! or # outside quotes and not after a backslash. */
static size_t length_without_comment(const char *line, size_t length)
{
	bool in_quotes = false;

	for (size_t i = 0; i < length; i++) {
		if (line[i] == '"')
			in_quotes = !in_quotes;
		else if (in_quotes)
			continue;
		else if (line[i] == '\\' && i + 1 < length &&
			 (line[i + 1] == '#' || line[i + 1] == '!'))
			i++;
		else if (line[i] == '#' || line[i] == '!')
			return i;
	}
	return length;
}

/* Takes the next physical line from the file; returns its length. */
static size_t take_line(struct config_reader *reader, const char **line)
{
	size_t left = reader->length - reader->offset, length;
	const char *newline = memchr(reader->text + reader->offset, '\n', left);

	*line = reader->text + reader->offset;
	length = newline ? (size_t)(newline - *line) : left;
	reader->offset += newline ? length + 1 : length;
	reader->line++;
	return length;
}

bool config_lines_next(const struct config_preprocessor *preprocessor, struct config_reader *reader,
		       struct config_text *line)
{
	bool definition = false, continued = true;

	config_text_clear(line);
	if (reader->offset == reader->length)
		return false;
	while (continued && reader->offset < reader->length) {
		const char *bytes;
		size_t whole = take_line(reader, &bytes), length;
		struct config_location location = {reader->line, 1, reader->source, 0};

		check_line(preprocessor, bytes, whole, location);
		whole = whole < CONFIG_LINE_BYTES_MAX ? whole : CONFIG_LINE_BYTES_MAX;
		definition = definition || begins_definition(bytes, whole);
		whole = trimmed_length(bytes, whole);
		continued = definition && whole > 0 && bytes[whole - 1] == '\\';
		/* A backslash after a comment counts, too. */
		length = length_without_comment(bytes, whole - continued);
		length = trimmed_length(bytes, length);
		config_text_append(line, bytes, length, location);
		location.column += (unsigned)length;
		if (continued)
			config_text_append(line, "\n", 1, location);
	}
	return true;
}
