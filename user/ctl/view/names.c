// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of an answer by their names: see names.h. */
#include "user/ctl/view/names.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/units.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* More names than these are no help to one who mistyped one. */
#define LISTED_MAX 12
#define ADDRESS_BYTES 64

/* A name that has the letters of patterns in it, as "VI[2]", selects itself, too. */
static bool matches_whole(const char *pattern, const char *name)
{
	return strcmp(pattern, name) == 0 || fnmatch(pattern, name, FNM_LEADING_DIR) == 0;
}

/* Of "10.0.0.11:80" or "[2001:db8::1]:80" the address. */
static bool matches_address(const char *pattern, const char *name)
{
	bool brackets = *name == '[';
	char address[ADDRESS_BYTES];
	const char *end = strchr(name, brackets ? ']' : ':');
	int length = end ? (int)(end - name) - brackets : 0;

	if (length <= 0 || length >= (int)sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", length, name + brackets);
	return matches_whole(pattern, address);
}

static bool matches(const struct names *names, const char *pattern, const char *name)
{
	const char *blank = names->after_kind ? strchr(name, ' ') : NULL;

	return matches_whole(pattern, name) || (blank && matches_whole(pattern, blank + 1)) ||
	       (names->ports && matches_address(pattern, name));
}

bool names_match(const struct names *names, const char *name, char *const patterns[], int count)
{
	for (int i = 0; i < count; i++)
		if (matches(names, patterns[i], name))
			return true;
	return count == 0;
}

/* The name that a value is; NULL: none. number: room for that of a number. */
static const char *name_of(const json_t *value, char number[static UNITS_TEXT_BYTES])
{
	if (!json_is_integer(value))
		return json_string_value(value);
	snprintf(number, UNITS_TEXT_BYTES, "%lld", (long long)json_integer_value(value));
	return number;
}

/* value: a text, a number, or a list of them. */
static bool value_matches(const struct names *names, const json_t *value, const char *pattern)
{
	char number[UNITS_TEXT_BYTES];
	const char *name = name_of(value, number);
	const json_t *part;
	size_t index;

	if (name)
		return matches(names, pattern, name);
	json_array_foreach(value, index, part)
	{
		if (value_matches(names, part, pattern))
			return true;
	}
	return false;
}

static bool entry_matches(const struct names *names, const struct names_part *part,
			  const json_t *entry, const char *pattern)
{
	for (size_t i = 0; i < NAMES_KEYS_MAX && part->keys[i]; i++)
		if (value_matches(names, json_object_get(entry, part->keys[i]), pattern))
			return true;
	return false;
}

static bool entry_selected(const struct names *names, const struct names_part *part,
			   const json_t *entry, char *const patterns[], int count)
{
	for (int i = 0; i < count; i++)
		if (entry_matches(names, part, entry, patterns[i]))
			return true;
	return false;
}

static const json_t *inner_of(const struct names_part *part, const json_t *entry)
{
	return part->inner ? json_object_get(entry, part->inner) : NULL;
}

static bool inner_matches(const struct names *names, const struct names_part *part,
			  const json_t *entry, const char *pattern)
{
	const json_t *inner;
	size_t index;

	json_array_foreach(inner_of(part, entry), index, inner)
	{
		if (value_matches(names, json_object_get(inner, part->inner_key), pattern))
			return true;
	}
	return false;
}

/* A copy with those inner entries that are named; NULL: none is. */
static json_t *select_inner(const struct names *names, const struct names_part *part,
			    const json_t *entry, char *const patterns[], int count)
{
	json_t *kept = json_array(), *copy = NULL, *inner;
	size_t index;

	json_array_foreach((json_t *)inner_of(part, entry), index, inner)
	{
		for (int i = 0; i < count; i++)
			if (value_matches(names, json_object_get(inner, part->inner_key),
					  patterns[i])) {
				json_array_append(kept, inner);
				break;
			}
	}
	if (json_array_size(kept) > 0) {
		copy = json_copy((json_t *)entry);
		json_object_set(copy, part->inner, kept);
	}
	json_decref(kept);
	return copy;
}

static json_t *part_of(const struct names_part *part, const json_t *answer)
{
	return *part->list ? json_object_get(answer, part->list) : (json_t *)answer;
}

/* The part with this index; NULL after the last. */
static const struct names_part *part_at(const struct names *names, size_t index)
{
	return index < NAMES_PARTS_MAX && names->parts[index].list ? &names->parts[index] : NULL;
}

/* seen: an object whose members have the names. */
static void list_name(json_t *seen, const json_t *value)
{
	char number[UNITS_TEXT_BYTES];
	const char *name = name_of(value, number);

	if (name)
		json_object_set_new(seen, name, json_null());
}

static void list_entry(json_t *seen, const struct names_part *part, const json_t *entry)
{
	const json_t *inner;
	size_t index;

	if (part->keys[0])
		list_name(seen, json_object_get(entry, part->keys[0]));
	json_array_foreach(inner_of(part, entry), index, inner)
		list_name(seen, json_object_get(inner, part->inner_key));
}

/* jansson keeps the order in which members were set. */
static json_t *list_members(const json_t *object)
{
	json_t *list = json_array(), *value;
	const char *name;

	json_object_foreach((json_t *)object, name, value)
		json_array_append_new(list, json_string(name));
	return list;
}

json_t *names_list(const struct names *names, const json_t *answer)
{
	const struct names_part *part;
	json_t *seen = json_object(), *list;
	const json_t *entry;
	size_t index;

	for (size_t i = 0; (part = part_at(names, i)); i++) {
		if (part->follows)
			continue;
		json_array_foreach(part_of(part, answer), index, entry)
			list_entry(seen, part, entry);
	}
	list = list_members(names->members ? answer : seen);
	json_decref(seen);
	return list;
}

static bool selects_something(const struct names *names, const json_t *answer, const char *pattern)
{
	const struct names_part *part;
	const json_t *entry;
	json_t *value;
	const char *name;
	size_t index;

	if (names->members)
		json_object_foreach((json_t *)answer, name,
				    value) if (matches(names, pattern, name)) return true;
	for (size_t i = 0; (part = part_at(names, i)); i++) {
		if (part->follows)
			continue;
		json_array_foreach(part_of(part, answer), index, entry)
		{
			if (entry_matches(names, part, entry, pattern) ||
			    inner_matches(names, part, entry, pattern))
				return true;
		}
	}
	return false;
}

static void complain(const struct names *names, const json_t *answer, const char *pattern)
{
	json_t *list = names_list(names, answer);
	_cleanup_free_ char *text = field_list(list, ", ");
	struct spelling_search search = {.text = pattern};
	const json_t *name;
	const char *near;
	size_t index;

	json_array_foreach(list, index, name) spelling_consider(&search, json_string_value(name));
	near = spelling_found(&search);
	if (json_array_size(list) == 0)
		log_error("no %s '%s'; this xbeatd has none", names->what, pattern);
	else if (near && json_array_size(list) > LISTED_MAX)
		log_error("no %s '%s'; did you mean '%s'?", names->what, pattern, near);
	else if (near)
		log_error("no %s '%s'; did you mean '%s'? There are: %s", names->what, pattern,
			  near, text);
	else if (json_array_size(list) > LISTED_MAX)
		log_error("no %s '%s' among the %zu here", names->what, pattern,
			  json_array_size(list));
	else
		log_error("no %s '%s'; there are: %s", names->what, pattern, text);
	json_decref(list);
}

static json_t *select_members(const struct names *names, const json_t *answer,
			      char *const patterns[], int count)
{
	json_t *selected = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)answer, name, value)
	{
		if (names_match(names, name, patterns, count))
			json_object_set(selected, name, value);
	}
	return selected;
}

static json_t *select_entries(const struct names *names, const struct names_part *part,
			      const json_t *list, char *const patterns[], int count)
{
	json_t *selected = json_array(), *entry, *copy;
	size_t index;

	json_array_foreach((json_t *)list, index, entry)
	{
		if (entry_selected(names, part, entry, patterns, count))
			json_array_append(selected, entry);
		else if ((copy = select_inner(names, part, entry, patterns, count)))
			json_array_append_new(selected, copy);
	}
	return selected;
}

static json_t *select_parts(const struct names *names, const json_t *answer, char *const patterns[],
			    int count)
{
	const struct names_part *part;
	json_t *selected = json_is_object(answer) ? json_copy((json_t *)answer) : NULL;

	for (size_t i = 0; (part = part_at(names, i)); i++) {
		json_t *entries =
			select_entries(names, part, part_of(part, answer), patterns, count);

		if (!*part->list)
			return entries;
		if (json_array_size(entries) > 0)
			json_object_set(selected, part->list, entries);
		else
			json_object_del(selected, part->list);
		json_decref(entries);
	}
	return selected;
}

bool names_select(const struct names *names, char *const patterns[], int count, json_t **answer)
{
	json_t *selected;

	for (int i = 0; i < count; i++)
		if (!selects_something(names, *answer, patterns[i])) {
			complain(names, *answer, patterns[i]);
			return false;
		}
	if (count == 0)
		return true;
	selected = names->members ? select_members(names, *answer, patterns, count)
				  : select_parts(names, *answer, patterns, count);
	json_decref(*answer);
	*answer = selected;
	return true;
}
