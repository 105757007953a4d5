// SPDX-License-Identifier: GPL-2.0-or-later
/* "option NAME": which check a backend has, and what is lost. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/array.h"
#include <string.h>

#define NO_PROTOCOL_CHECK "is not supported: servers are checked by TCP_CHECK, which connects"

static void http(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	proxy->check = HAPROXY_CHECK_HTTP;
	haproxy_http_request(proxy, line, index + 1);
}

static void tcp(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)line, (void)index;
	proxy->check = HAPROXY_CHECK_TCP;
	proxy->tcp.used = true;
}

static void redis(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)index;
	proxy->check = HAPROXY_CHECK_TCP;
	haproxy_redis_check(proxy, line);
}

static void other(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)line, (void)index;
	proxy->check = HAPROXY_CHECK_TCP;
	proxy->tcp.used = false;
}

static void smtp(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	const char *greeting = line->count > index + 1 ? line->words[index + 1] : "HELO";

	proxy->check = HAPROXY_CHECK_SMTP;
	proxy->smtp_name = line->count > index + 2 ? line->words[index + 2] : "localhost";
	if (strcmp(greeting, "HELO") != 0)
		notes_add(&proxy->notes, line->number, "option smtpchk %s: SMTP_CHECK sends HELO",
			  greeting);
}

static void external(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)line, (void)index;
	proxy->check = HAPROXY_CHECK_EXTERNAL;
}

static void all_backups(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)line, (void)index;
	proxy->all_backups = true;
}

static void log_checks(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	(void)line, (void)index;
	proxy->log_checks = true;
}

static const struct {
	const char *name;
	void (*take)(struct haproxy_proxy *, const struct haproxy_line *, size_t index);
	const char *reason;
} options[] = {
	{"httpchk", http, NULL},
	{"tcp-check", tcp, NULL},
	{"smtpchk", smtp, NULL},
	{"external-check", external, NULL},
	{"allbackups", all_backups, NULL},
	{"log-health-checks", log_checks, NULL},
	{"mysql-check", other, NO_PROTOCOL_CHECK},
	{"pgsql-check", other, NO_PROTOCOL_CHECK},
	{"redis-check", redis, NULL},
	{"ldap-check", other, NO_PROTOCOL_CHECK},
	{"spop-check", other, NO_PROTOCOL_CHECK},
	{"ssl-hello-chk", other, NO_PROTOCOL_CHECK},
};

static void switched_off(struct haproxy_proxy *proxy, const char *name)
{
	if (!strcmp(name, "allbackups"))
		proxy->all_backups = false;
	else if (!strcmp(name, "log-health-checks"))
		proxy->log_checks = false;
}

void haproxy_option(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	const char *name = index < line->count ? line->words[index] : "";

	if (!strcmp(line->words[0], "no")) {
		switched_off(proxy, name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(options[i].name, name) != 0)
			continue;
		options[i].take(proxy, line, index);
		if (options[i].reason)
			notes_add(&proxy->notes, line->number, "option %s %s", name,
				  options[i].reason);
		return;
	}
	notes_add(&proxy->notes, line->number, "option %s: %s", name, HAPROXY_ENDS_CONNECTIONS);
}
