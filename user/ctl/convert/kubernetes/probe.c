// SPDX-License-Identifier: GPL-2.0-or-later
/* A probe's times and its check: httpGet, tcpSocket, grpc, exec. */
#include "user/ctl/convert/kubernetes/probe.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t field;
	uint64_t usual, lowest;
} times[] = {
	{"initialDelaySeconds", offsetof(struct probe_times, initial_delay_s), 0, 0},
	{"periodSeconds", offsetof(struct probe_times, period_s), 10, 1},
	{"timeoutSeconds", offsetof(struct probe_times, timeout_s), 1, 1},
	{"successThreshold", offsetof(struct probe_times, successes), 1, 1},
	{"failureThreshold", offsetof(struct probe_times, failures), 3, 1},
};

/* Kubernetes takes 0 for a setting that is missing. */
struct probe_times probe_times(const struct probe *probe, struct notes *notes)
{
	struct probe_times result = {0};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		yaml_node_t *node = tree_member(probe->document, probe->node, times[i].name);
		uint64_t number = times[i].usual;

		if (node && !tree_number(node, &number))
			notes_add(notes, tree_line(node),
				  "%s: '%s' is not a number; %" PRIu64 " is used", times[i].name,
				  tree_text(node, ""), times[i].usual);
		*(uint64_t *)(void *)((char *)&result + times[i].field) =
			number < times[i].lowest ? times[i].usual : number;
	}
	if (tree_member(probe->document, probe->node, "terminationGracePeriodSeconds"))
		notes_add(notes, tree_line(probe->node),
			  "terminationGracePeriodSeconds: nothing is terminated here");
	return result;
}

static const struct {
	const char *member, *kind;
} handlers[] = {
	{"httpGet", "http"},
	{"tcpSocket", "tcp"},
	{"grpc", "grpc"},
	{"exec", "exec"},
};

const char *probe_kind(const struct probe *probe, yaml_node_t **handler)
{
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++) {
		*handler = tree_member(probe->document, probe->node, handlers[i].member);
		if (*handler)
			return handlers[i].kind;
	}
	return NULL;
}

/* A number, or the name of one of the container's ports. */
static bool find_port(const struct probe *probe, yaml_node_t *handler, uint64_t *port)
{
	yaml_node_t *node = tree_member(probe->document, handler, "port");
	yaml_node_t *ports = tree_member(probe->document, probe->container, "ports"), *entry;

	if (tree_number(node, port))
		return *port > 0 && *port <= UINT16_MAX;
	for (size_t i = 0; (entry = tree_entry(probe->document, ports, i)); i++)
		if (!strcmp(tree_member_text(probe->document, entry, "name", ""),
			    tree_text(node, "?")))
			return tree_number(tree_member(probe->document, entry, "containerPort"),
					   port);
	return false;
}

static void write_target(struct conversion *conversion, const struct probe *probe,
			 yaml_node_t *handler, struct notes *notes)
{
	const char *host = tree_member_text(probe->document, handler, "host", NULL);
	struct xb_address address = conversion->address;
	char text[ADDRESS_TEXT_BYTES];
	uint64_t port;

	if (host && address_parse(host, &address))
		notes_add(notes, tree_line(handler), "host %s: write its address as connect_ip",
			  host);
	else if (host || conversion->has_address)
		config_print_line(&conversion->printer, "connect_ip %s",
				  address_format(&address, text));
	if (find_port(probe, handler, &port))
		config_print_line(&conversion->printer, "connect_port %" PRIu64, port);
	else
		conversion_error(conversion, tree_line(handler),
				 "port '%s' is neither a number nor the name of a containerPort",
				 tree_member_text(probe->document, handler, "port", ""));
}

static void write_headers(struct conversion *conversion, const struct probe *probe,
			  yaml_node_t *handler)
{
	yaml_node_t *headers = tree_member(probe->document, handler, "httpHeaders"), *entry;
	bool accepts = false;

	for (size_t i = 0; (entry = tree_entry(probe->document, headers, i)); i++) {
		const char *name = tree_member_text(probe->document, entry, "name", "");
		const char *value = tree_member_text(probe->document, entry, "value", "");

		accepts |= !strcasecmp(name, "Accept");
		if (!strcasecmp(name, "Host"))
			conversion_write_text(conversion, "virtualhost", value);
		else
			conversion_write_format(conversion, "header", "%s: %s", name, value);
	}
	if (!accepts)
		config_print_token(&conversion->printer, "header", "Accept: */*");
}

static void write_http(struct conversion *conversion, const struct probe *probe,
		       yaml_node_t *handler, struct notes *notes)
{
	const char *path = tree_member_text(probe->document, handler, "path", "/");

	write_target(conversion, probe, handler, notes);
	config_print_line(&conversion->printer, "http_protocol 1.1");
	config_print_line(&conversion->printer, "follow_redirects");
	write_headers(conversion, probe, handler);
	config_print_open(&conversion->printer, "url", NULL);
	conversion_write_text(conversion, "path", path);
	config_print_line(&conversion->printer, "status_code 200-399");
	config_print_close(&conversion->printer);
}

static void write_grpc(struct conversion *conversion, const struct probe *probe,
		       yaml_node_t *handler, struct notes *notes)
{
	const char *service = tree_member_text(probe->document, handler, "service", "");

	write_target(conversion, probe, handler, notes);
	if (*service)
		conversion_write_text(conversion, "service", service);
}

static void write_exec(struct conversion *conversion, const struct probe *probe,
		       yaml_node_t *handler, struct notes *notes)
{
	yaml_node_t *command = tree_member(probe->document, handler, "command"), *entry;
	_cleanup_free_ char **arguments = NULL;
	size_t count = 0;

	do {
		arguments = array_grow(arguments, &count, sizeof(*arguments));
		entry = tree_entry(probe->document, command, count - 1);
		if (entry)
			arguments[count - 1] = (char *)(uintptr_t)tree_text(entry, "");
	} while (entry);
	if (count == 1)
		conversion_error(conversion, tree_line(handler), "exec: command is missing");
	else
		config_print_command(&conversion->printer, "misc_path",
				     &(struct config_command){.arguments = arguments});
	notes_add(notes, tree_line(handler),
		  "exec: its program runs on this machine, not in the container");
}

void probe_write(struct conversion *conversion, const struct probe *probe, struct notes *notes)
{
	yaml_node_t *handler;
	const char *kind = probe_kind(probe, &handler);
	bool is_tls =
		!strcmp(tree_member_text(probe->document, handler, "scheme", "HTTP"), "HTTPS");

	config_print_open(&conversion->printer, is_tls ? "https" : kind, NULL);
	if (!strcmp(kind, "http"))
		write_http(conversion, probe, handler, notes);
	else if (!strcmp(kind, "grpc"))
		write_grpc(conversion, probe, handler, notes);
	else if (!strcmp(kind, "exec"))
		write_exec(conversion, probe, handler, notes);
	else
		write_target(conversion, probe, handler, notes);
	config_print_close(&conversion->printer);
}
