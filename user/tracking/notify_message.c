/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads messages of sd_notify(3); see notify_message.h. */
#include "user/tracking/notify_message.h"
#include <stdio.h>
#include <string.h>

/* Returns the value if the line is "NAME=VALUE" of this name, else NULL. */
static const char *value_of(const char *line, size_t length, const char *name)
{
	size_t name_length = strlen(name);

	if (length <= name_length || line[name_length] != '=' ||
	    memcmp(line, name, name_length) != 0)
		return NULL;
	return line + name_length + 1;
}

static bool is_line(const char *line, size_t length, const char *wanted)
{
	return strlen(wanted) == length && !memcmp(line, wanted, length);
}

static void read_line(const char *line, size_t length, struct notify_message *message)
{
	const char *status = value_of(line, length, "STATUS");

	if (is_line(line, length, "WATCHDOG=1") || is_line(line, length, "READY=1"))
		message->beats = true;
	if (is_line(line, length, "STOPPING=1") || is_line(line, length, "WATCHDOG=trigger"))
		message->stops = true;
	if (!status)
		return;
	message->has_status = true;
	snprintf(message->status, sizeof(message->status), "%.*s",
		 (int)(length - (size_t)(status - line)), status);
}

void notify_message_read(const char *text, struct notify_message *message)
{
	*message = (struct notify_message){0};
	while (*text) {
		size_t length = strcspn(text, "\n");

		read_line(text, length, message);
		text += length + (text[length] == '\n');
	}
}
