/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See way.h. */
#include "user/kernel/share/way.h"
#include "user/kernel/share/foreign.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/array.h"
#include "user/lib/json_text.h"
#include <net/if.h>
#include <stdio.h>

#define FILTERS_MAX 32

static json_t *entry(const char *interface, const char *hook, const struct program *program,
		     const char *text)
{
	json_t *json = json_pack("{s:o, s:s, s:o}", "interface", json_text(interface), "hook", hook,
				 "text", json_text(text));

	if (program->id)
		json_object_set_new(json, "program_id", json_integer(program->id));
	if (program->name[0])
		json_object_set_new(json, "program", json_text(program->name));
	return json;
}

static const char *xdp_meaning(const struct foreign *foreign, const char *interface,
			       const char *carries, char text[static FOREIGN_TEXT_BYTES])
{
	char program[PROGRAM_TEXT_BYTES];

	program_text(&foreign->program, program);
	if (carries)
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s, which carries %s, runs the XDP program %s: it sees heartbeats and adverts first, and must pass them",
			interface, carries, program);
	else if (foreign->kind == FOREIGN_DISPATCHER)
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s runs libxdp's dispatcher (id %u): xbeatd joins it, if this kernel has freplace; xdp-loader status %s shows the others",
			interface, foreign->program.id, interface);
	else
		foreign_refusal(foreign, interface, text);
	return text;
}

static void add_xdp(json_t *array, const char *interface, const char *carries)
{
	char text[FOREIGN_TEXT_BYTES];
	struct foreign foreign;

	foreign_find(if_nametoindex(interface), &foreign);
	if (foreign.kind == FOREIGN_NONE || foreign.kind == FOREIGN_XBEAT)
		return;
	xdp_meaning(&foreign, interface, carries, text);
	json_array_append_new(array, entry(interface, "xdp", &foreign.program, text));
}

static void add_filter(json_t *array, const char *interface, const struct tc_other *filter)
{
	const struct program program = {.id = filter->program_id};
	char text[512];

	snprintf(
		text, sizeof(text),
		"interface %.15s has a filter of tc at its ingress (%.15s %.63s, pref %u%s): it gets what XDP passes, so not heartbeats, and may drop packets to addresses of VRRP",
		interface, filter->kind, filter->name, filter->priority,
		filter->direct_action ? ", decides itself" : "");
	json_array_append_new(array, entry(interface, "tc", &program, text));
}

json_t *way_json(const char *interface, const char *carries)
{
	struct tc_other filters[FILTERS_MAX];
	json_t *array = json_array();
	unsigned index = if_nametoindex(interface);
	int count = index ? tc_filter_others(index, filters, ARRAY_SIZE(filters)) : 0;

	if (!index)
		return array;
	add_xdp(array, interface, carries);
	for (int i = 0; i < count; i++)
		add_filter(array, interface, &filters[i]);
	return array;
}
