/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/lib/event_kinds.h"
#include "user/lib/array.h"
#include <string.h>

static const struct event_kind kinds[] = {
#define X(name, about, id, help) {#name, EVENT_ABOUT_##about, id},
	EVENT_KINDS(X)
#undef X
};

const struct event_kind *event_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}
