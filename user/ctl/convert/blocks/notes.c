// SPDX-License-Identifier: GPL-2.0-or-later
/* See notes.h. */
#include "user/ctl/convert/blocks/notes.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include "user/lib/text/json_text.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>

#define LINES_SHOWN 8

void notes_init(struct notes *notes)
{
	notes->list = json_array();
	notes->seen = json_object();
}

void notes_free(struct notes *notes)
{
	json_decref(notes->list);
	json_decref(notes->seen);
}

static json_t *note_of(struct notes *notes, const char *text)
{
	json_t *wanted = json_text(text);
	json_t *note = json_object_get(notes->seen, json_string_value(wanted));

	if (note) {
		json_decref(wanted);
		return note;
	}
	note = json_pack("{s:o, s:[]}", "text", wanted, "lines");
	json_array_append_new(notes->list, note);
	json_object_set(notes->seen, json_string_value(wanted), note);
	return note;
}

void notes_add(struct notes *notes, unsigned line, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;
	json_t *note;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	note = note_of(notes, text);
	if (line > 0)
		json_array_append_new(json_object_get(note, "lines"),
				      json_integer((json_int_t)line));
}

static void write_lines(const json_t *lines, FILE *stream)
{
	size_t index, count = json_array_size(lines);
	const json_t *line;

	json_array_foreach(lines, index, line)
	{
		if (index == LINES_SHOWN)
			break;
		fprintf(stream, "%s%" JSON_INTEGER_FORMAT,
			index > 0   ? ", "
			: count > 1 ? "lines "
				    : "line ",
			json_integer_value(line));
	}
	if (count > LINES_SHOWN)
		fprintf(stream, " and %zu more", count - LINES_SHOWN);
	if (count > 0)
		fputs(": ", stream);
}

void notes_write(const struct notes *notes, struct config_printer *printer)
{
	const json_t *note;
	size_t index;

	json_array_foreach(notes->list, index, note)
	{
		_cleanup_free_ char *text = printable_text(
			json_string_value(json_object_get(note, "text")), PRINTABLE_LINE);

		config_print_indent(printer);
		fputs("# ", printer->stream);
		write_lines(json_object_get(note, "lines"), printer->stream);
		fprintf(printer->stream, "%s\n", text ? text : "");
	}
}
