// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands as values: "script", "notify" and the like, with the FIFOs and notify_deleted. The lexer
 * has split the line by the rules of all other statements. Here the line is put together again, as
 * far as quotes need it, and split by the rules of commands.
 */
#include "user/config/blocks/command.h"
#include "user/config/blocks/track.h"
#include "user/config/syntax/value.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blanks between two tokens are kept up to this number. */
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

/* Reads at most digits_max digits of a base and advances *text past them. */
static char take_code(const char **text, unsigned base, size_t digits_max)
{
	unsigned code = 0;

	for (; digits_max > 0 && isxdigit((unsigned char)**text) && digit_value(**text) < base;
	     digits_max--, ++*text)
		code = code * base + digit_value(**text);
	return (char)code;
}

/* Reads the characters after a backslash and advances *text past them. */
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
	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
		if (escapes[i].letter == letter)
			return escapes[i].byte;
	}
	return letter;
}

/* Writes the byte of an escape and returns the number of bytes written. A NUL is dropped: an
 * argument cannot contain it. */
static size_t put_escape(const char **text, char *out)
{
	*out = take_escape(text);
	return *out != '\0';
}

/* Copies an argument to out and advances *text past it. Returns false if it has an unclosed
 * quote. */
static bool take_argument(const char **text, char *out)
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

static char **append_argument(char **arguments, size_t *count, const char *argument)
{
	arguments = array_grow(arguments, count, sizeof(*arguments));
	arguments[*count - 1] = argument ? text_copy(argument) : NULL;
	return arguments;
}

/* Returns the next argument, or NULL at the end of the text; NULL with *bad set if it is
 * malformed. */
static const char *next_argument(const char **text, char *argument, bool *bad)
{
	while (isspace((unsigned char)**text))
		++*text;
	if (!**text)
		return NULL;
	*bad = !take_argument(text, argument);
	return *bad ? NULL : argument;
}

char **config_split(const char *text)
{
	char *argument = malloc(strlen(text) + 1);
	char **arguments = NULL;
	bool bad = false;
	size_t count = 0;

	if (!argument)
		limits_out_of_memory();
	while (next_argument(&text, argument, &bad))
		arguments = append_argument(arguments, &count, argument);
	free(argument);
	arguments = append_argument(arguments, &count, NULL);
	if (!bad)
		return arguments;
	config_arguments_free(arguments);
	return NULL;
}

/* Returns the number of blanks between two tokens; 1 where a definition hides it. */
static int gap_before(const struct config_token *token)
{
	const struct config_token *before = token - 1;
	size_t end = before->location.column + strlen(before->text) + (before->quoted ? 2 : 0);

	if (token->location.expansion || before->location.expansion ||
	    token->location.line != before->location.line || token->location.column < end)
		return 1;
	return token->location.column - end < GAP_MAX ? (int)(token->location.column - end)
						      : GAP_MAX;
}

/* Returns the text after the keyword as it was written, to be freed. */
static char *statement_text(const struct config_statement *statement)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		limits_out_of_memory();
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		const char *quote = token->quoted ? "\"" : "";

		fprintf(stream, "%*s%s%s%s", i > 1 ? gap_before(token) : 0, "", quote, token->text,
			quote);
	}
	if (fclose(stream))
		limits_out_of_memory();
	return text;
}

/* Drops empty arguments before the first that is not: a definition with quotes of its own, used
 * within quotes, leaves them. keepalived runs what follows them, too. */
static void drop_empty(char **arguments)
{
	while (*arguments[0] == '\0' && arguments[1]) {
		free(arguments[0]);
		for (size_t i = 0; arguments[i]; i++)
			arguments[i] = arguments[i + 1];
	}
}

/* Returns NULL after reporting an unclosed quote or an empty value. */
static char **split(struct config_parser *parser, const struct config_keyword *keyword,
		    const struct config_statement *statement, const char *text)
{
	char **arguments = config_split(text);

	if (arguments && arguments[0])
		drop_empty(arguments);
	if (arguments && arguments[0] && *arguments[0])
		return arguments;
	config_error(
		parser, statement->tokens[1].location,
		arguments
			? "%s is empty; write \"%s\""
			: "a quote in %s is not closed; write \"%s\" with \" or ' around text that belongs together",
		keyword->name, keyword->usage);
	config_arguments_free(arguments);
	return NULL;
}

char **config_statement_arguments(struct config_parser *parser,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement)
{
	char *text = statement_text(statement);
	char **arguments = split(parser, keyword, statement, text);

	free(text);
	return arguments;
}

static void *field(const struct config_block *block, const struct config_keyword *keyword)
{
	return (char *)block->target + keyword->offset;
}

/* Escapes can put any byte into a name; unprintable ones would corrupt messages and printed
 * configurations. */
static void store_name(struct config_parser *parser, struct config_location location,
		       const char *what, const char *name, char out[static CONFIG_USER_BYTES])
{
	const struct config_token token = {.text = name, .location = location};

	for (const char *byte = name; *byte; byte++) {
		if (!isgraph((unsigned char)*byte) || strchr("\"'\\:", *byte)) {
			config_error(
				parser, location,
				"the name of a %s contains a blank, quote, colon or control character; write the name as the system has it",
				what);
			return;
		}
	}
	config_store_text(parser, &token, what, out, CONFIG_USER_BYTES);
}

void config_store_user(struct config_parser *parser, struct config_location location,
		       char *const names[], struct config_command *command)
{
	const char *colon = strchr(names[0], ':'), *group = names[1];
	char *user = strndup(names[0], strcspn(names[0], ":"));

	if (!user)
		limits_out_of_memory();
	if (colon && colon[1])
		group = colon + 1;
	else if (group && *group == ':')
		group++;
	store_name(parser, location, "user", user, command->user);
	command->group[0] = '\0';
	if (group)
		store_name(parser, location, "group", group, command->group);
	free(user);
}

/* keepalived gives this one form to the shell: "</dev/tcp/127.0.0.1/80" tests whether a port is
 * open if /bin/sh is bash. */
static char **shell_arguments(const char *program)
{
	char **arguments = NULL;
	size_t count = 0;

	arguments = append_argument(arguments, &count, "/bin/sh");
	arguments = append_argument(arguments, &count, "-c");
	arguments = append_argument(arguments, &count, program);
	return append_argument(arguments, &count, NULL);
}

/* Splits the program into its arguments. Returns success. */
static bool store_arguments(struct config_parser *parser, const struct config_keyword *keyword,
			    const struct config_statement *statement, const char *program,
			    struct config_command *command)
{
	char **arguments = strncmp(program, "</", 2) == 0
				   ? shell_arguments(program)
				   : split(parser, keyword, statement, program);

	if (!arguments)
		return false;
	config_arguments_free(command->arguments);
	command->arguments = arguments;
	command->location = statement->tokens[0].location;
	return true;
}

void config_read_command(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char **parts = config_statement_arguments(parser, keyword, statement);

	if (!parts)
		return;
	if (parts[1] && parts[2] && parts[3])
		config_error(
			parser, statement->tokens[1].location,
			"unexpected '%s' after %s; write \"%s\", with the arguments inside the quotes",
			parts[3], keyword->name, keyword->usage);
	else if (store_arguments(parser, keyword, statement, parts[0], command) && parts[1])
		config_store_user(parser, statement->tokens[1].location, parts + 1, command);
	config_arguments_free(parts);
}

/* Without quotes, keepalived runs the first token alone, which is never what was meant. */
static void append_unquoted(struct config_parser *parser, const struct config_keyword *keyword,
			    const struct config_statement *statement, char *const unquoted[],
			    struct config_command *command)
{
	size_t count = 0;

	while (command->arguments[count])
		count++;
	for (; *unquoted; unquoted++) {
		command->arguments =
			reallocarray(command->arguments, count + 2, sizeof(*command->arguments));
		if (!command->arguments)
			limits_out_of_memory();
		command->arguments[count++] = text_copy(*unquoted + strspn(*unquoted, " \t"));
		command->arguments[count] = NULL;
	}
	config_warning(parser, statement->tokens[1].location,
		       "%s has arguments outside quotes, which keepalived ignores; write \"%s\"",
		       keyword->name, keyword->usage);
}

void config_read_program(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char **parts = config_statement_arguments(parser, keyword, statement);

	if (!parts)
		return;
	if (store_arguments(parser, keyword, statement, parts[0], command) && parts[1])
		append_unquoted(parser, keyword, statement, parts + 1, command);
	config_arguments_free(parts);
}

void config_read_user(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_command *command = field(block, keyword);
	char *names[] = {(char *)statement->tokens[1].text, NULL};

	if (statement->count > 2)
		names[1] = (char *)statement->tokens[2].text;
	if (!command->arguments)
		command->location = statement->tokens[0].location;
	config_store_user(parser, statement->tokens[1].location, names, command);
}

/* Without this keyword keepalived reports a deleted instance as a fault. */
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
static void check_fifos(struct config_parser *parser, const struct config_token *token)
{
	const struct {
		const char *keyword, *path;
	} fifos[] = {
		{"notify_fifo", parser->config->notify_fifo},
		{"vrrp_notify_fifo", parser->config->vrrp_notify_fifo},
		{"lvs_notify_fifo", parser->config->pools.notify_fifo},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fifos); i++)
		for (size_t k = i + 1; k < ARRAY_SIZE(fifos); k++)
			if (fifos[i].path && fifos[k].path && !strcmp(fifos[i].path, fifos[k].path))
				config_error(parser, token->location,
					     "%s and %s are both %s; give each its own path",
					     fifos[i].keyword, fifos[k].keyword, token->text);
}

void config_read_fifo(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_token *tokens = statement->tokens;
	struct config_command *owner = (void *)((char *)parser->config + keyword->bytes);
	struct config_block target = {.target = parser->config};
	char *names[3] = {NULL};

	(void)block;
	if (*(char **)((char *)parser->config + keyword->offset)) {
		config_warning(
			parser, tokens[0].location,
			"%s is already set in an earlier global_defs; the first one counts, as in keepalived; keep one of them",
			keyword->name);
		return;
	}
	config_read_string(parser, &target, keyword, statement);
	for (size_t i = 2; i < statement->count; i++)
		names[i - 2] = (char *)tokens[i].text;
	owner->location = tokens[0].location;
	if (names[0])
		config_store_user(parser, tokens[2].location, names, owner);
	check_fifos(parser, &tokens[1]);
}

void config_read_fifo_script(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_block target = {.target = parser->config};

	(void)block;
	config_read_command(parser, &target, keyword, statement);
}
