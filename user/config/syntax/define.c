// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Definitions: $NAME=VALUE defines a name; $NAME and ${NAME} are replaced by its value. Replacement
 * is as late as possible: at the use, not in the definition. Owns the names and values.
 */
#include "user/config/syntax/parser.h"
#include "user/config/syntax/preprocess.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPANSION_DEPTH_MAX 32

struct reference {
	size_t first; /* start of the text that is kept */
	size_t offset;
	size_t length;
	char name[CONFIG_NAME_BYTES_MAX + 1]; /* with arguments: "_RANDOM 1 6" */
	struct config_location location;
};
/* Returns the index of the name in the sorted list, or the index where it belongs. */
static size_t find_index(const struct config_definitions *definitions, const char *name,
			 bool *found)
{
	size_t low = 0, high = definitions->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(definitions->entries[middle]->name, name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct config_definition *add_definition(struct config_definitions *definitions,
						size_t index, const char *name)
{
	struct config_definition *definition = calloc(1, sizeof(*definition));
	struct config_definition **entries = array_grow(definitions->entries, &definitions->count,
							sizeof(struct config_definition *));

	if (!definition)
		limits_out_of_memory();
	definition->name = text_copy(name);
	memmove(entries + index + 1, entries + index,
		(definitions->count - 1 - index) * sizeof(struct config_definition *));
	entries[index] = definition;
	definitions->entries = entries;
	return definition;
}

void config_define(struct config_preprocessor *preprocessor, const char *name,
		   const struct config_text *text, size_t offset, size_t count,
		   struct config_location location)
{
	struct config_definitions *definitions = &preprocessor->definitions;
	struct config_definition *definition;
	bool found;
	size_t index = find_index(definitions, name, &found);

	if (config_predefined_name(name)) {
		config_preprocess_error(preprocessor, location,
					"$%s is predefined by xbeat; choose another name", name);
		return;
	}
	if (!config_preprocess_charge(preprocessor, CONFIG_STEP_BYTES + count, location))
		return;
	definition = found ? definitions->entries[index] : add_definition(definitions, index, name);
	config_text_clear(&definition->value);
	config_text_append_part(&definition->value, text, offset, count);
	definition->number = ++definitions->last_number;
}

void config_definitions_free(struct config_definitions *definitions)
{
	for (size_t i = 0; i < definitions->count; i++) {
		free(definitions->entries[i]->name);
		config_text_free(&definitions->entries[i]->value);
		free(definitions->entries[i]);
	}
	free(definitions->entries);
	*definitions = (struct config_definitions){0};
}

/* Returns the length of "${NAME ARGUMENTS}" at the start of bytes, or 0. */
static size_t braced_length(const char *bytes, size_t length)
{
	size_t i = 2 + (length > 2 ? config_name_length(bytes + 2, length - 2) : 0);

	if (i == 2)
		return 0;
	while (i < length && (bytes[i] == ' ' || config_name_length(bytes + i, 1) ||
			      (bytes[i] >= '0' && bytes[i] <= '9')))
		i++;
	return i < length && bytes[i] == '}' ? i + 1 : 0;
}

/* Returns the length of "$NAME" at the start of bytes, followed by a blank or the end, or 0. */
static size_t plain_length(const char *bytes, size_t length)
{
	size_t i = 1 + config_name_length(bytes + 1, length - 1);

	if (i == 1 || (i < length && !config_is_blank(bytes[i]) && bytes[i] != '\n'))
		return 0;
	return i;
}

/* Reads the reference at reference->offset. Returns whether there is one. */
static bool read_reference(const struct config_text *text, struct reference *reference)
{
	const char *bytes = text->bytes + reference->offset;
	size_t left = text->length - reference->offset, around;
	bool braced = left > 1 && bytes[1] == '{';

	reference->length = braced ? braced_length(bytes, left) : plain_length(bytes, left);
	around = braced ? strlen("${}") : strlen("$");
	if (!reference->length || reference->length - around > CONFIG_NAME_BYTES_MAX)
		return false;
	memcpy(reference->name, bytes + (braced ? 2 : 1), reference->length - around);
	reference->name[reference->length - around] = '\0';
	reference->location = config_text_location(text, reference->offset);
	return true;
}

/* Appends a value from outside: it can neither start a comment nor end a line. */
static void append_outside_value(struct config_text *text, const char *value, bool in_quotes,
				 struct config_location location)
{
	for (; *value; value++) {
		char byte = config_is_control(*value) || *value == '\n' ? ' ' : *value;

		if (byte == '"')
			in_quotes = !in_quotes;
		if (!in_quotes && (byte == '#' || byte == '!'))
			config_text_append(text, "\\", 1, location);
		config_text_append(text, &byte, 1, location);
	}
}

/* The text before first is dropped. */
static void replace(struct config_text *text, const struct reference *reference,
		    const struct config_text *value, unsigned expansion)
{
	size_t end = reference->offset + reference->length;
	struct config_text replaced = {0};

	config_text_append_part(&replaced, text, reference->first,
				reference->offset - reference->first);
	config_text_append_value(&replaced, value, expansion);
	config_text_append_part(&replaced, text, end, text->length - end);
	config_text_free(text);
	*text = replaced;
}

static void report_cycle(const struct config_preprocessor *preprocessor, const char *name,
			 unsigned number, struct config_location location)
{
	const struct config_expansion *expansions = preprocessor->sources.expansions;
	bool more = true;
	char chain[512] = "";
	size_t used = 0;

	for (unsigned i = location.expansion; more && used < sizeof(chain);
	     i = expansions[i].used.expansion) {
		more = expansions[i].definition != number;
		used += (size_t)snprintf(chain + used, sizeof(chain) - used, "%s by $%s",
					 used ? ", which is used" : "", expansions[i].name);
	}
	/* The chain is in the message, so the expansion is not reported again. */
	location.expansion = 0;
	config_preprocess_error(
		preprocessor, location,
		"the definition of $%s refers to itself: it is used%s; break the cycle", name,
		chain);
}

/* Reports a definition that is expanded inside itself, or nested too deeply. number: 0 for a
 * predefined one. Returns whether the nesting is valid. */
static bool nesting_is_right(const struct config_preprocessor *preprocessor, const char *name,
			     unsigned number, struct config_location location)
{
	const struct config_expansion *expansions = preprocessor->sources.expansions;
	unsigned depth = 0;

	for (unsigned i = location.expansion; i; i = expansions[i].used.expansion) {
		if (number && expansions[i].definition == number) {
			report_cycle(preprocessor, name, number, location);
			return false;
		}
		depth++;
	}
	if (depth < EXPANSION_DEPTH_MAX)
		return true;
	config_preprocess_error(preprocessor, location,
				"$%s is nested more than %d definitions deep; simplify them", name,
				EXPANSION_DEPTH_MAX);
	return false;
}

static bool expand_predefined(struct config_preprocessor *preprocessor, struct config_text *text,
			      const struct reference *reference, bool in_quotes)
{
	struct config_expansion use = {
		.name = config_predefined_name(reference->name),
		.used = reference->location,
	};
	_cleanup_config_text_ struct config_text value = {0};
	char *found;

	if (!use.name || !nesting_is_right(preprocessor, use.name, 0, use.used))
		return false;
	found = config_predefined_value(preprocessor, reference->name);
	if (!found)
		return false;
	append_outside_value(&value, found, in_quotes, use.used);
	free(found);
	replace(text, reference, &value, config_sources_expansion(&preprocessor->sources, use));
	return true;
}

static bool expand_definition(struct config_preprocessor *preprocessor, struct config_text *text,
			      const struct reference *reference)
{
	const struct config_definition *definition;
	struct config_expansion use = {.used = reference->location};
	bool found;
	size_t index = find_index(&preprocessor->definitions, reference->name, &found);

	if (!found)
		return false;
	definition = preprocessor->definitions.entries[index];
	if (!nesting_is_right(preprocessor, definition->name, definition->number, use.used))
		return false;
	use.name = definition->name;
	use.definition = definition->number;
	replace(text, reference, &definition->value,
		config_sources_expansion(&preprocessor->sources, use));
	return true;
}

size_t config_expand(struct config_preprocessor *preprocessor, struct config_text *text,
		     size_t first, size_t offset, bool in_quotes)
{
	struct reference reference = {.first = first, .offset = offset};

	if (!read_reference(text, &reference))
		return 1;
	if (!config_preprocess_charge(preprocessor, CONFIG_STEP_BYTES + text->length - first,
				      reference.location))
		return reference.length;
	if (expand_predefined(preprocessor, text, &reference, in_quotes) ||
	    expand_definition(preprocessor, text, &reference))
		return 0;
	return reference.length;
}
