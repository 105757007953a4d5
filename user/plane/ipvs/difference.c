/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/plane/ipvs/difference.h"
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

static void add_text(char *what, const char *name, const char *found, const char *expected)
{
	size_t length = strlen(what);

	snprintf(what + length, IPVS_DIFFERENCE_BYTES - length, "%s%s %s instead of %s",
		 length ? ", " : "", name, found, expected);
}

static void add_number(char *what, const char *name, uint32_t found, uint32_t expected)
{
	char texts[2][12];

	if (found == expected)
		return;
	snprintf(texts[0], sizeof(texts[0]), "%u", found);
	snprintf(texts[1], sizeof(texts[1]), "%u", expected);
	add_text(what, name, texts[0], texts[1]);
}

static const char *or_none(const char *name)
{
	return name[0] ? name : "none";
}

bool ipvs_service_difference(const struct ipvs_service_settings *found,
			     const struct ipvs_service_settings *expected,
			     char what[static IPVS_DIFFERENCE_BYTES])
{
	what[0] = '\0';
	if (strcmp(found->scheduler, expected->scheduler))
		add_text(what, "scheduler", found->scheduler, expected->scheduler);
	add_number(what, "flags", found->flags, expected->flags);
	add_number(what, "persistence", found->timeout_s, expected->timeout_s);
	if (found->netmask != expected->netmask)
		add_text(what, "persistence mask", "another", "ours");
	if (strcmp(found->engine, expected->engine))
		add_text(what, "persistence engine", or_none(found->engine),
			 or_none(expected->engine));
	return what[0];
}

static const char *method_name(uint32_t method)
{
	switch (method) {
	case IP_VS_CONN_F_MASQ:
		return "NAT";
	case IP_VS_CONN_F_DROUTE:
		return "DR";
	case IP_VS_CONN_F_TUNNEL:
		return "TUN";
	default:
		return "other";
	}
}

static bool same_tunnel(const struct ipvs_server_settings *a, const struct ipvs_server_settings *b)
{
	return a->tunnel == b->tunnel && a->tunnel_port == b->tunnel_port &&
	       a->tunnel_flags == b->tunnel_flags;
}

bool ipvs_server_difference(const struct ipvs_server_settings *found,
			    const struct ipvs_server_settings *expected,
			    char what[static IPVS_DIFFERENCE_BYTES])
{
	what[0] = '\0';
	if (found->method != expected->method)
		add_text(what, "method", method_name(found->method), method_name(expected->method));
	add_number(what, "weight", found->weight, expected->weight);
	add_number(what, "uthreshold", found->upper_threshold, expected->upper_threshold);
	add_number(what, "lthreshold", found->lower_threshold, expected->lower_threshold);
	if (!same_tunnel(found, expected))
		add_text(what, "tunnel", "another", "ours");
	return what[0];
}
