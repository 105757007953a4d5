// SPDX-License-Identifier: GPL-2.0-or-later
/* See words.h. A word is never longer than its source, so that it is written in its place. */
#include "user/ctl/convert/haproxy/words.h"
#include "user/lib/array.h"
#include "user/lib/time.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The rest of the file, and where the next byte of a word goes. */
struct reader {
	const char *from;
	char *to;
};

static const struct {
	char letter, meaning;
} escapes[] = {
	{' ', ' '}, {'#', '#'},	 {'\\', '\\'}, {'"', '"'},  {'\'', '\''},
	{'$', '$'}, {'n', '\n'}, {'r', '\r'},  {'t', '\t'},
};

static int hex_digit(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0'
					     : tolower((unsigned char)digit) - 'a' + 10;
}

/* An unknown escape stays as it is: expressions have their own. */
static void take_escape(struct reader *reader)
{
	const char *at = reader->from + 1;

	if (at[0] == 'x' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) {
		*reader->to++ = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
		reader->from += 4;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++)
		if (escapes[i].letter == *at) {
			*reader->to++ = escapes[i].meaning;
			reader->from += 2;
			return;
		}
	*reader->to++ = *reader->from++;
}

/* Double quotes leave escapes their meaning. */
static void take_quoted(struct reader *reader)
{
	char quote = *reader->from++;

	while (*reader->from && *reader->from != quote) {
		if (quote == '"' && *reader->from == '\\' && reader->from[1])
			take_escape(reader);
		else
			*reader->to++ = *reader->from++;
	}
	if (*reader->from == quote)
		reader->from++;
}

/* Up to a blank, a comment or the end of the line. */
static void take_word(struct reader *reader)
{
	while (*reader->from && !strchr(" \t\r#", *reader->from)) {
		if (*reader->from == '\\')
			take_escape(reader);
		else if (*reader->from == '"' || *reader->from == '\'')
			take_quoted(reader);
		else
			*reader->to++ = *reader->from++;
	}
}

/* Leaves the reader at the next word; false: there is none. */
static bool find_word(struct reader *reader)
{
	reader->from += strspn(reader->from, " \t\r");
	return *reader->from && *reader->from != '#';
}

/* of_line: ended by NUL; changed.
 * NOLINTNEXTLINE(readability-non-const-parameter) */
static void split(char *of_line, struct haproxy_line *line)
{
	struct reader reader = {of_line, of_line};
	bool more = find_word(&reader);

	line->count = 0;
	while (more && line->count < HAPROXY_WORDS_MAX) {
		line->words[line->count++] = reader.to;
		take_word(&reader);
		/* First, as the end of the word may overwrite what follows it. */
		more = find_word(&reader);
		*reader.to++ = '\0';
	}
	line->words[line->count] = NULL;
}

bool haproxy_next_line(char **text, struct haproxy_line *line)
{
	while (**text) {
		char *of_line = *text;
		size_t length = strcspn(of_line, "\n");

		*text += of_line[length] ? length + 1 : length;
		of_line[length] = '\0';
		line->number++;
		split(of_line, line);
		if (line->count > 0)
			return true;
	}
	return false;
}

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"", NS_PER_MS},
	{"us", 1000},
	{"ms", NS_PER_MS},
	{"s", NS_PER_SECOND},
	{"m", 60 * NS_PER_SECOND},
	{"h", 3600 * NS_PER_SECOND},
	{"d", 86400 * NS_PER_SECOND},
};

bool haproxy_number(const char *word, uint64_t maximum, uint64_t *number)
{
	size_t digits = word ? strspn(word, "0123456789") : 0;

	if (digits == 0 || digits > 18 || word[digits])
		return false;
	*number = strtoull(word, NULL, 10);
	return *number <= maximum;
}

/* Up to 2^31 ms, as HAProxy. */
bool haproxy_time(const char *word, uint64_t *duration_ns)
{
	size_t digits = word ? strspn(word, "0123456789") : 0;
	uint64_t count;

	if (digits == 0 || digits > 10)
		return false;
	count = strtoull(word, NULL, 10);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(word + digits, units[i].name) &&
		    count <= (NS_PER_MS << 31) / units[i].ns) {
			*duration_ns = count * units[i].ns;
			return true;
		}
	return false;
}
