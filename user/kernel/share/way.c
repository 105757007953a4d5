/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See way.h. */
#include "user/kernel/share/way.h"
#include "user/kernel/share/foreign.h"
#include "user/kernel/system/lower.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/array.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <string.h>

#define FILTERS_MAX 32 /* of an interface */
#define FILTER_TEXT_BYTES 512

static void add_step(struct way *way, unsigned interface_index, const char *carries)
{
	struct way_step *step = &way->steps[way->count];

	for (size_t i = 0; i < way->count; i++)
		if (way->steps[i].interface_index == interface_index)
			return;
	if (way->count == WAY_STEPS_MAX || !if_indextoname(interface_index, step->interface))
		return;
	step->interface_index = interface_index;
	snprintf(step->carries, sizeof(step->carries), "%s", carries);
	way->count++;
}

void way_find(const char *interface, struct way *way)
{
	unsigned lower[WAY_STEPS_MAX];

	*way = (struct way){0};
	add_step(way, if_nametoindex(interface), "");
	for (size_t i = 0; i < way->count; i++) {
		size_t count =
			lower_interfaces(way->steps[i].interface_index, lower, ARRAY_SIZE(lower));

		for (size_t k = 0; k < count; k++)
			add_step(way, lower[k], way->steps[i].interface);
	}
}

/* before: it gets packets before any program of ours on their way. */
static json_t *entry(const struct way_step *step, const char *hook, const struct program *program,
		     bool before, const char *text)
{
	json_t *json = json_pack("{s:o, s:s, s:b, s:o}", "interface", json_text(step->interface),
				 "hook", hook, "before_ours", before, "text", json_text(text));

	if (program->id)
		json_object_set_new(json, "program_id", json_integer(program->id));
	if (program->name[0])
		json_object_set_new(json, "program", json_text(program->name));
	return json;
}

static const char *xdp_meaning(const struct foreign *foreign, const struct way_step *step,
			       char text[static FOREIGN_TEXT_BYTES])
{
	char program[PROGRAM_TEXT_BYTES];

	program_text(&foreign->program, program);
	if (step->carries[0])
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s, which carries %s, runs the XDP program %s: it sees heartbeats and adverts first, and must pass them",
			step->interface, step->carries, program);
	else if (foreign->kind == FOREIGN_DISPATCHER)
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s runs libxdp's dispatcher (id %u): xbeatd joins it, if this kernel has freplace; xdp-loader status %s shows the others",
			step->interface, foreign->program.id, step->interface);
	else
		foreign_refusal(foreign, step->interface, text);
	return text;
}

static void add_xdp(json_t *array, const struct way_step *step, uint32_t own_id)
{
	char text[FOREIGN_TEXT_BYTES];
	struct foreign foreign;

	foreign_find(step->interface_index, &foreign);
	if (foreign.kind == FOREIGN_NONE || foreign.kind == FOREIGN_XBEAT ||
	    foreign.program.id == own_id)
		return;
	xdp_meaning(&foreign, step, text);
	json_array_append_new(array, entry(step, "xdp", &foreign.program, true, text));
}

/* It sees packets before any program of ours. */
static bool is_first(const struct way_step *step, const struct tc_other *filter)
{
	return step->carries[0] || filter->before_ours;
}

static const char *filter_effect(const struct way_step *step, const struct tc_other *filter)
{
	if (step->carries[0])
		return "it sees heartbeats and adverts first, and must pass them";
	if (filter->before_ours)
		return "it runs before xbeat's filter, and must leave adverts to it (TC_ACT_UNSPEC)";
	return "it gets what XDP passes, so not heartbeats, and may drop packets to addresses of VRRP";
}

static const char *filter_meaning(const struct way_step *step, const struct tc_other *filter,
				  char text[static FILTER_TEXT_BYTES])
{
	bool carries = step->carries[0];

	snprintf(
		text, FILTER_TEXT_BYTES,
		"interface %.15s%s%.15s%s has a filter of tc at its ingress (%.15s%s%.63s, pref %u%s): %s",
		step->interface, carries ? ", which carries " : "", step->carries,
		carries ? "," : "", filter->kind, filter->name[0] ? " " : "", filter->name,
		filter->priority, filter->direct_action ? ", decides itself" : "",
		filter_effect(step, filter));
	return text;
}

static json_t *filter_json(const struct way_step *step, const struct tc_other *filter)
{
	const struct program program = {.id = filter->program_id};
	char text[FILTER_TEXT_BYTES];
	json_t *json = entry(step, "tc", &program, is_first(step, filter),
			     filter_meaning(step, filter, text));

	json_object_set_new(json, "kind", json_text(filter->kind));
	json_object_set_new(json, "priority", json_integer(filter->priority));
	if (filter->name[0])
		json_object_set_new(json, "name", json_text(filter->name));
	return json;
}

json_t *way_json(const struct way *way, bool attached, uint32_t own_id)
{
	struct tc_other filters[FILTERS_MAX];
	json_t *array = json_array();

	for (size_t i = 0; i < way->count; i++) {
		const struct way_step *step = &way->steps[i];
		int count = tc_filter_others(step->interface_index, filters, ARRAY_SIZE(filters));

		if (count < 0 && i == 0 && attached) {
			json_decref(array);
			return NULL;
		}
		if (i > 0 || !attached)
			add_xdp(array, step, own_id);
		for (int k = 0; k < count && json_array_size(array) < WAY_PROGRAMS_MAX; k++)
			json_array_append_new(array, filter_json(step, &filters[k]));
	}
	return array;
}
