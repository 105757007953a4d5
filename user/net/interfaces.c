/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of interfaces; see interfaces.h. Its key is the name, because an index ends with its
 * interface. */
#include "user/net/interfaces.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct interface_event *find(const struct interfaces *interfaces, const char *name)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (!strcmp(interfaces->list[i].name, name))
			return &interfaces->list[i];
	return NULL;
}

static void look_up(struct interface_event *entry)
{
	char name[XB_NAME_BYTES];

	memcpy(name, entry->name, sizeof(name));
	if (!interface_lookup(name, entry))
		*entry = (struct interface_event){0};
	memcpy(entry->name, name, sizeof(name));
}

const struct interface_event *interfaces_get(struct interfaces *interfaces, const char *name)
{
	struct interface_event *entry = find(interfaces, name);

	if (entry)
		return entry;
	interfaces->list = reallocarray(interfaces->list, interfaces->count + 1, sizeof(*entry));
	if (!interfaces->list)
		limits_out_of_memory();
	entry = &interfaces->list[interfaces->count++];
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	look_up(entry);
	return entry;
}

size_t interfaces_update(struct interfaces *interfaces, const struct interface_event *event,
			 char names[2][XB_NAME_BYTES])
{
	size_t changed = 0;

	for (size_t i = 0; i < interfaces->count && changed < 2; i++) {
		struct interface_event *entry = &interfaces->list[i];
		bool same_name = !strcmp(entry->name, event->name);
		struct interface_event before = *entry;

		if (same_name && event->present) {
			*entry = *event;
		} else if (entry->interface_index == event->interface_index && entry->present) {
			*entry = (struct interface_event){0};
			memcpy(entry->name, before.name, sizeof(entry->name));
		}
		if (entry->interface_index != before.interface_index ||
		    entry->present != before.present || entry->running != before.running ||
		    entry->multicast != before.multicast || entry->mtu != before.mtu)
			memcpy(names[changed++], entry->name, XB_NAME_BYTES);
	}
	return changed;
}

void interfaces_refresh(struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->count; i++)
		look_up(&interfaces->list[i]);
}

void interfaces_free(struct interfaces *interfaces)
{
	free(interfaces->list);
	*interfaces = (struct interfaces){0};
}
