// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines, tokens and quotes of a printed configuration. It owns the text until it is closed. */
#include "user/config/print/printer.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define INDENT_COLUMNS 4

void config_printer_open(struct config_printer *printer)
{
	*printer = (struct config_printer){0};
	printer->stream = open_memstream(&printer->text, &printer->bytes);
	if (!printer->stream)
		limits_out_of_memory();
}

char *config_printer_close(struct config_printer *printer)
{
	if (fclose(printer->stream))
		limits_out_of_memory();
	return printer->text;
}

void config_print_indent(struct config_printer *printer)
{
	fprintf(printer->stream, "%*s", (int)(printer->depth * INDENT_COLUMNS), "");
}

void config_print_line(struct config_printer *printer, const char *format, ...)
{
	va_list arguments;

	config_print_indent(printer);
	va_start(arguments, format);
	vfprintf(printer->stream, format, arguments);
	va_end(arguments);
	fputc('\n', printer->stream);
}

void config_print_open(struct config_printer *printer, const char *keyword, const char *name)
{
	config_print_indent(printer);
	fputs(keyword, printer->stream);
	if (name) {
		fputc(' ', printer->stream);
		config_write_token(printer->stream, name);
	}
	fputs(" {\n", printer->stream);
	printer->depth++;
}

void config_print_close(struct config_printer *printer)
{
	printer->depth--;
	config_print_line(printer, "}");
}

void config_print_flag(struct config_printer *printer, const char *keyword, bool set)
{
	if (set)
		config_print_line(printer, "%s", keyword);
}

void config_print_seconds(struct config_printer *printer, const char *keyword, uint64_t duration_ns)
{
	char fraction[16];
	size_t length = (size_t)snprintf(fraction, sizeof(fraction), ".%09" PRIu64,
					 duration_ns % NS_PER_SECOND);

	while (fraction[length - 1] == '0')
		length--;
	if (fraction[length - 1] == '.')
		length--;
	config_print_line(printer, "%s %" PRIu64 "%.*s", keyword, duration_ns / NS_PER_SECOND,
			  (int)length, fraction);
}

void config_print_delay(struct config_printer *printer, const char *keyword, uint64_t delay_ns)
{
	if (delay_ns)
		config_print_seconds(printer, keyword, delay_ns);
}

void config_print_weight(struct config_printer *printer, int weight, bool reverse)
{
	config_print_line(printer, "weight %d%s", weight, reverse ? " reverse" : "");
}

static bool is_plain(char byte)
{
	return isalnum((unsigned char)byte) || (byte && strchr("_-./:,+=%", byte));
}

static bool is_plain_token(const char *token)
{
	size_t i = 0;

	while (is_plain(token[i]))
		i++;
	return i > 0 && !token[i];
}

void config_write_token(FILE *stream, const char *token)
{
	const char *quote = is_plain_token(token) ? "" : "\"";

	fprintf(stream, "%s%s%s", quote, token, quote);
}

void config_print_token(struct config_printer *printer, const char *keyword, const char *token)
{
	config_print_indent(printer);
	fprintf(printer->stream, "%s ", keyword);
	config_write_token(printer->stream, token);
	fputc('\n', printer->stream);
}

void config_print_text(struct config_printer *printer, const char *keyword, const char *text)
{
	if (text)
		config_print_token(printer, keyword, text);
}

/* Whether a byte inside quotes would be read differently. */
static bool needs_escape(const char *byte)
{
	return iscntrl((unsigned char)*byte) || strchr("\"'\\", *byte) ||
	       (byte[0] == '$' && byte[1] == '{');
}

/* backslash: one, or two for a text whose escapes are resolved twice. */
static void write_escaped(FILE *stream, const char *text, const char *backslash)
{
	for (; *text; text++) {
		if (needs_escape(text))
			fprintf(stream, "%s%03o", backslash, (unsigned char)*text);
		else
			fputc(*text, stream);
	}
}

void config_write_arguments(FILE *stream, char *const arguments[])
{
	for (; *arguments; arguments++) {
		const char *quote = is_plain_token(*arguments) ? "" : "\"";

		fprintf(stream, " %s", quote);
		write_escaped(stream, *arguments, "\\");
		fputs(quote, stream);
	}
}

/* " USER GROUP", as far as given. */
static void write_user(FILE *stream, const struct config_command *command)
{
	const char *const names[] = {command->user, command->group};

	for (size_t i = 0; i < 2 && *names[i]; i++) {
		fputc(' ', stream);
		config_write_token(stream, names[i]);
	}
}

void config_print_command(struct config_printer *printer, const char *keyword,
			  const struct config_command *command)
{
	if (!command->arguments)
		return;
	config_print_indent(printer);
	fprintf(printer->stream, "%s \"", keyword);
	for (char **argument = command->arguments; *argument; argument++) {
		const char *quote = **argument && !strchr(*argument, ' ') ? "" : "'";

		fprintf(printer->stream, "%s%s", argument == command->arguments ? "" : " ", quote);
		write_escaped(printer->stream, *argument, "\\\\");
		fputs(quote, printer->stream);
	}
	fputc('"', printer->stream);
	write_user(printer->stream, command);
	fputc('\n', printer->stream);
}

void config_print_fifo(struct config_printer *printer, const char *keyword, const char *path,
		       const struct config_command *owner)
{
	if (!path)
		return;
	config_print_indent(printer);
	fprintf(printer->stream, "%s ", keyword);
	config_write_token(printer->stream, path);
	write_user(printer->stream, owner);
	fputc('\n', printer->stream);
}

void config_print_user(struct config_printer *printer, const char *keyword,
		       const struct config_command *command)
{
	if (!*command->user)
		return;
	config_print_indent(printer);
	fputs(keyword, printer->stream);
	write_user(printer->stream, command);
	fputc('\n', printer->stream);
}
