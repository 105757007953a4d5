// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of options: see options.h. */
#include "user/ctl/options.h"
#include "user/ctl/convert/convert.h"
#include "user/ctl/moment.h"
#include "user/ctl/show/units.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/event_kinds.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include "user/lib/time.h"
#include <stdlib.h>
#include <string.h>

#define INTERVAL_NS_MIN (100 * NS_PER_MS)
#define INTERVAL_NS_MAX (3600 * NS_PER_SECOND)

static bool take_duration(struct command *command, const char *text)
{
	if (!duration_parse(text, &command->duration_ns))
		log_error("'%s' is not a duration; write 30s, 10m or 2h", text);
	return command->duration_ns > 0;
}

static bool take_file(struct command *command, const char *path)
{
	command->file = path;
	return true;
}

static bool take_count(struct command *command, const char *text)
{
	bool is_count = *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 19;

	command->count = is_count ? strtoull(text, NULL, 10) : 0;
	if (!command->count)
		log_error("'%s' is not a count; write a number from 1 on", text);
	return command->count;
}

/* A number alone is seconds, as for watch(1). */
static bool take_interval(struct command *command, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*text && !*end)
		command->interval_ns =
			seconds > 0 ? (uint64_t)(seconds * (double)NS_PER_SECOND) : 0;
	else if (!duration_parse(text, &command->interval_ns))
		command->interval_ns = 0;
	if (command->interval_ns >= INTERVAL_NS_MIN && command->interval_ns <= INTERVAL_NS_MAX)
		return true;
	log_error("'%s' is no interval; write 1, 0.5 or 500ms: at least 100ms, at most 1h", text);
	return false;
}

static bool take_daemon(struct command *command, const char *name)
{
	command->daemon_name = name;
	return true;
}

static bool take_socket(struct command *command, const char *path)
{
	command->socket = path;
	return true;
}

static bool take_since(struct command *command, const char *text)
{
	if (moment_parse(text, clock_unix_ns(), &command->since_unix_ns))
		return true;
	log_error("'%s' is no time; write 10m for ten minutes ago, 12:00, or \"2026-03-01 12:00\"",
		  text);
	return false;
}

#define KIND_NAME(name, about, id, help) #name,
static const char *const kinds[] = {EVENT_KINDS(KIND_NAME)};

/* A pattern may fit a kind of another version. */
static bool take_kind(struct command *command, const char *text)
{
	struct spelling_search search = {.text = text};

	command->kind = text;
	if (strpbrk(text, "*?[") || event_kind_find(text))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		spelling_consider(&search, kinds[i]);
	if (spelling_found(&search))
		log_error("no kind of events '%s'; did you mean '%s'?", text,
			  spelling_found(&search));
	else
		log_error("no kind of events '%s'; see LOG in xbeatd(8)", text);
	return false;
}

#define SOURCE_NAME(id, name) name " "

static bool take_from(struct command *command, const char *name)
{
	command->from = name;
	if (convert_source_named(name) < CONVERT_SOURCE_COUNT)
		return true;
	log_error("'%s' is no program; write one of: " CONVERT_SOURCES(SOURCE_NAME), name);
	return false;
}

static bool take_address(struct command *command, const char *text)
{
	command->address = text;
	return true;
}

#define FLAG(name) .flag = offsetof(struct command, name)

#define KIND_WORD(name, about, id, help) #name " "

const struct option_row option_rows[] = {
	{'j', "json", NULL, VERB_ACCEPTS_JSON, "print JSON", FLAG(json)},
	{'b', "brief", NULL, VERB_ACCEPTS_BRIEF, "one line each; also -br", FLAG(brief)},
	{'d', "detail", NULL, VERB_ACCEPTS_DETAIL, "everything that is known of each",
	 FLAG(detail)},
	{'f', "follow", NULL, VERB_ACCEPTS_FOLLOW, "go on, with each new one", FLAG(follow)},
	{'k', "kind", "KIND", VERB_ACCEPTS_KIND, "only events of this kind", .take = take_kind,
	 .examples = EVENT_KINDS(KIND_WORD)},
	{0, "since", "TIME", VERB_ACCEPTS_SINCE, "since: 10m ago, 12:00, \"2026-03-01 12:00\"",
	 .take = take_since, .examples = "10m 1h 1d"},
	{'t', "for", "TIME", VERB_ACCEPTS_DURATION, "for so long: 30s, 10m, 2h",
	 .take = take_duration, .examples = "30s 10m 1h"},
	{'n', "interval", "TIME", VERB_ACCEPTS_INTERVAL, "again after so long: 1, 500ms",
	 .take = take_interval, .examples = "1 5 500ms"},
	{0, "force", NULL, VERB_ACCEPTS_FORCE, "also if other nodes are not ready for it",
	 FLAG(force)},
	{0, "keep", NULL, VERB_ACCEPTS_KEEP, "keep the addresses for the next xbeatd", FLAG(keep)},
	{'w', "write", "FILE", VERB_ACCEPTS_FILE, "file to write; -: standard output",
	 .take = take_file},
	{0, "from", "PROGRAM", VERB_ACCEPTS_FROM, "what the file is, if it is not plain",
	 .take = take_from, .examples = CONVERT_SOURCES(SOURCE_NAME)},
	{0, "address", "ADDRESS", VERB_ACCEPTS_FROM, "of virtual servers, or of what is probed",
	 .take = take_address},
	{'c', "count", "COUNT", VERB_ACCEPTS_COUNT, "end after so many", .take = take_count},
	{'w', "wait", NULL, VERB_ACCEPTS_WAIT, "wait until nothing is wrong", FLAG(wait)},
	{'i', "instance", "DAEMON", 0, "daemon name of the xbeatd to ask (default: default)",
	 .take = take_daemon},
	{'s', "socket", "SOCKET", 0, "its control socket instead of its name", .take = take_socket},
	{'h', "help", NULL, 0, "this list; after a verb, the help of the verb", FLAG(help)},
};

const size_t option_row_count = ARRAY_SIZE(option_rows);
_Static_assert(ARRAY_SIZE(option_rows) <= OPTION_ROWS_MAX, "room for those who read it");

bool option_accepted(const struct option_row *row, const struct verb *verb)
{
	return !row->accepts || !verb || row->accepts & verb->accepts;
}

const struct option_row *option_find_letter(int letter, const struct verb *verb)
{
	const struct option_row *refused = NULL;

	for (size_t i = option_row_count; letter && i-- > 0;) {
		if (option_rows[i].letter != letter)
			continue;
		if (option_accepted(&option_rows[i], verb))
			return &option_rows[i];
		refused = &option_rows[i];
	}
	return refused;
}

const struct option_row *option_awaiting_value(const char *word, const struct verb *verb)
{
	for (size_t i = 0; word[0] == '-' && word[1] == '-' && i < option_row_count; i++)
		if (!strcmp(word + 2, option_rows[i].name))
			return option_rows[i].value ? &option_rows[i] : NULL;
	for (const char *letter = word + 1; word[0] == '-' && word[1] != '-' && *letter; letter++) {
		const struct option_row *row = option_find_letter(*letter, verb);

		if (row && row->value)
			return letter[1] ? NULL : row;
	}
	return NULL;
}
