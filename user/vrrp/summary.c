/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See summary.h. */
#include "user/vrrp/summary.h"
#include "user/lib/array.h"
#include "user/vrrp/events.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More are only counted: systemctl shows one line. */
#define NAMED_MAX 4

static const struct {
	enum xb_instance_state state;
	const char *name;
} states[] = {
	{XB_INSTANCE_ACTIVE, "Active"},
	{XB_INSTANCE_BACKUP, "Backup"},
	{XB_INSTANCE_INITIALIZE, "Initialize"},
};

static const char *name_of(enum xb_instance_state state)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (states[i].state == state)
			return states[i].name;
	return "unknown";
}

static void __attribute__((format(printf, 3, 4)))
append(char *text, size_t bytes, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, bytes - used, format, arguments);
	va_end(arguments);
}

static const char *comma(const char *text)
{
	return text[0] ? ", " : "";
}

static void name_each(const struct instances *instances, char *text, size_t bytes)
{
	for (size_t i = 0; i < instances->count; i++)
		append(text, bytes, "%s%s %s", comma(text), instances->list[i]->config->name,
		       name_of(instances->list[i]->vrrp.state));
}

static void count_states(const struct instances *instances, char *text, size_t bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		size_t count = 0;

		for (size_t j = 0; j < instances->count; j++)
			count += instances->list[j]->vrrp.state == states[i].state;
		if (count)
			append(text, bytes, "%s%zu %s", comma(text), count, states[i].name);
	}
}

void instances_summarize(const struct vrrp_room *room, char *text, size_t bytes)
{
	text[0] = '\0';
	if (room->instances.count > NAMED_MAX)
		count_states(&room->instances, text, bytes);
	else
		name_each(&room->instances, text, bytes);
	if (instances_drained(room))
		append(text, bytes, " (drained)");
}
