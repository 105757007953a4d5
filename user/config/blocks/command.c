// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command values: "script", "notify" and their like. The lexer has split the
 * line by the rules of all other statements; here it is put together again, as
 * far as that matters to quotes, and split by the rules of commands.
 */
#include "user/config/blocks/command.h"
#include "user/config/blocks/track.h"
#include "user/config/syntax/value.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blanks that stood between two words; more are no use to any command. */
#define GAP_MAX 64

static const struct {
	char letter;
	char byte;
} escapes[] = {
	{'a', '\a'}, {'b', '\b'}, {'E', '\033'}, {'f', '\f'},
	{'n', '\n'}, {'r', '\r'}, {'t', '\t'},	 {'v', '\v'},
};

static unsigned digit_value(char digit)
{
	return isdigit((unsigned char)digit) ? (unsigned)(digit - '0')
					     : (unsigned)(tolower((unsigned char)digit) - 'a') + 10;
}

/* Reads digits of a base, at most so many, and steps behind them. */
static char take_code(const char **text, unsigned base, size_t digits_max)
{
	unsigned code = 0;

	for (; digits_max > 0 && isxdigit((unsigned char)**text) && digit_value(**text) < base;
	     digits_max--, ++*text)
		code = code * base + digit_value(**text);
	return (char)code;
}

/* Reads what follows a backslash and steps behind it. */
static char take_escape(const char **text)
{
	char letter = **text;

	if (letter >= '0' && letter <= '7')
		return take_code(text, 8, 3);
	++*text;
	if (letter == 'x' && isxdigit((unsigned char)**text))
		return take_code(text, 16, 2);
	if (letter == 'c' && **text)
		return *(*text)++ & 0x1f;
	for (size_t i = 0; i < CONFIG_ARRAY_SIZE(escapes); i++) {
		if (escapes[i].letter == letter)
			return escapes[i].byte;
	}
	return letter;
}

/* Writes what an escape stands for; a NUL cannot be in an argument. Returns how many bytes. */
static size_t put_escape(const char **text, char *out)
{
	*out = take_escape(text);
	return *out != '\0';
}

/* Copies a word to out and steps behind it. Returns false if a quote in it is not closed. */
static bool take_word(const char **text, char *out)
{
	char quote = '\0', byte;

	for (; **text && (quote || !isspace((unsigned char)**text));) {
		byte = *(*text)++;
		if (byte == quote)
			quote = '\0';
		else if (!quote && (byte == '"' || byte == '\''))
			quote = byte;
		else if (byte == '\\' && **text)
			out += put_escape(text, out);
		else
			*out++ = byte;
	}
	*out = '\0';
	return !quote;
}

static char **append_word(char **words, size_t *count, const char *word)
{
	words = config_grow(words, count, sizeof(*words));
	words[*count - 1] = word ? config_copy(word) : NULL;
	return words;
}

/* Returns the next word, or NULL at the end of the text, or with *bad before what cannot be read. */
static const char *next_word(const char **text, char *word, bool *bad)
{
	while (isspace((unsigned char)**text))
		++*text;
	if (!**text)
		return NULL;
	*bad = !take_word(text, word);
	return *bad ? NULL : word;
}

char **config_split(const char *text)
{
	char *word = malloc(strlen(text) + 1);
	char **words = NULL;
	bool bad = false;
	size_t count = 0;

	if (!word)
		abort();
	while (next_word(&text, word, &bad))
		words = append_word(words, &count, word);
	free(word);
	words = append_word(words, &count, NULL);
	if (!bad)
		return words;
	config_words_free(words);
	return NULL;
}

/* Returns how many blanks stood between two words; 1 where a definition hides it. */
static int gap_before(const struct config_token *word)
{
	const struct config_token *before = word - 1;
	size_t end = before->position.column + strlen(before->text) + (before->quoted ? 2 : 0);

	if (word->position.expansion || before->position.expansion ||
	    word->position.line != before->position.line || word->position.column < end)
		return 1;
	return word->position.column - end < GAP_MAX ? (int)(word->position.column - end) : GAP_MAX;
}

/* Returns the line behind the keyword as it was written, to be freed. */
static char *statement_text(const struct config_statement *statement)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		abort();
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *word = &statement->words[i];
		const char *quote = word->quoted ? "\"" : "";

		fprintf(stream, "%*s%s%s%s", i > 1 ? gap_before(word) : 0, "", quote, word->text,
			quote);
	}
	if (fclose(stream))
		abort();
	return text;
}

/* Returns NULL after reporting a quote that is not closed, or that there is nothing. */
static char **split(struct config_parser *parser, const struct config_keyword *keyword,
		    const struct config_statement *statement, const char *text)
{
	char **words = config_split(text);

	if (words && words[0] && *words[0])
		return words;
	config_error(
		parser, statement->words[1].position,
		words ? "%s is empty; write \"%s\""
		      : "a quote of %s is not closed; write \"%s\" with \" or ' around what belongs together",
		keyword->name, keyword->usage);
	config_words_free(words);
	return NULL;
}

char **config_statement_words(struct config_parser *parser, const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	char *text = statement_text(statement);
	char **words = split(parser, keyword, statement, text);

	free(text);
	return words;
}

static void *field(const struct config_block *block, const struct config_keyword *keyword)
{
	return (char *)block->target + keyword->offset;
}

/* Escapes may have put anything into a name; what is no letter would spoil reports, and a print. */
static void store_name(struct config_parser *parser, struct config_position position,
		       const char *what, const char *name, char out[static CONFIG_USER_BYTES])
{
	const struct config_token word = {.text = name, .position = position};

	for (const char *byte = name; *byte; byte++) {
		if (!isgraph((unsigned char)*byte) || strchr("\"'\\:", *byte)) {
			config_error(
				parser, position,
				"the name of a %s has a blank, quote, colon or control character; write it as the system knows it",
				what);
			return;
		}
	}
	config_store_text(parser, &word, what, out, CONFIG_USER_BYTES);
}

void config_store_user(struct config_parser *parser, struct config_position position,
		       char *const words[], struct config_command *command)
{
	const char *colon = strchr(words[0], ':'), *group = words[1];
	char *user = strndup(words[0], strcspn(words[0], ":"));

	if (!user)
		abort();
	if (colon && colon[1])
		group = colon + 1;
	else if (group && *group == ':')
		group++;
	store_name(parser, position, "user", user, command->user);
	command->group[0] = '\0';
	if (group)
		store_name(parser, position, "group", group, command->group);
	free(user);
}

/* keepalived leaves this one form to the shell: "</dev/tcp/127.0.0.1/80" asks whether a port is open,
 * where /bin/sh is bash. */
static char **shell_words(const char *program)
{
	char **words = NULL;
	size_t count = 0;

	words = append_word(words, &count, "/bin/sh");
	words = append_word(words, &count, "-c");
	words = append_word(words, &count, program);
	return append_word(words, &count, NULL);
}

/* Splits the program into its arguments. Returns whether there is one. */
static bool store_arguments(struct config_parser *parser, const struct config_keyword *keyword,
			    const struct config_statement *statement, const char *program,
			    struct config_command *command)
{
	char **arguments = strncmp(program, "</", 2) == 0
				   ? shell_words(program)
				   : split(parser, keyword, statement, program);

	if (!arguments)
		return false;
	config_words_free(command->arguments);
	command->arguments = arguments;
	command->position = statement->words[0].position;
	return true;
}

void config_read_command(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char **words = config_statement_words(parser, keyword, statement);

	if (!words)
		return;
	if (words[1] && words[2] && words[3])
		config_error(parser, statement->words[1].position,
			     "unexpected '%s' after %s; write \"%s\", arguments within the quotes",
			     words[3], keyword->name, keyword->usage);
	else if (store_arguments(parser, keyword, statement, words[0], command) && words[1])
		config_store_user(parser, statement->words[1].position, words + 1, command);
	config_words_free(words);
}

/* keepalived runs the first word alone if there are no quotes: nobody means that. */
static void append_unquoted(struct config_parser *parser, const struct config_keyword *keyword,
			    const struct config_statement *statement, char *const words[],
			    struct config_command *command)
{
	size_t count = 0;

	while (command->arguments[count])
		count++;
	for (; *words; words++) {
		command->arguments =
			reallocarray(command->arguments, count + 2, sizeof(*command->arguments));
		if (!command->arguments)
			abort();
		command->arguments[count++] = config_copy(*words);
		command->arguments[count] = NULL;
	}
	config_warning(parser, statement->words[1].position,
		       "%s has arguments outside quotes, which keepalived leaves out; write \"%s\"",
		       keyword->name, keyword->usage);
}

void config_read_program(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char **words = config_statement_words(parser, keyword, statement);

	if (!words)
		return;
	if (store_arguments(parser, keyword, statement, words[0], command) && words[1])
		append_unquoted(parser, keyword, statement, words + 1, command);
	config_words_free(words);
}

void config_read_user(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char *words[] = {(char *)statement->words[1].text, NULL};

	if (statement->count > 2)
		words[1] = (char *)statement->words[2].text;
	if (!command->arguments)
		command->position = statement->words[0].position;
	config_store_user(parser, statement->words[1].position, words, command);
}

/* keepalived tells of a deleted instance as of a fault, unless this word is there. */
void config_read_notify_deleted(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	struct config_notify *notify = (void *)((char *)block->target + keyword->offset);
	struct config_keyword command = *keyword;

	notify->deleted = true;
	command.offset += offsetof(struct config_notify, commands[CONFIG_NOTIFY_DELETED]);
	if (statement->count > 1)
		config_read_command(parser, block, &command, statement);
}

/* Two writers in one FIFO would mix their lines. */
static void check_fifos(struct config_parser *parser, const struct config_token *word)
{
	const struct config *config = parser->config;

	if (config->notify_fifo && config->vrrp_notify_fifo &&
	    !strcmp(config->notify_fifo, config->vrrp_notify_fifo))
		config_error(parser, word->position,
			     "notify_fifo and vrrp_notify_fifo are both %s; give each its own path",
			     word->text);
}

void config_read_fifo(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_token *words = statement->words;
	struct config_command *owner = (void *)((char *)parser->config + keyword->bytes);
	struct config_block target = {.target = parser->config};
	char *names[3] = {NULL};

	(void)block;
	if (*(char **)((char *)parser->config + keyword->offset)) {
		config_error(parser, words[0].position,
			     "%s was given in an earlier global_defs already; keep one of them",
			     keyword->name);
		return;
	}
	config_read_string(parser, &target, keyword, statement);
	for (size_t i = 2; i < statement->count; i++)
		names[i - 2] = (char *)words[i].text;
	owner->position = words[0].position;
	if (names[0])
		config_store_user(parser, words[2].position, names, owner);
	check_fifos(parser, &words[1]);
}

void config_read_fifo_script(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_block target = {.target = parser->config};

	(void)block;
	config_read_command(parser, &target, keyword, statement);
}
