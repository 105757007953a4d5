/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See foreign_programs.h. */
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/share/foreign.h"
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

void foreign_programs_note(struct attachment *attachment, unsigned interface_index)
{
	attachment->programs_due |= !interface_index || is_on_way(attachment, interface_index);
}

/* Of the XDP program on an interface below; 0: none, or ours. */
static uint32_t id_below(const struct attachment *attachment, unsigned interface_index)
{
	uint32_t id = foreign_program_id(interface_index);

	return id == attachment->program_id ? 0 : id;
}

/* The kernel does not report the end of a BPF link. */
static bool is_changed_below(const struct attachment *attachment)
{
	for (size_t i = 1; i < attachment->way_count; i++)
		if (id_below(attachment, attachment->way[i]) != attachment->way_programs[i])
			return true;
	return false;
}

void foreign_programs_find(const struct attachment *attachment,
			   struct foreign_programs_result *result)
{
	struct way way;

	if (!attachment->programs_due && !is_changed_below(attachment))
		return;
	way_find(attachment->interface, &way);
	result->listed = true;
	result->json = way_json(&way, true, attachment->program_id);
	for (size_t i = 0; i < way.count; i++) {
		result->way[i] = way.steps[i].interface_index;
		result->way_programs[i] = i > 0 ? id_below(attachment, result->way[i]) : 0;
	}
	result->way_count = way.count;
}

void foreign_programs_take(struct attachment *attachment,
			   const struct foreign_programs_result *result)
{
	if (!result->listed)
		return;
	json_decref(attachment->foreign_programs);
	attachment->foreign_programs = json_incref(result->json);
	memcpy(attachment->way, result->way, sizeof(attachment->way));
	memcpy(attachment->way_programs, result->way_programs, sizeof(attachment->way_programs));
	attachment->way_count = result->way_count;
}

void foreign_programs_forget(struct attachment *attachment)
{
	json_decref(attachment->foreign_programs);
	attachment->foreign_programs = NULL;
}
