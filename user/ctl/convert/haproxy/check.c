// SPDX-License-Identifier: GPL-2.0-or-later
/* The check blocks of a server, and when they run. */
#include "user/ctl/convert/haproxy/write.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/text/byte_text.h"
#include "user/lib/time.h"
#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static uint64_t lower_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* With "timeout check" HAProxy limits connecting by "timeout connect", then reading. Without it the
 * interval limits all of a check. */
static bool has_steps(const struct haproxy_proxy *proxy)
{
	return proxy->check == HAPROXY_CHECK_TCP && proxy->tcp.used && !proxy->tcp.lost &&
	       proxy->tcp.step_count;
}

static uint64_t timeout_of(const struct haproxy_proxy *proxy, const struct haproxy_server *server)
{
	uint64_t connect_ns =
		proxy->connect_timeout_ns ? proxy->connect_timeout_ns : server->interval_ns;

	if (!proxy->check_timeout_ns)
		return server->interval_ns;
	if (proxy->check == HAPROXY_CHECK_TCP && !has_steps(proxy))
		return lower_of(connect_ns, server->interval_ns);
	return proxy->check_timeout_ns;
}

struct haproxy_timing haproxy_timing_of(const struct haproxy_proxy *proxy,
					const struct haproxy_server *server)
{
	uint64_t interval_ns = server->interval_ns;

	return (struct haproxy_timing){
		.interval_ns = interval_ns,
		.fast_interval_ns =
			server->fast_interval_ns ? server->fast_interval_ns : interval_ns,
		.down_interval_ns =
			server->down_interval_ns ? server->down_interval_ns : interval_ns,
		.timeout_ns = timeout_of(proxy, server),
		.rise = server->rise,
		.fall = server->fall,
	};
}

static const struct {
	const char *keyword;
	size_t field;
	bool is_time;
} timings[] = {
	{"delay_loop", offsetof(struct haproxy_timing, interval_ns), true},
	{"fast_interval", offsetof(struct haproxy_timing, fast_interval_ns), true},
	{"down_interval", offsetof(struct haproxy_timing, down_interval_ns), true},
	{"connect_timeout", offsetof(struct haproxy_timing, timeout_ns), true},
	{"rise", offsetof(struct haproxy_timing, rise), false},
	{"fall", offsetof(struct haproxy_timing, fall), false},
};

static uint64_t timing_value(const struct haproxy_timing *timing, size_t index)
{
	return *(const uint64_t *)(const void *)((const char *)timing + timings[index].field);
}

void haproxy_write_timing(struct conversion *conversion, const struct haproxy_timing *timing,
			  const struct haproxy_timing *usual)
{
	for (size_t i = 0; i < ARRAY_SIZE(timings); i++) {
		uint64_t value = timing_value(timing, i);

		if (usual && timing_value(usual, i) == value)
			continue;
		if (timings[i].is_time)
			config_print_seconds(&conversion->printer, timings[i].keyword, value);
		else
			config_print_line(&conversion->printer, "%s %" PRIu64, timings[i].keyword,
					  value);
	}
}

static void write_address(struct conversion *conversion, const char *keyword, const char *text)
{
	struct haproxy_endpoint endpoint;
	char address[ADDRESS_TEXT_BYTES];
	const char *problem = haproxy_endpoint_parse(text, &endpoint);

	if (problem || endpoint.any)
		config_print_line(&conversion->printer, "# %s %s: %s", keyword, text,
				  problem ? problem : "every address");
	else
		config_print_line(&conversion->printer, "%s %s", keyword,
				  address_format(&endpoint.address, address));
}

/* Where a check connects, if not where clients do. */
static void write_target(struct conversion *conversion, const struct haproxy_proxy *proxy,
			 const struct haproxy_server *server)
{
	uint64_t port = server->check_port ? server->check_port : proxy->http.port;
	const char *source = server->source ? server->source : proxy->source;

	if (server->check_address)
		write_address(conversion, "connect_ip", server->check_address);
	if (port)
		config_print_line(&conversion->printer, "connect_port %" PRIu64, port);
	if (source)
		write_address(conversion, "bindto", source);
	if (proxy->log_checks)
		config_print_line(&conversion->printer, "log_all_failures");
}

static bool is_tls(const struct haproxy_proxy *proxy, const struct haproxy_server *server)
{
	return server->check_tls || proxy->http.tls || (server->tls && !server->no_check_tls);
}

static void write_ranges(struct conversion *conversion, const bool *good)
{
	struct config_printer *printer = &conversion->printer;

	config_print_indent(printer);
	fputs("status_code", printer->stream);
	for (unsigned i = 0, last; i < HAPROXY_STATUS_COUNT; i = last + 1) {
		last = i;
		while (good[i] && last + 1 < HAPROXY_STATUS_COUNT && good[last + 1])
			last++;
		if (!good[i])
			continue;
		fprintf(printer->stream, " %u", HAPROXY_STATUS_MIN + i);
		if (last > i)
			fprintf(printer->stream, "-%u", HAPROXY_STATUS_MIN + last);
	}
	fputc('\n', printer->stream);
}

/* What quotes cannot hold is written by its number. is_literal: the text matches itself alone. To be
 * freed. */
static char *pattern_of(const char *text, bool is_literal)
{
	size_t bytes;
	char *pattern;
	FILE *stream = open_memstream(&pattern, &bytes);

	if (!stream)
		limits_out_of_memory();
	for (; *text; text++)
		if (*text == '"' || iscntrl((unsigned char)*text))
			fprintf(stream, "\\x%02x", (unsigned char)*text);
		else if (is_literal && strchr(".[]{}()*+?^$|\\", *text))
			/* PCRE: "[^]" would not end. */
			fprintf(stream, strchr("^\\", *text) ? "\\%c" : "[%c]", *text);
		else
			fputc(*text, stream);
	fclose(stream);
	return pattern;
}

static void write_expectation(struct conversion *conversion, const struct haproxy_http *http)
{
	_cleanup_free_ char *pattern = NULL;

	if (!http->has_expect) {
		config_print_line(&conversion->printer, "status_code 200-399");
		return;
	}
	if (http->expect == HAPROXY_EXPECT_STATUS) {
		write_ranges(conversion, http->status_good);
		return;
	}
	/* HAProxy then checks no status. */
	config_print_line(&conversion->printer, "status_code 100-599");
	pattern = pattern_of(http->text, http->expect == HAPROXY_EXPECT_TEXT);
	conversion_write_text(conversion, "regex", pattern);
	config_print_flag(&conversion->printer, "regex_no_match", http->not );
}

static void write_headers(struct conversion *conversion, const struct haproxy_http *http)
{
	if (http->host)
		conversion_write_text(conversion, "virtualhost", http->host);
	for (size_t i = 0; i < http->header_count; i++)
		conversion_write_format(conversion, "header", "%s: %s", http->header_names[i],
					http->header_values[i]);
}

static const char *protocol_of(const struct haproxy_http *http, const struct haproxy_server *server)
{
	if (server->http_2 || (http->version && strstr(http->version, "/2")))
		return "2";
	return http->version && strstr(http->version, "1.1") ? "1.1" : "1.0";
}

static void write_http(struct conversion *conversion, const struct haproxy_proxy *proxy,
		       const struct haproxy_server *server)
{
	const char *sni = server->check_sni ? server->check_sni : proxy->http.sni;
	bool tls = is_tls(proxy, server);

	config_print_open(&conversion->printer, tls ? "SSL_GET" : "HTTP_GET", NULL);
	write_target(conversion, proxy, server);
	config_print_line(&conversion->printer, "http_protocol %s",
			  protocol_of(&proxy->http, server));
	write_headers(conversion, &proxy->http);
	config_print_flag(&conversion->printer, "verify", tls && server->verify);
	if (tls && sni) {
		config_print_line(&conversion->printer, "enable_sni");
		conversion_write_text(conversion, "sni_name", sni);
	}
	config_print_open(&conversion->printer, "url", NULL);
	conversion_write_text(conversion, "path", proxy->http.path ? proxy->http.path : "/");
	if (proxy->http.method && strcmp(proxy->http.method, "GET") != 0)
		config_print_line(&conversion->printer, "method %s", proxy->http.method);
	write_expectation(conversion, &proxy->http);
	config_print_close(&conversion->printer);
	config_print_close(&conversion->printer);
}

/* Returns how many bytes there are. */
static size_t step_bytes(const struct haproxy_step *step, uint8_t *bytes)
{
	size_t length = strlen(step->text);

	if (!step->is_hex) {
		memcpy(bytes, step->text, length);
		return length;
	}
	for (size_t i = 0; i + 1 < length; i += 2) {
		const char pair[] = {step->text[i], step->text[i + 1], '\0'};

		bytes[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return length / 2;
}

static const char *keyword_of(const struct haproxy_step *step)
{
	if (!step->expects)
		return "send";
	return step->is_regex ? "expect_regex" : "expect";
}

static void write_steps(struct conversion *conversion, const struct haproxy_tcp *tcp)
{
	for (size_t i = 0; i < tcp->step_count; i++) {
		const struct haproxy_step *step = &tcp->steps[i];
		_cleanup_free_ uint8_t *bytes = malloc(strlen(step->text));
		_cleanup_free_ char *text = NULL;

		if (!bytes)
			limits_out_of_memory();
		text = step->is_regex ? pattern_of(step->text, false)
				      : byte_text_new(bytes, step_bytes(step, bytes));
		conversion_write_text(conversion, keyword_of(step), text);
	}
}

static void write_tcp(struct conversion *conversion, const struct haproxy_proxy *proxy,
		      const struct haproxy_server *server)
{
	config_print_open(&conversion->printer, "TCP_CHECK", NULL);
	if (is_tls(proxy, server))
		config_print_line(
			&conversion->printer,
			has_steps(proxy)
				? "# HAProxy's check sends and expects by TLS: this only connects"
				: "# HAProxy's check makes a TLS handshake, too");
	write_target(conversion, proxy, server);
	if (has_steps(proxy) && !is_tls(proxy, server))
		write_steps(conversion, &proxy->tcp);
	config_print_close(&conversion->printer);
}

static void write_smtp(struct conversion *conversion, const struct haproxy_proxy *proxy,
		       const struct haproxy_server *server)
{
	config_print_open(&conversion->printer, "SMTP_CHECK", NULL);
	write_target(conversion, proxy, server);
	conversion_write_text(conversion, "helo_name", proxy->smtp_name);
	config_print_close(&conversion->printer);
}

/* HAProxy appends the addresses of both ends. */
static void write_external(struct conversion *conversion, const struct haproxy_proxy *proxy,
			   const struct haproxy_server *server,
			   const struct haproxy_endpoint *first)
{
	char own[ADDRESS_TEXT_BYTES], other[ADDRESS_TEXT_BYTES];
	uint64_t timeout_s = timeout_of(proxy, server) / NS_PER_SECOND;
	struct haproxy_endpoint endpoint;

	haproxy_endpoint_parse(server->address, &endpoint);
	config_print_open(&conversion->printer, "MISC_CHECK", NULL);
	conversion_write_format(conversion, "misc_path", "%s %s %u %s %u",
				proxy->command ? proxy->command : "",
				address_format(&first->address, own), first->port,
				address_format(&endpoint.address, other), endpoint.port);
	config_print_line(&conversion->printer, "misc_timeout %" PRIu64,
			  timeout_s ? timeout_s : UINT64_C(1));
	config_print_close(&conversion->printer);
}

/* With the escapes of AGENT_CHECK. */
static void write_send(struct conversion *conversion, const char *text)
{
	static const char bytes[] = "\n\r\t\\", letters[] = "nrt\\";
	_cleanup_free_ char *escaped = malloc(2 * strlen(text) + 1);
	char *to = escaped;

	for (; escaped && *text; text++) {
		const char *byte = strchr(bytes, *text);

		if (byte)
			*to++ = '\\';
		*to++ = byte ? letters[byte - bytes] : *text;
	}
	if (!escaped)
		return;
	*to = '\0';
	conversion_write_text(conversion, "send", escaped);
}

static void write_agent(struct conversion *conversion, const struct haproxy_server *server)
{
	config_print_open(&conversion->printer, "AGENT_CHECK", NULL);
	if (server->agent_address)
		write_address(conversion, "connect_ip", server->agent_address);
	config_print_line(&conversion->printer, "connect_port %" PRIu64, server->agent_port);
	/* Only its own answer changes what an agent has set. */
	config_print_line(&conversion->printer, "rise 1");
	config_print_line(&conversion->printer, "fall 1");
	config_print_seconds(&conversion->printer, "delay_loop",
			     server->agent_interval_ns ? server->agent_interval_ns
						       : server->interval_ns);
	if (server->agent_send)
		write_send(conversion, server->agent_send);
	config_print_close(&conversion->printer);
	conversion->checks++;
}

static const struct haproxy_server *server_named(const struct haproxy_proxy *proxy,
						 const char *name)
{
	for (size_t i = 0; i < proxy->server_count; i++)
		if (!strcmp(proxy->servers[i].name, name))
			return &proxy->servers[i];
	return NULL;
}

/* The server whose checks decide, by "track BACKEND/SERVER", and its section. */
static const struct haproxy_server *tracked(const struct haproxy *haproxy,
					    const struct haproxy_proxy **proxy, const char *track)
{
	size_t length = strcspn(track, "/");

	if (!track[length])
		return server_named(*proxy, track);
	for (size_t i = 0; i < haproxy->count; i++) {
		const struct haproxy_proxy *other = &haproxy->proxies[i];

		if (strncmp(other->name, track, length) != 0 || other->name[length] ||
		    !server_named(other, track + length + 1))
			continue;
		*proxy = other;
		return server_named(other, track + length + 1);
	}
	return NULL;
}

/* Checks the tracked server at its own address: checks that are the same run once. */
static void write_tracked(struct conversion *conversion, const struct haproxy *haproxy,
			  const struct haproxy_proxy *proxy, const struct haproxy_server *server)
{
	const struct haproxy_server *other = tracked(haproxy, &proxy, server->track);
	struct haproxy_server copy;
	struct haproxy_endpoint endpoint;

	if (!other || !other->check || haproxy_endpoint_parse(other->address, &endpoint)) {
		config_print_line(&conversion->printer, "# track %s: no such server with a check",
				  server->track);
		return;
	}
	copy = *other;
	if (!copy.check_address)
		copy.check_address = other->address;
	if (!copy.check_port && !proxy->http.port)
		copy.check_port = endpoint.port;
	haproxy_write_checks(conversion, haproxy, proxy, &copy, &endpoint);
}

void haproxy_write_checks(struct conversion *conversion, const struct haproxy *haproxy,
			  const struct haproxy_proxy *proxy, const struct haproxy_server *server,
			  const struct haproxy_endpoint *first)
{
	if (server->agent && server->agent_port)
		write_agent(conversion, server);
	if (server->track) {
		write_tracked(conversion, haproxy, proxy, server);
		return;
	}
	if (!server->check)
		return;
	conversion->checks++;
	switch (proxy->check) {
	case HAPROXY_CHECK_HTTP:
		write_http(conversion, proxy, server);
		return;
	case HAPROXY_CHECK_SMTP:
		write_smtp(conversion, proxy, server);
		return;
	case HAPROXY_CHECK_EXTERNAL:
		write_external(conversion, proxy, server, first);
		return;
	default:
		write_tcp(conversion, proxy, server);
	}
}
