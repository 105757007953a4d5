// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints routes and rules with the tables that read them. */
#include "user/config/blocks/route.h"
#include "user/config/print/print.h"
#include "user/config/print/printer.h"
#include "user/config/syntax/options.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <stdlib.h>

void config_route_print(FILE *out, const struct config_route *route)
{
	bool first = true;

	config_options_print(&config_route_options, out, route, &first);
	for (size_t i = 0; i < route->next_hop_count; i++) {
		if (route->next_hop_count > 1)
			fprintf(out, " nexthop");
		config_options_print(&config_next_hop_options, out, &route->next_hops[i], &first);
	}
}

void config_rule_print(FILE *out, const struct config_rule *rule)
{
	bool first = true;

	if (rule->family == 6 && !rule->from.given && !rule->to.given) {
		fprintf(out, "inet6");
		first = false;
	}
	config_options_print(&config_rule_options, out, rule, &first);
}

void config_print_routes(struct config_printer *printer, const char *keyword,
			 const struct config_route_list *routes)
{
	if (!routes->count)
		return;
	config_print_open(printer, keyword, NULL);
	for (size_t i = 0; i < routes->count; i++) {
		config_print_indent(printer);
		config_route_print(printer->stream, &routes->entries[i]);
		fputc('\n', printer->stream);
	}
	config_print_close(printer);
}

void config_print_rules(struct config_printer *printer, const char *keyword,
			const struct config_rule_list *rules)
{
	if (!rules->count)
		return;
	config_print_open(printer, keyword, NULL);
	for (size_t i = 0; i < rules->count; i++) {
		config_print_indent(printer);
		config_rule_print(printer->stream, &rules->entries[i]);
		fputc('\n', printer->stream);
	}
	config_print_close(printer);
}
