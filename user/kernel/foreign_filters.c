/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See foreign_filters.h. */
#include "user/kernel/foreign_filters.h"
#include <string.h>

static bool is_on_way(const struct attachment *attachment, unsigned interface_index)
{
	if (attachment->interface_index == interface_index)
		return true;
	for (size_t i = 0; i < attachment->way_count; i++)
		if (attachment->way[i] == interface_index)
			return true;
	return false;
}

void foreign_filters_note(struct attachment *attachment, unsigned interface_index)
{
	attachment->filters_due |= !interface_index || is_on_way(attachment, interface_index);
}

void foreign_filters_find(const struct attachment *attachment,
			  struct foreign_filters_result *result)
{
	struct way way;

	if (!attachment->filters_due)
		return;
	way_find(attachment->interface, &way);
	result->looked = true;
	result->json = way_filters_json(&way);
	for (size_t i = 0; i < way.count; i++)
		result->way[i] = way.steps[i].interface_index;
	result->way_count = way.count;
}

void foreign_filters_take(struct attachment *attachment,
			  const struct foreign_filters_result *result)
{
	if (!result->looked)
		return;
	json_decref(attachment->foreign_filters);
	attachment->foreign_filters = json_incref(result->json);
	memcpy(attachment->way, result->way, sizeof(attachment->way));
	attachment->way_count = result->way_count;
}

void foreign_filters_forget(struct attachment *attachment)
{
	json_decref(attachment->foreign_filters);
	attachment->foreign_filters = NULL;
}
