// SPDX-License-Identifier: GPL-2.0-or-later
/* Sections of an HAProxy configuration, and their lines: a row for each keyword. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/array.h"
#include <stdlib.h>
#include <string.h>

#define PROCESS "it configures the process of HAProxy"

static void take_bind(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	char *addresses = line->count > 1 ? line->words[1] : (char[]){""}, *save;

	for (char *text = strtok_r(addresses, ",", &save); text;
	     text = strtok_r(NULL, ",", &save)) {
		struct haproxy_bind *bind;
		struct haproxy_endpoint endpoint;
		const char *problem = haproxy_endpoint_parse(text, &endpoint);

		if (problem) {
			notes_add(&proxy->notes, line->number, "bind: %s %s", text, problem);
			continue;
		}
		proxy->binds = array_grow(proxy->binds, &proxy->bind_count, sizeof(*proxy->binds));
		bind = &proxy->binds[proxy->bind_count - 1];
		bind->endpoint = endpoint;
		bind->line = line->number;
	}
	for (size_t i = 2; i < line->count; i++)
		if (!strcmp(line->words[i], "ssl"))
			notes_add(
				&proxy->notes, line->number,
				"bind ssl: HAProxy ends TLS; IPVS forwards packets, so that servers must speak TLS themselves");
}

static void take_server(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	struct haproxy_server *server;

	if (line->count < 3) {
		notes_add(&proxy->notes, line->number, "server: name or address is missing");
		return;
	}
	proxy->servers = array_grow(proxy->servers, &proxy->server_count, sizeof(*proxy->servers));
	server = &proxy->servers[proxy->server_count - 1];
	*server = proxy->defaults;
	server->name = line->words[1];
	server->address = line->words[2];
	server->line = line->number;
	haproxy_server_take(server, line, 3, &proxy->notes);
}

static void take_default_server(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	haproxy_server_take(&proxy->defaults, line, 1, &proxy->notes);
}

static void take_balance(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	proxy->balance = line->count > 1 ? line->words[1] : NULL;
	proxy->balance_line = line->number;
}

static void take_timeout(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	const char *name = line->count > 1 ? line->words[1] : "";
	uint64_t *timeout_ns = !strcmp(name, "connect") ? &proxy->connect_timeout_ns
			       : !strcmp(name, "check") ? &proxy->check_timeout_ns
							: NULL;

	if (!timeout_ns)
		notes_add(&proxy->notes, line->number, "timeout %s: " HAPROXY_ENDS_CONNECTIONS,
			  name);
	else if (!haproxy_time(line->words[2], timeout_ns))
		notes_add(&proxy->notes, line->number,
			  "timeout %s: the time is missing or not valid", name);
}

static void take_default_backend(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	proxy->default_backend = line->words[1];
}

static void take_use_backend(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (line->count < 2)
		return;
	if (line->count == 2) {
		proxy->default_backend = line->words[1];
		return;
	}
	notes_add(&proxy->notes, line->number,
		  "use_backend %s under a condition: IPVS chooses by address and port alone",
		  line->words[1]);
	proxy->conditional = array_grow(proxy->conditional, &proxy->conditional_count,
					sizeof(*proxy->conditional));
	proxy->conditional[proxy->conditional_count - 1] = line->words[1];
}

static void take_stick(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	bool on_source =
		line->count > 2 && !strcmp(line->words[1], "on") && !strcmp(line->words[2], "src");

	proxy->stick_source |= on_source;
	if (!on_source)
		notes_add(&proxy->notes, line->number, "stick %s: " HAPROXY_READS_DATA,
			  line->count > 1 ? line->words[1] : "");
}

static void take_stick_table(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	for (size_t i = 1; i + 1 < line->count; i++)
		if (!strcmp(line->words[i], "expire"))
			haproxy_time(line->words[i + 1], &proxy->stick_ns);
}

static void take_source(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	proxy->source = line->words[1];
}

static void take_external(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (line->count > 2 && !strcmp(line->words[1], "command"))
		proxy->command = line->words[2];
	else
		notes_add(&proxy->notes, line->number,
			  "external-check %s: programs run with the path of xbeatd",
			  line->count > 1 ? line->words[1] : "");
}

static void take_option(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	haproxy_option(proxy, line, 1);
}

static void take_no(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (line->count > 2 && !strcmp(line->words[1], "option"))
		haproxy_option(proxy, line, 2);
}

/* Only that HTTP is read is lost with it. */
static void take_mode(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (line->count > 1 && !strcmp(line->words[1], "http"))
		notes_add(&proxy->notes, line->number, "mode http: " HAPROXY_READS_DATA);
}

static void take_template(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	notes_add(&proxy->notes, line->number,
		  "server-template: its servers are found by DNS; write a real_server for each");
}

static void take_state(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	notes_add(&proxy->notes, line->number, "%s: the whole section is switched off in HAProxy",
		  line->words[0]);
}

static const struct {
	const char *name;
	void (*take)(struct haproxy_proxy *proxy, const struct haproxy_line *line);
	const char *reason; /* without take */
} keywords[] = {
	{"bind", take_bind, NULL},
	{"server", take_server, NULL},
	{"default-server", take_default_server, NULL},
	{"balance", take_balance, NULL},
	{"timeout", take_timeout, NULL},
	{"default_backend", take_default_backend, NULL},
	{"use_backend", take_use_backend, NULL},
	{"stick", take_stick, NULL},
	{"stick-table", take_stick_table, NULL},
	{"source", take_source, NULL},
	{"external-check", take_external, NULL},
	{"option", take_option, NULL},
	{"no", take_no, NULL},
	{"mode", take_mode, NULL},
	{"http-check", haproxy_http_check, NULL},
	{"tcp-check", haproxy_tcp_check, NULL},
	{"server-template", take_template, NULL},
	{"disabled", take_state, NULL},
	{"acl", NULL, HAPROXY_READS_DATA},
	{"cookie", NULL, HAPROXY_READS_DATA "; persistence_timeout keeps clients by their address"},
	{"capture", NULL, HAPROXY_READS_DATA},
	{"compression", NULL, HAPROXY_READS_DATA},
	{"filter", NULL, HAPROXY_READS_DATA},
	{"http-request", NULL, HAPROXY_READS_DATA},
	{"http-response", NULL, HAPROXY_READS_DATA},
	{"http-after-response", NULL, HAPROXY_READS_DATA},
	{"http-error", NULL, HAPROXY_READS_DATA},
	{"http-reuse", NULL, HAPROXY_READS_DATA},
	{"errorfile", NULL, HAPROXY_READS_DATA},
	{"errorfiles", NULL, HAPROXY_READS_DATA},
	{"errorloc", NULL, HAPROXY_READS_DATA},
	{"errorloc302", NULL, HAPROXY_READS_DATA},
	{"errorloc303", NULL, HAPROXY_READS_DATA},
	{"monitor", NULL, HAPROXY_READS_DATA},
	{"monitor-uri", NULL, HAPROXY_READS_DATA},
	{"redirect", NULL, HAPROXY_READS_DATA},
	{"use-server", NULL, HAPROXY_READS_DATA},
	{"use-fcgi-app", NULL, HAPROXY_READS_DATA},
	{"unique-id-format", NULL, HAPROXY_READS_DATA},
	{"unique-id-header", NULL, HAPROXY_READS_DATA},
	{"tcp-request", NULL, HAPROXY_READS_DATA},
	{"tcp-response", NULL, HAPROXY_READS_DATA},
	{"hash-type", NULL, "lvs_sched mh is a consistent hash"},
	{"hash-balance-factor", NULL, "IPVS has no such limit"},
	{"retries", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"retry-on", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"rate-limit", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"backlog", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"fullconn", NULL, "limits of connections are those of real_server"},
	{"maxconn", NULL, "limits of connections are those of real_server"},
	{"max-session-srv-conns", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"log", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"log-format", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"log-format-sd", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"log-tag", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"error-log-format", NULL, HAPROXY_ENDS_CONNECTIONS},
	{"stats", NULL, "see xbeatctl pool, and the page of xbeat-exporter"},
	{"description", NULL, "a virtual_server has no description"},
	{"id", NULL, "a virtual_server is known by its address and port"},
	{"guid", NULL, "a virtual_server is known by its address and port"},
	{"email-alert", NULL, "set smtp_alert, and notification_email in global_defs"},
	{"load-server-state-from-file", NULL, "xbeatd keeps states over a restart itself"},
	{"server-state-file-name", NULL, "xbeatd keeps states over a restart itself"},
	{"bind-process", NULL, PROCESS},
	{"grace", NULL, PROCESS},
	{"declare", NULL, HAPROXY_READS_DATA},
	{"persist", NULL, HAPROXY_READS_DATA},
	{"dispatch", NULL, "write a real_server for the address"},
	{"enabled", NULL, "it is so without the keyword"},
	{"force-persist", NULL, HAPROXY_READS_DATA},
	{"ignore-persist", NULL, HAPROXY_READS_DATA},
};

static void take_line(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (strcmp(keywords[i].name, line->words[0]) != 0)
			continue;
		if (keywords[i].take)
			keywords[i].take(proxy, line);
		else
			notes_add(&proxy->notes, line->number, "%s: %s", line->words[0],
				  keywords[i].reason);
		return;
	}
	notes_add(&proxy->notes, line->number, "'%s' is unknown to the import", line->words[0]);
}

static const struct {
	const char *name;
	enum haproxy_section section;
} sections[] = {
	{"global", HAPROXY_NONE},	{"defaults", HAPROXY_DEFAULTS},
	{"frontend", HAPROXY_FRONTEND}, {"backend", HAPROXY_BACKEND},
	{"listen", HAPROXY_LISTEN},	{"peers", HAPROXY_NONE},
	{"resolvers", HAPROXY_NONE},	{"userlist", HAPROXY_NONE},
	{"mailers", HAPROXY_NONE},	{"program", HAPROXY_NONE},
	{"cache", HAPROXY_NONE},	{"ring", HAPROXY_NONE},
	{"http-errors", HAPROXY_NONE},	{"fcgi-app", HAPROXY_NONE},
	{"log-forward", HAPROXY_NONE},
};

/* The defaults that a new section begins with: those it names by "from", else the last. */
static const struct haproxy_proxy *defaults_of(const struct haproxy *haproxy,
					       const struct haproxy_line *line)
{
	const char *from = NULL;

	for (size_t i = 1; i + 1 < line->count; i++)
		if (!strcmp(line->words[i], "from"))
			from = line->words[i + 1];
	for (size_t i = haproxy->count; i-- > 0;)
		if (haproxy->proxies[i].section == HAPROXY_DEFAULTS &&
		    (!from || !strcmp(haproxy->proxies[i].name, from)))
			return &haproxy->proxies[i];
	return NULL;
}

static void copy_defaults(struct haproxy_proxy *proxy, const struct haproxy_proxy *defaults)
{
	*proxy = *defaults;
	proxy->binds = NULL;
	proxy->servers = NULL;
	proxy->conditional = NULL;
	proxy->bind_count = proxy->server_count = proxy->conditional_count = 0;
}

static void begin_section(struct haproxy *haproxy, const struct haproxy_line *line,
			  enum haproxy_section section)
{
	struct haproxy_proxy fresh = {
		.defaults = {.interval_ns = 2000000000,
			     .rise = 2,
			     .fall = 3,
			     .weight = 1,
			     .verify = true},
	};
	const struct haproxy_proxy *defaults =
		section == HAPROXY_DEFAULTS && line->count < 4 ? NULL : defaults_of(haproxy, line);
	struct haproxy_proxy *proxy;

	if (defaults)
		copy_defaults(&fresh, defaults);
	haproxy->proxies = array_grow(haproxy->proxies, &haproxy->count, sizeof(*haproxy->proxies));
	proxy = &haproxy->proxies[haproxy->count - 1];
	*proxy = fresh;
	proxy->section = section;
	proxy->name = line->count > 1 ? line->words[1] : "";
	proxy->line = line->number;
	notes_init(&proxy->notes);
}

/* Returns whether the line begins a section; *in_proxy: one that is converted. */
static bool take_section(struct haproxy *haproxy, const struct haproxy_line *line, bool *in_proxy)
{
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		if (strcmp(sections[i].name, line->words[0]) != 0)
			continue;
		*in_proxy = sections[i].section != HAPROXY_NONE;
		if (*in_proxy)
			begin_section(haproxy, line, sections[i].section);
		else
			notes_add(&haproxy->notes, line->number, "section %s: " PROCESS,
				  line->words[0]);
		return true;
	}
	return false;
}

void haproxy_read(struct haproxy *haproxy, char *text)
{
	struct haproxy_line line = {0};
	bool in_proxy = false;

	*haproxy = (struct haproxy){0};
	notes_init(&haproxy->notes);
	while (haproxy_next_line(&text, &line))
		if (!take_section(haproxy, &line, &in_proxy) && in_proxy)
			take_line(&haproxy->proxies[haproxy->count - 1], &line);
}

void haproxy_free(struct haproxy *haproxy)
{
	for (size_t i = 0; i < haproxy->count; i++) {
		free(haproxy->proxies[i].binds);
		free(haproxy->proxies[i].servers);
		free(haproxy->proxies[i].conditional);
		notes_free(&haproxy->proxies[i].notes);
	}
	free(haproxy->proxies);
	notes_free(&haproxy->notes);
}
