/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SMTP_CHECK (RFC 5321): the greeting 220, HELO answered by 250, QUIT answered by anything. Replies
 * may have several lines.
 */
#include "user/checker/methods/dialogue.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum phase { GREETING = 1, HELO, QUIT };

static int connected(struct run *run)
{
	run->phase = GREETING;
	return 0;
}

/* Returns the code, or -1: no reply of SMTP. *more: other lines of it follow. */
static int parse_reply(const char *line, bool *more)
{
	for (int i = 0; i < 3; i++)
		if (!isdigit((unsigned char)line[i]))
			return -1;
	*more = line[3] == '-';
	if (line[3] && line[3] != ' ' && !*more)
		return -1;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

static int finish_bad(struct run *run, const char *line)
{
	struct duration_text after = run_after(run);

	dialogue_close(run);
	run_done(run, CHECK_BAD, "smtp: %.60s after %s", line, after.text);
	return DIALOGUE_ENDED;
}

static int say_hello(struct run *run)
{
	char text[DIALOGUE_LINE_BYTES];

	snprintf(text, sizeof(text), "HELO %.255s\r\n",
		 run->check->text ? run->check->text : CONFIG_HELO_DEFAULT);
	run->phase = HELO;
	return dialogue_send(run, text);
}

static int take_line(struct run *run, char *line)
{
	bool more = false;
	int code = parse_reply(line, &more);
	struct duration_text after;

	if (run->phase != QUIT && code != (run->phase == GREETING ? 220 : 250))
		return finish_bad(run, line);
	if (more)
		return 0;
	if (run->phase == GREETING)
		return say_hello(run);
	if (run->phase == HELO) {
		run->phase = QUIT;
		return dialogue_send(run, "QUIT\r\n");
	}
	after = run_after(run);
	dialogue_close(run);
	run_done(run, CHECK_GOOD, "smtp: 250 after %s", after.text);
	return DIALOGUE_ENDED;
}

static void failed(struct run *run, bool timed_out, const char *reason)
{
	static const char *const awaited[] = {"",
					      "greeting: ", "reply to HELO: ", "reply to QUIT: "};

	if (timed_out)
		run_timed_out(run, "smtp: %s%s", awaited[run->phase], reason);
	else
		run_done(run, CHECK_BAD, "smtp: %s%s", awaited[run->phase], reason);
}

static const struct dialogue_kind kind = {
	.connected = connected, .line = take_line, .failed = failed};

const struct method smtp_method = {.name = "smtp",
				   .start = dialogue_start,
				   .cancel = dialogue_close,
				   .expired = dialogue_expired,
				   .dialogue = &kind};
