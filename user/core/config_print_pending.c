// SPDX-License-Identifier: GPL-2.0-or-later
/* To be removed with the merge of routes and rules, which has these. */
#include <user/core/config_print.h>

__attribute__((weak)) void config_route_print(FILE *out, const struct config_route *route)
{
	(void)out;
	(void)route;
}

__attribute__((weak)) void config_rule_print(FILE *out, const struct config_rule *rule)
{
	(void)out;
	(void)rule;
}
