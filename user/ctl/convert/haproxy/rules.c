// SPDX-License-Identifier: GPL-2.0-or-later
/* "option httpchk" and "http-check": the request of a check and what it expects. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/array.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_METHOD "OPTIONS"
#define METHOD_BYTES_MAX 32

static void add_header(struct haproxy_proxy *proxy, unsigned line, const char *name,
		       const char *value)
{
	struct haproxy_http *request = &proxy->http;

	if (!strcasecmp(name, "Host")) {
		request->host = value;
		return;
	}
	if (request->header_count == HAPROXY_HEADERS_MAX) {
		notes_add(&proxy->notes, line, "http-check send: more than %d headers",
			  HAPROXY_HEADERS_MAX);
		return;
	}
	request->header_names[request->header_count] = name;
	request->header_values[request->header_count++] = value;
}

/* Before HAProxy 2.2, headers followed the version: "HTTP/1.1\r\nHost:\ web". */
static void take_old_headers(struct haproxy_proxy *proxy, unsigned line, char *text)
{
	for (char *next; text; text = next) {
		char *colon = strchr(text, ':');

		next = strstr(text, "\r\n");
		if (next) {
			*next = '\0';
			next += 2;
		}
		if (!colon || (next && colon > next))
			continue;
		*colon = '\0';
		add_header(proxy, line, text, colon + 1 + strspn(colon + 1, " "));
	}
}

static void take_version(struct haproxy_proxy *proxy, unsigned line, char *version)
{
	char *headers = strstr(version, "\r\n");

	if (headers) {
		*headers = '\0';
		take_old_headers(proxy, line, headers + 2);
	}
	proxy->http.version = version;
}

/* HAProxy takes any word; methods have letters. */
static bool is_method(const char *text)
{
	size_t length = 0;

	while (isalpha((unsigned char)text[length]))
		length++;
	return length && !text[length] && length <= METHOD_BYTES_MAX;
}

static void take_method(struct haproxy_proxy *proxy, unsigned line, const char *method)
{
	if (!is_method(method)) {
		notes_add(&proxy->notes, line, "%s is not a method; GET is used", method);
		method = "GET";
	}
	proxy->http.method = method;
	proxy->http.method_line = line;
}

void haproxy_http_request(struct haproxy_proxy *proxy, const struct haproxy_line *line,
			  size_t index)
{
	size_t count = line->count - index;

	/* A word alone is the URI. */
	if (count < 2)
		take_method(proxy, line->number, DEFAULT_METHOD);
	else
		take_method(proxy, line->number, line->words[index]);
	if (count > 0)
		proxy->http.path = line->words[index + (count > 1)];
	if (count > 2)
		take_version(proxy, line->number, line->words[index + 2]);
}

/* Returns how many words it took. */
static size_t take_send(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index)
{
	const char *name = line->words[index];
	char *value = line->words[index + 1], *second = value ? line->words[index + 2] : NULL;

	if (!value)
		return 1;
	if (!strcmp(name, "meth"))
		take_method(proxy, line->number, value);
	else if (!strcmp(name, "uri"))
		proxy->http.path = value;
	else if (!strcmp(name, "ver"))
		take_version(proxy, line->number, value);
	else if (!strcmp(name, "hdr") && second)
		add_header(proxy, line->number, value, second);
	else
		notes_add(&proxy->notes, line->number,
			  "http-check send %s: HTTP_GET cannot send it", name);
	return strcmp(name, "hdr") != 0 ? 2 : 3;
}

static void send_rule(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	for (size_t i = 2; i < line->count;)
		i += take_send(proxy, line, i);
}

static void take_status(struct haproxy_proxy *proxy, const struct haproxy_line *line,
			const char *pattern, bool is_regex)
{
	bool good[HAPROXY_STATUS_COUNT];

	if (is_regex ? !haproxy_status_regex(pattern, good) : !haproxy_status_list(pattern, good)) {
		notes_add(&proxy->notes, line->number,
			  "http-check expect %s: it cannot be read; 200-399 is used", pattern);
		return;
	}
	for (unsigned i = 0; i < HAPROXY_STATUS_COUNT; i++)
		proxy->http.status_good[i] = good[i] != proxy->http.not ;
	proxy->http.expect = HAPROXY_EXPECT_STATUS;
	proxy->http.has_expect = true;
}

static bool take_expectation(struct haproxy_proxy *proxy, const struct haproxy_line *line,
			     const char *kind, const char *pattern)
{
	if (!strcmp(kind, "status") || !strcmp(kind, "rstatus")) {
		take_status(proxy, line, pattern, *kind == 'r');
		return true;
	}
	if (strcmp(kind, "string") != 0 && strcmp(kind, "rstring") != 0)
		return false;
	proxy->http.expect = *kind == 'r' ? HAPROXY_EXPECT_REGEX : HAPROXY_EXPECT_TEXT;
	proxy->http.text = pattern;
	proxy->http.has_expect = true;
	return true;
}

/* http-check expect [min-recv N] [comment T] … [!] status|rstatus|string|rstring PATTERN */
static void expect_rule(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	if (proxy->http.has_expect)
		notes_add(&proxy->notes, line->number,
			  "http-check expect: HTTP_GET has one of them; the last is used");
	proxy->http.not = false;
	for (size_t i = 2; i < line->count; i++) {
		if (!strcmp(line->words[i], "!"))
			proxy->http.not = true;
		else if (i + 1 < line->count &&
			 take_expectation(proxy, line, line->words[i], line->words[i + 1]))
			return;
	}
	notes_add(&proxy->notes, line->number,
		  "http-check expect: only status, rstatus, string and rstring are supported");
}

void haproxy_connect(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	struct haproxy_http *http = &proxy->http;

	if (http->connects)
		notes_add(&proxy->notes, line->number,
			  "%s connect: a check makes one connection; the last is used",
			  line->words[0]);
	http->connects = true;
	for (size_t i = 2; line->words[i]; i++) {
		const char *value = line->words[i + 1];

		if (!strcmp(line->words[i], "ssl"))
			http->tls = true;
		else if (!strcmp(line->words[i], "port") &&
			 haproxy_number(value, 65535, &http->port))
			i++;
		else if (!strcmp(line->words[i], "sni") && value)
			http->sni = line->words[++i];
		else if (strcmp(line->words[i], "default") != 0)
			notes_add(&proxy->notes, line->number, "%s connect: '%s' is not supported",
				  line->words[0], line->words[i]);
	}
}

static void not_on_404(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	notes_add(
		&proxy->notes, line->number,
		"http-check disable-on-404: a server that answers 404 fails the check, and is not drained: xbeatctl pool drain does that");
}

static void send_state(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	notes_add(&proxy->notes, line->number,
		  "http-check send-state: checks send no state of the pool");
}

static const struct {
	const char *name;
	void (*take)(struct haproxy_proxy *proxy, const struct haproxy_line *line);
} http_rules[] = {
	{"send", send_rule},	      {"expect", expect_rule},
	{"connect", haproxy_connect}, {"disable-on-404", not_on_404},
	{"send-state", send_state},
};

void haproxy_http_check(struct haproxy_proxy *proxy, const struct haproxy_line *line)
{
	const char *name = line->count > 1 ? line->words[1] : "";

	for (size_t i = 0; i < ARRAY_SIZE(http_rules); i++)
		if (!strcmp(http_rules[i].name, name)) {
			http_rules[i].take(proxy, line);
			return;
		}
	notes_add(&proxy->notes, line->number, "http-check %s is not supported", name);
}
