/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AGENT_CHECK: a line from the server itself about itself, as HAProxy's agent-check: a mode (ready,
 * drain, maint), its health (up, down, failed, stopped), a weight ("75%", or a number after "weight:").
 * Without an agent the server stays as it is: a connection that fails counts for nothing.
 */
#include "user/checker/methods/dialogue.h"
#include "user/core/pool/pool.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT_MAX 100
#define WEIGHT_PREFIX "weight:"

static const struct word {
	const char *text;
	enum checker_agent mode, health;
} words[] = {
	{"ready", CHECKER_AGENT_READY, CHECKER_AGENT_NONE},
	{"drain", CHECKER_AGENT_DRAIN, CHECKER_AGENT_NONE},
	{"maint", CHECKER_AGENT_MAINTENANCE, CHECKER_AGENT_NONE},
	{"up", CHECKER_AGENT_NONE, CHECKER_AGENT_UP},
	{"down", CHECKER_AGENT_NONE, CHECKER_AGENT_DOWN},
	{"failed", CHECKER_AGENT_NONE, CHECKER_AGENT_DOWN},
	{"fail", CHECKER_AGENT_NONE, CHECKER_AGENT_DOWN},
	{"stopped", CHECKER_AGENT_NONE, CHECKER_AGENT_DOWN},
};

/* Resolves \n, \r, \t and \\ in place: a line of a configuration holds no end of a line. */
static void resolve_escapes(char *text)
{
	static const char letters[] = "nrt\\", bytes[] = "\n\r\t\\";
	char *to = text;

	for (const char *from = text; *from; from++) {
		const char *letter = *from == '\\' && from[1] ? strchr(letters, from[1]) : NULL;

		*to++ = letter ? bytes[letter - letters] : *from;
		from += letter != NULL;
	}
	*to = '\0';
}

static int connected(struct run *run)
{
	_cleanup_free_ char *text = run->check->text ? strdup(run->check->text) : NULL;

	if (!text)
		return run->check->text ? -ENOMEM : 0;
	resolve_escapes(text);
	return dialogue_send(run, text);
}

/* Returns whether text is a weight. */
static bool take_weight(struct run *run, const char *text)
{
	bool absolute = !strncasecmp(text, WEIGHT_PREFIX, strlen(WEIGHT_PREFIX));
	const char *digits = absolute ? text + strlen(WEIGHT_PREFIX) : text;
	unsigned long value;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	value = strtoul(digits, &end, 10);
	if (!strcmp(end, "%") && value <= PERCENT_MAX)
		run->weight_kind = CHECKER_WEIGHT_GIVEN;
	else if (absolute && !*end && value <= POOL_WEIGHT_MAX)
		run->weight_kind = CHECKER_WEIGHT_ABSOLUTE;
	else
		return false;
	run->weight = (int32_t)value;
	return true;
}

/* Returns whether the agent's word has a meaning here; "maxconn:" has none: there is no such limit. */
static bool take_word(struct run *run, const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasecmp(words[i].text, text))
			continue;
		if (words[i].mode != CHECKER_AGENT_NONE)
			run->agent = words[i].mode;
		if (words[i].health != CHECKER_AGENT_NONE)
			run->agent_health = words[i].health;
		return true;
	}
	return take_weight(run, text) || !strncasecmp(text, "maxconn:", 8);
}

/* What follows "#" is for people. */
static int take_line(struct run *run, char *line)
{
	char shown[64];
	const char *unknown = NULL;
	char *rest = line;

	snprintf(shown, sizeof(shown), "%s", line);
	line[strcspn(line, "#")] = '\0';
	for (char *text; (text = strsep(&rest, " \t,"));)
		if (*text && !take_word(run, text))
			unknown = text;
	dialogue_close(run);
	if (unknown) {
		run->weight_kind = CHECKER_WEIGHT_SAME;
		run->agent = run->agent_health = CHECKER_AGENT_NONE;
	}
	if (unknown)
		run_done(run, CHECK_LOCAL_ERROR, "agent: unknown word \"%.30s\"", unknown);
	else
		run_done(run, CHECK_GOOD, "agent: %s after %s", shown, run_after(run).text);
	return DIALOGUE_ENDED;
}

static void failed(struct run *run, bool timed_out, const char *reason)
{
	(void)timed_out;
	run_done(run, CHECK_LOCAL_ERROR, "agent: %s", reason);
}

static const struct dialogue_kind kind = {
	.connected = connected, .line = take_line, .failed = failed};

const struct method agent_method = {.name = "agent",
				    .start = dialogue_start,
				    .cancel = dialogue_close,
				    .expired = dialogue_expired,
				    .dialogue = &kind};
