// SPDX-License-Identifier: GPL-2.0-or-later
/* See redact.h. A printed statement is one line, which begins with its keyword. */
#include "user/config/print/redact.h"
#include "user/lib/limits.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REMOVED "REMOVED"
#define KEYWORD_BYTES 64

/* A part of the text, not ended by NUL. */
struct part {
	const char *text;
	size_t length;
};

static void write_part(FILE *stream, const char *text, size_t length)
{
	fwrite(text, 1, length, stream);
}

static void write_nothing(FILE *stream, struct part value)
{
	(void)value;
	fputs(REMOVED, stream);
}

/* "1 file:/path # digest 0123": without what follows the path. */
static void write_key(FILE *stream, struct part value)
{
	const char *comment = memmem(value.text, value.length, " # ", 3);

	write_part(stream, value.text, comment ? (size_t)(comment - value.text) : value.length);
}

/* Returns how long the first word is, which may be in quotes of this kind. */
static size_t first_word(struct part value, char quote)
{
	size_t i = 0;

	if (value.length && value.text[0] == quote) {
		for (i = 1; i < value.length && value.text[i] != quote;)
			i++;
		return i < value.length ? i + 1 : i;
	}
	while (i < value.length && value.text[i] != ' ')
		i++;
	return i;
}

/* "nginx" -g "daemon off" */
static void write_first(FILE *stream, struct part value)
{
	size_t length = first_word(value, '"');

	write_part(stream, value.text, length);
	if (length < value.length)
		fputs(" " REMOVED, stream);
}

/* "PROGRAM ARGUMENTS" USER GROUP; whatever has another form is removed. */
static void write_command(FILE *stream, struct part value)
{
	const char *end = value.length > 1 && value.text[0] == '"'
				  ? memrchr(value.text + 1, '"', value.length - 1)
				  : NULL;
	struct part command;
	size_t length;

	if (!end) {
		write_nothing(stream, value);
		return;
	}
	command = (struct part){value.text + 1, (size_t)(end - value.text) - 1};
	length = first_word(command, '\'');
	fputc('"', stream);
	write_part(stream, command.text, length);
	if (length < command.length)
		fputs(" " REMOVED, stream);
	write_part(stream, end, (size_t)(value.text + value.length - end));
}

static void write_all(FILE *stream, struct part value)
{
	write_part(stream, value.text, value.length);
}

/* The first pattern (of fnmatch(3)) that fits the keyword. */
static const struct {
	const char *keyword;
	void (*write)(FILE *stream, struct part value);
} rules[] = {
	{"auth_pass", write_nothing},	{"password", write_nothing},
	{"header", write_nothing},	{"send", write_nothing},
	{"misc_path", write_command},	{"quorum_up", write_command},
	{"quorum_down", write_command}, {"key", write_key},
	{"process", write_first},	{"notify_priority_*", write_all},
	{"*notify_fifo", write_all},	{"vrrp_script", write_all},
	{"track_script", write_all},	{"script", write_command},
	{"*_script", write_command},	{"notify", write_command},
	{"notify_*", write_command},	{"*", write_all},
};

static void write_value(FILE *stream, struct part keyword, struct part value)
{
	char name[KEYWORD_BYTES];
	size_t i = 0;

	snprintf(name, sizeof(name), "%.*s", (int)keyword.length, keyword.text);
	while (fnmatch(rules[i].keyword, name, 0))
		i++;
	rules[i].write(stream, value);
}

static void write_line(FILE *stream, struct part line)
{
	size_t indent = strspn(line.text, " "), length;
	struct part keyword;

	if (indent > line.length)
		indent = line.length;
	keyword = (struct part){line.text + indent, 0};
	length = line.length - indent;
	while (keyword.length < length && keyword.text[keyword.length] != ' ')
		keyword.length++;
	write_part(stream, line.text, indent + keyword.length);
	if (keyword.length == length)
		return;
	fputc(' ', stream);
	write_value(stream, keyword,
		    (struct part){keyword.text + keyword.length + 1, length - keyword.length - 1});
}

char *config_redact(const char *text)
{
	char *redacted = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&redacted, &bytes);

	if (!stream)
		limits_out_of_memory();
	while (*text) {
		struct part line = {text, strcspn(text, "\n")};

		write_line(stream, line);
		text += line.length;
		if (*text == '\n')
			fputc(*text++, stream);
	}
	if (fclose(stream))
		limits_out_of_memory();
	return redacted;
}
