// SPDX-License-Identifier: GPL-2.0-or-later
/* See conversion.h. */
#include "user/ctl/convert/blocks/conversion.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include "user/lib/text/json_text.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>
#include <string.h>

void conversion_open(struct conversion *conversion)
{
	config_printer_open(&conversion->printer);
	conversion->lost = json_array();
	conversion->errors = json_array();
	conversion->names = json_object();
}

char *conversion_close(struct conversion *conversion)
{
	json_decref(conversion->names);
	return config_printer_close(&conversion->printer);
}

void conversion_error(struct conversion *conversion, unsigned line, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	json_array_append_new(conversion->errors,
			      json_pack("{s:i, s:o}", "line", (int)line, "text", json_text(text)));
}

void conversion_write_notes(struct conversion *conversion, const struct notes *notes)
{
	notes_write(notes, &conversion->printer);
	json_array_extend(conversion->lost, notes->list);
}

void conversion_write_text(struct conversion *conversion, const char *keyword, const char *text)
{
	struct notes notes;

	if (!strpbrk(text, "\"\n\r") && !strstr(text, "${")) {
		config_print_token(&conversion->printer, keyword, text);
		return;
	}
	notes_init(&notes);
	notes_add(&notes, 0, "%s: no quotes can hold its text: %s", keyword, text);
	conversion_write_notes(conversion, &notes);
	notes_free(&notes);
}

void conversion_write_format(struct conversion *conversion, const char *keyword, const char *format,
			     ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	conversion_write_text(conversion, keyword, text);
}
