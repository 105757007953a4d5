// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HAProxy to virtual servers: each section with servers becomes one, at the addresses where its
 * clients connect. What HAProxy does with the data of connections is lost, and named.
 */
#include "user/ctl/convert/haproxy/haproxy.h"
#include "user/ctl/convert/haproxy/write.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/time.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STICK_DEFAULT_NS (360 * NS_PER_SECOND)

static const struct {
	const char *balance, *scheduler, *differs;
} schedulers[] = {
	{"roundrobin", "wrr", NULL},
	{"static-rr", "wrr", NULL},
	{"leastconn", "wlc", NULL},
	{"random", "twos", NULL},
	{"source", "mh", NULL},
	{"first", "ovf", "ovf fills a server up to its weight, not up to maxconn"},
	{"uri", "wlc", HAPROXY_READS_DATA "; wlc is used"},
	{"url_param", "wlc", HAPROXY_READS_DATA "; wlc is used"},
	{"hdr", "wlc", HAPROXY_READS_DATA "; wlc is used"},
	{"hash", "wlc", HAPROXY_READS_DATA "; wlc is used"},
	{"rdp-cookie", "wlc", HAPROXY_READS_DATA "; wlc is used"},
};

/* "random(2)" and "hdr(Host)" have arguments. */
static const char *scheduler_of(struct haproxy_proxy *proxy)
{
	const char *balance = proxy->balance ? proxy->balance : "roundrobin";
	size_t length = strcspn(balance, "(");

	for (size_t i = 0; i < ARRAY_SIZE(schedulers); i++) {
		if (strncmp(schedulers[i].balance, balance, length) != 0 ||
		    schedulers[i].balance[length])
			continue;
		if (schedulers[i].differs)
			notes_add(&proxy->notes, proxy->balance_line, "balance %s: %s", balance,
				  schedulers[i].differs);
		return schedulers[i].scheduler;
	}
	notes_add(&proxy->notes, proxy->balance_line, "balance %s: unknown; wlc is used", balance);
	return "wlc";
}

static const struct haproxy_server *first_checked(const struct haproxy_proxy *proxy)
{
	for (size_t i = 0; i < proxy->server_count; i++)
		if (proxy->servers[i].check)
			return &proxy->servers[i];
	return NULL;
}

static void note_check(struct haproxy_proxy *proxy)
{
	const struct haproxy_http *http = &proxy->http;

	if (proxy->check != HAPROXY_CHECK_HTTP)
		return;
	if (http->method && !strcmp(http->method, "HEAD") && http->text)
		notes_add(
			&proxy->notes, http->method_line,
			"HEAD requests: their answers have no body; its text is looked for in the header fields");
	if (proxy->check_timeout_ns && proxy->connect_timeout_ns &&
	    proxy->connect_timeout_ns != proxy->check_timeout_ns)
		notes_add(
			&proxy->notes, 0,
			"timeout connect: connect_timeout limits connecting and each read; it is timeout check");
}

/* What all servers have in common, or is lost, goes to the notes before anything is written. */
static void note_servers(struct haproxy_proxy *proxy)
{
	size_t backups = 0;

	for (size_t i = 0; i < proxy->server_count; i++) {
		const struct haproxy_server *server = &proxy->servers[i];

		backups += server->backup;
		if (server->disabled)
			notes_add(&proxy->notes, server->line,
				  "server %s is disabled: its weight is 0, not %" PRIu64
				  "; it is still checked",
				  server->name, server->weight);
		if (server->connections_max)
			notes_add(
				&proxy->notes, server->line,
				"server maxconn: uthreshold; IPVS has no queue for more connections");
		if (server->slow_start_ns != proxy->servers[0].slow_start_ns)
			notes_add(
				&proxy->notes, server->line,
				"server slowstart: slow_start is one for all servers, that of the first");
		if (server->agent && !server->agent_port)
			notes_add(&proxy->notes, server->line,
				  "server agent-check: agent-port is missing");
	}
	if (backups > 1 && !proxy->all_backups)
		notes_add(
			&proxy->notes, 0,
			"without option allbackups HAProxy uses the first backup server alone; here all of them");
}

static void write_server(struct conversion *conversion, const struct haproxy *haproxy,
			 struct haproxy_proxy *proxy, const struct haproxy_server *server,
			 const struct haproxy_endpoint *first)
{
	struct config_printer *printer = &conversion->printer;
	const struct haproxy_server *common = first_checked(proxy);
	struct haproxy_timing timing = haproxy_timing_of(proxy, server), usual;
	struct haproxy_endpoint endpoint;
	char name[ADDRESS_TEXT_BYTES + 16], address[ADDRESS_TEXT_BYTES];
	const char *problem = haproxy_endpoint_parse(server->address, &endpoint);
	int port =
		endpoint.port_offset ? (int)first->port + endpoint.port_offset : (int)endpoint.port;

	if (!problem && endpoint.any)
		problem = "has no address";
	if (!problem && (port < 0 || port > UINT16_MAX))
		problem = "has no port from 0 to 65535";
	if (problem) {
		config_print_line(printer, "# line %u: server %s: %s %s", server->line,
				  server->name, server->address, problem);
		return;
	}
	if (endpoint.name)
		config_print_line(printer, "# server %s: the address of %s, which is resolved once",
				  server->name, endpoint.name);
	snprintf(name, sizeof(name), port ? "real_server %s %d" : "real_server %s",
		 address_format(&endpoint.address, address), port);
	config_print_open(printer, name, NULL);
	config_print_line(printer, "# %s", server->name);
	if (server->disabled || server->weight != 1)
		config_print_line(printer, "weight %" PRIu64,
				  server->disabled ? UINT64_C(0) : server->weight);
	config_print_flag(printer, "backup", server->backup);
	if (server->connections_max)
		config_print_line(printer, "uthreshold %" PRIu64, server->connections_max);
	usual = haproxy_timing_of(proxy, common ? common : server);
	if (server->check)
		haproxy_write_timing(conversion, &timing, &usual);
	haproxy_write_checks(conversion, haproxy, proxy, server, first);
	config_print_close(printer);
	conversion->real_servers++;
}

static void write_head(struct conversion *conversion, struct haproxy_proxy *proxy,
		       const char *scheduler)
{
	struct config_printer *printer = &conversion->printer;
	const struct haproxy_server *common = first_checked(proxy);

	conversion_write_notes(conversion, &proxy->notes);
	if (common) {
		struct haproxy_timing timing = haproxy_timing_of(proxy, common);

		haproxy_write_timing(conversion, &timing, NULL);
	}
	config_print_line(printer, "lvs_sched %s", scheduler);
	config_print_line(printer,
			  "# NAT: servers answer by way of this machine, their default route");
	config_print_line(printer, "lvs_method NAT");
	config_print_line(printer, "protocol TCP");
	if (proxy->stick_source)
		config_print_line(printer, "persistence_timeout %" PRIu64,
				  (proxy->stick_ns ? proxy->stick_ns : STICK_DEFAULT_NS) /
					  NS_PER_SECOND);
	if (proxy->servers[0].slow_start_ns)
		config_print_seconds(printer, "slow_start", proxy->servers[0].slow_start_ns);
}

/* Several addresses are a group, so that a server is checked once. */
static void open_block(struct conversion *conversion, const struct haproxy_proxy *proxy,
		       const struct haproxy_frontage *frontage)
{
	struct config_printer *printer = &conversion->printer;
	char text[ADDRESS_TEXT_BYTES], name[ADDRESS_TEXT_BYTES + 32];

	config_print_line(printer, "# %s %s, line %u of %s",
			  proxy->section == HAPROXY_LISTEN ? "listen" : "backend", proxy->name,
			  proxy->line, conversion->path);
	if (frontage->count == 1) {
		snprintf(name, sizeof(name), "virtual_server %s %u",
			 address_format(&frontage->list[0].address, text), frontage->list[0].port);
		config_print_open(printer, name, NULL);
		return;
	}
	config_print_open(printer, "virtual_server_group", proxy->name);
	for (size_t i = 0; i < frontage->count; i++)
		config_print_line(printer, "%s %u",
				  address_format(&frontage->list[i].address, text),
				  frontage->list[i].port);
	config_print_close(printer);
	config_print_open(printer, "virtual_server group", proxy->name);
}

static void write_proxy(struct conversion *conversion, struct haproxy *haproxy,
			struct haproxy_proxy *proxy, const struct haproxy_frontage *frontage)
{
	const char *scheduler = scheduler_of(proxy);

	note_servers(proxy);
	note_check(proxy);
	open_block(conversion, proxy, frontage);
	conversion->virtual_servers++;
	write_head(conversion, proxy, scheduler);
	for (size_t i = 0; i < proxy->server_count; i++)
		write_server(conversion, haproxy, proxy, &proxy->servers[i], &frontage->list[0]);
	config_print_close(&conversion->printer);
	fputc('\n', conversion->printer.stream);
}

/* The family of the first server that has an address. */
static uint8_t family_of(const struct haproxy_proxy *proxy)
{
	for (size_t i = 0; i < proxy->server_count; i++) {
		struct haproxy_endpoint endpoint;

		if (!haproxy_endpoint_parse(proxy->servers[i].address, &endpoint) && !endpoint.any)
			return address_family(&endpoint.address);
	}
	return 0;
}

/* A frontend has only notes, which concern no virtual server alone. */
static void convert_proxy(struct conversion *conversion, struct haproxy *haproxy,
			  struct haproxy_proxy *proxy)
{
	struct haproxy_frontage frontage = {0};
	uint8_t family = family_of(proxy);

	if (proxy->server_count > 0 && proxy->section != HAPROXY_DEFAULTS && family)
		haproxy_find_frontage(conversion, haproxy, proxy, family, &frontage);
	else if (proxy->section == HAPROXY_BACKEND || proxy->section == HAPROXY_LISTEN)
		notes_add(&proxy->notes, proxy->line, "%s has no server with an address",
			  proxy->name);
	if (frontage.count > 0)
		write_proxy(conversion, haproxy, proxy, &frontage);
	else
		conversion_write_notes(conversion, &proxy->notes);
	free(frontage.list);
}

void haproxy_convert(struct conversion *conversion, char *text)
{
	struct haproxy haproxy;

	haproxy_read(&haproxy, text);
	conversion_write_notes(conversion, &haproxy.notes);
	for (size_t i = 0; i < haproxy.count; i++)
		convert_proxy(conversion, &haproxy, &haproxy.proxies[i]);
	haproxy_free(&haproxy);
}
