// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "tcp-check": what a check sends and expects. A part of the rules could fail servers that are well,
 * or pass others: if one of them is lost, TCP_CHECK only connects.
 */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/array.h"
#include <ctype.h>
#include <string.h>

#define TEXT_BYTES_MAX 1024 /* of send and expect */

/* Rules of a section replace those that it has from its defaults. */
static struct haproxy_tcp *own_rules(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	struct haproxy_tcp *tcp = &proxy->tcp;

	if (tcp->line < proxy->line)
		*tcp = (struct haproxy_tcp){.used = tcp->used};
	tcp->line = line->number;
	return tcp;
}

static void lose(struct haproxy_proxy *proxy, const struct haproxy_line *line, const char *reason)
{
	proxy->tcp.lost = true;
	notes_add(&proxy->notes, line->number, "tcp-check %s: %s; TCP_CHECK only connects",
		  line->words[1], reason);
}

static bool is_hex(const char *text)
{
	size_t length = 0;

	while (isxdigit((unsigned char)text[length]))
		length++;
	return !text[length] && length % 2 == 0;
}

static void add_step(struct haproxy_proxy *proxy, const struct haproxy_line *line,
		     struct haproxy_step step)
{
	struct haproxy_tcp *tcp = &proxy->tcp;
	size_t length = step.text ? strlen(step.text) / (step.is_hex ? 2 : 1) : 0;

	if (!length || length > TEXT_BYTES_MAX)
		lose(proxy, line, "a text has 1 to 1024 bytes");
	else if (step.is_hex && !is_hex(step.text))
		lose(proxy, line, "these are no bytes in hexadecimal digits");
	else if (tcp->step_count == HAPROXY_STEPS_MAX)
		lose(proxy, line, "there are more than 16 of them");
	else
		tcp->steps[tcp->step_count++] = step;
}

static void take_send(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	add_step(proxy, line, (struct haproxy_step){.text = line->words[2]});
}

static void take_binary(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	add_step(proxy, line, (struct haproxy_step){.text = line->words[2], .is_hex = true});
}

/* A value follows; none changes which answer is good. */
static bool is_option(const char *word)
{
	static const char *const options[] = {"min-recv",     "comment",     "ok-status",
					      "error-status", "tout-status", "on-success",
					      "on-error",     "status-code"};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i], word))
			return true;
	return false;
}

static void take_expect(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	struct haproxy_step step = {.expects = true};
	size_t i = 2;

	while (i + 1 < line->count && is_option(line->words[i]))
		i += 2;
	if (i + 1 >= line->count) {
		lose(proxy, line, "it expects nothing");
		return;
	}
	step.text = line->words[i + 1];
	step.is_hex = !strcmp(line->words[i], "binary");
	step.is_regex = !strcmp(line->words[i], "rstring");
	if (step.is_hex || step.is_regex || !strcmp(line->words[i], "string"))
		add_step(proxy, line, step);
	else
		lose(proxy, line, "only string, rstring and binary are supported, without \"!\"");
}

static void take_connect(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (proxy->tcp.step_count)
		lose(proxy, line, "a check makes one connection");
	haproxy_connect(proxy, line);
}

static void take_comment(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	(void)proxy, (void)line;
}

static const struct {
	const char *name;
	void (*take)(struct haproxy_proxy *proxy, const struct haproxy_line *line);
} rules[] = {
	{"connect", take_connect}, {"send", take_send},	      {"send-binary", take_binary},
	{"expect", take_expect},   {"comment", take_comment},
};

void haproxy_tcp_check(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	const char *name = line->count > 1 ? line->words[1] : "";

	own_rules(proxy, line);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (!strcmp(rules[i].name, name)) {
			rules[i].take(proxy, line);
			return;
		}
	if (*name)
		lose(proxy, line, "it is not supported");
	else
		notes_add(&proxy->notes, line->number, "tcp-check has no rule");
}

/* The conversation of HAProxy's own check of Redis. */
void haproxy_redis_check(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	struct haproxy_tcp *tcp = own_rules(proxy, line);

	tcp->used = true;
	tcp->step_count = 0;
	add_step(proxy, line, (struct haproxy_step){.text = "*1\r\n$4\r\nPING\r\n"});
	add_step(proxy, line, (struct haproxy_step){.expects = true, .text = "+PONG\r\n"});
}
