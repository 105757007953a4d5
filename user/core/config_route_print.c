// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes and rules as lines that can be read again, from the tables that they were read with. */
#include <user/core/config_options.h>
#include <user/core/config_print.h>

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
