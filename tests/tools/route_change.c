// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * route_change: the routes and rules of a configuration, without the daemon.
 *
 *   route_change add|remove FILE [INTERFACE]  those of static_routes, static_rules and all instances;
 *                                             INTERFACE: for routes that name none
 *   route_change print FILE                   their lines, as they are printed
 *
 * Failures are printed on the standard output as "LINE ERRNO-NAME"; the exit status is 1 only if
 * the configuration is wrong.
 */
#include "user/config/host/environment.h"
#include "user/config/print/print.h"
#include "user/lib/files/file.h"
#include "user/lib/text/diagnostics_print.h"
#include "user/net/netlink/netlink.h"
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int change_route(struct netlink *netlink, const struct config_route *route, unsigned index);
typedef int change_rule(struct netlink *netlink, const struct config_rule *rule);

static int print_route(struct netlink *netlink, const struct config_route *route, unsigned index)
{
	(void)netlink;
	(void)index;
	config_route_print(stdout, route);
	puts("");
	return 0;
}

static int print_rule(struct netlink *netlink, const struct config_rule *rule)
{
	(void)netlink;
	config_rule_print(stdout, rule);
	puts("");
	return 0;
}

static const struct verb {
	const char *name;
	change_route *route;
	change_rule *rule;
} verbs[] = {
	{"add", netlink_add_route, netlink_add_rule},
	{"remove", netlink_remove_route, netlink_remove_rule},
	{"print", print_route, print_rule},
};

struct run {
	const struct verb *verb;
	struct netlink netlink;
	unsigned interface_index;
};

static void report(struct config_location location, int error)
{
	if (error)
		printf("%u %s\n", location.line, strerrorname_np(-error));
}

static void change_lists(struct run *run, const struct config_route_list *routes,
			 const struct config_rule_list *rules)
{
	for (size_t i = 0; i < routes->count; i++)
		report(routes->entries[i].location,
		       run->verb->route(&run->netlink, &routes->entries[i], run->interface_index));
	for (size_t i = 0; i < rules->count; i++)
		report(rules->entries[i].location,
		       run->verb->rule(&run->netlink, &rules->entries[i]));
}

static struct config *read_config(const char *path)
{
	struct diagnostics diagnostics = {0};
	struct config_machine machine;
	struct config *config = NULL;
	char *text;
	size_t length;

	if (file_read(path, &text, &length))
		return NULL;
	config_machine_init(&machine, NULL);
	config_parse(path, text, length, &machine.environment, &config, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	free(text);
	return config;
}

int main(int argc, char **argv)
{
	struct config *config = argc > 2 ? read_config(argv[2]) : NULL;
	struct run run = {.interface_index = argc > 3 ? if_nametoindex(argv[3]) : 0};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && config; i++) {
		if (!strcmp(argv[1], verbs[i].name))
			run.verb = &verbs[i];
	}
	if (!run.verb || netlink_open(&run.netlink))
		return EXIT_FAILURE;
	change_lists(&run, &config->static_routes, &config->static_rules);
	for (size_t i = 0; i < config->instance_count; i++)
		change_lists(&run, &config->instances[i].routes, &config->instances[i].rules);
	netlink_close(&run.netlink);
	config_free(config);
	return EXIT_SUCCESS;
}
