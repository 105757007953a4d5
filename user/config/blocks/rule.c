// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of virtual_rules and static_rules: as in keepalived, "ip rule add" with unabbreviated
 * keywords.
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/route.h"
#include "user/config/syntax/options.h"
#include <linux/fib_rules.h>
#include <netinet/in.h>
#include <string.h>

#define RULE_USAGE                                                                                 \
	"[not] [from ADDRESS/LENGTH] [to ADDRESS/LENGTH] [iif NAME] [fwmark MARK] table TABLE "    \
	"priority NUMBER"

#define RULE(field) .offset = offsetof(struct config_rule, field)
#define FLAG(keyword, flag)                                                                        \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_flag, RULE(flag)                           \
	}
#define ACTION(keyword, number)                                                                    \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_constant, RULE(action), .value = (number)  \
	}

static const struct config_name ip_protocol_names[] = {
	{"icmp", IPPROTO_ICMP},
	{"igmp", IPPROTO_IGMP},
	{"ipip", IPPROTO_IPIP},
	{"tcp", IPPROTO_TCP},
	{"udp", IPPROTO_UDP},
	{"dccp", IPPROTO_DCCP},
	{"ipv6", IPPROTO_IPV6},
	{"gre", IPPROTO_GRE},
	{"esp", IPPROTO_ESP},
	{"ah", IPPROTO_AH},
	{"ospf", 89},
	{"ipv6-icmp", IPPROTO_ICMPV6},
	{"icmpv6", IPPROTO_ICMPV6},
	{"vrrp", 112},
	{"sctp", IPPROTO_SCTP},
	{"udplite", IPPROTO_UDPLITE},
	{0},
};

static const struct config_name group_names[] = {
	{"default", 0},
	{0},
};

#define TOS_FIELD                                                                                  \
	.kind = &config_kind_name, RULE(tos), .names = config_tos_names,                           \
	.names_file = "rt_dsfield", .maximum = UINT8_MAX
#define INPUT_FIELD .kind = &config_kind_interface, RULE(input_interface)
#define IP_PROTOCOL_FIELD                                                                          \
	.kind = &config_kind_name, RULE(ip_protocol), .names = ip_protocol_names, .minimum = 1,    \
	.maximum = UINT8_MAX
#define TABLE_FIELD                                                                                \
	.kind = &config_kind_name, RULE(table), .names = config_table_names,                       \
	.names_file = "rt_tables", .minimum = 1, .maximum = UINT32_MAX
#define PRIORITY_FIELD .kind = &config_kind_number, RULE(priority), .maximum = UINT32_MAX
#define PROTOCOL_FIELD                                                                             \
	.kind = &config_kind_name, RULE(protocol), .names = config_protocol_names,                 \
	.names_file = "rt_protos", .maximum = UINT8_MAX
#define SUPPRESS_LENGTH_FIELD                                                                      \
	.kind = &config_kind_number, RULE(suppress_prefix_length), .maximum = 128
#define SUPPRESS_GROUP_FIELD                                                                       \
	.kind = &config_kind_name, RULE(suppress_interface_group), .names = group_names,           \
	.names_file = "group", .maximum = INT32_MAX

static const struct config_option rule_entries[] = {
	FLAG("not", invert),
	{.name = "from", .kind = &config_kind_prefix, RULE(from)},
	{.name = "to", .kind = &config_kind_prefix, RULE(to)},
	{.name = "tos", TOS_FIELD},
	CONFIG_OPTION_ALIAS("dsfield", TOS_FIELD),
	{.name = "fwmark", .kind = &config_kind_mark, RULE(mark), .maximum = UINT32_MAX},
	{.name = "iif", INPUT_FIELD},
	CONFIG_OPTION_ALIAS("dev", INPUT_FIELD),
	{.name = "oif", .kind = &config_kind_interface, RULE(output_interface)},
	{.name = "ipproto", IP_PROTOCOL_FIELD},
	CONFIG_OPTION_ALIAS("ip_proto", IP_PROTOCOL_FIELD),
	{
		.name = "sport",
		.kind = &config_kind_range,
		RULE(source_ports),
		.minimum = 1,
		.maximum = UINT16_MAX - 1,
	},
	{
		.name = "dport",
		.kind = &config_kind_range,
		RULE(destination_ports),
		.minimum = 1,
		.maximum = UINT16_MAX - 1,
	},
	{.name = "uidrange", .kind = &config_kind_range, RULE(uids), .maximum = UINT32_MAX},
	{
		.name = "tunnel-id",
		.kind = &config_kind_number,
		RULE(tunnel_id),
		.maximum = UINT32_MAX,
	},
	ACTION("nop", FR_ACT_NOP),
	ACTION("blackhole", FR_ACT_BLACKHOLE),
	ACTION("unreachable", FR_ACT_UNREACHABLE),
	ACTION("prohibit", FR_ACT_PROHIBIT),
	FLAG("l3mdev", l3mdev),
	{.name = "goto", .kind = &config_kind_number, RULE(goto_priority), .maximum = UINT32_MAX},
	{.name = "table", TABLE_FIELD},
	CONFIG_OPTION_ALIAS("lookup", TABLE_FIELD),
	{
		.name = "realms",
		.kind = &config_kind_realms,
		.names_file = "rt_realms",
		RULE(realms),
		.maximum = UINT16_MAX,
		.family = 4,
	},
	{.name = "suppress_prefixlength", SUPPRESS_LENGTH_FIELD},
	CONFIG_OPTION_ALIAS("sup_pl", SUPPRESS_LENGTH_FIELD),
	{.name = "suppress_ifgroup", SUPPRESS_GROUP_FIELD},
	CONFIG_OPTION_ALIAS("sup_group", SUPPRESS_GROUP_FIELD),
	{.name = "priority", PRIORITY_FIELD},
	CONFIG_OPTION_ALIAS("preference", PRIORITY_FIELD),
	CONFIG_OPTION_ALIAS("order", PRIORITY_FIELD),
	CONFIG_OPTION_ALIAS("pref", PRIORITY_FIELD),
	{.name = "protocol", PROTOCOL_FIELD},
	CONFIG_OPTION_ALIAS("proto", PROTOCOL_FIELD),
	FLAG("no_track", no_track),
	CONFIG_OPTION_TRACK_GROUP(RULE(track_group)),
	CONFIG_OPTION_REFUSED("map-to", "use the firewall's rules"),
	CONFIG_OPTION_REFUSED("nat", "use the firewall's rules"),
	CONFIG_OPTION_REFUSED("vrf", "write \"l3mdev\", or \"table NUMBER\" with the VRF's table"),
};

const struct config_options config_rule_options = CONFIG_OPTIONS(rule_entries);

/* Reads the keywords that are no fields: a family, and "type", which precedes an action. */
static bool read_other(struct config_line *line, struct config_rule *rule)
{
	static const struct {
		const char *name;
		uint8_t family;
	} keywords[] = {{"inet", 4}, {"inet6", 6}, {"type", 0}};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (!strcmp(line->tokens[line->next].text, keywords[i].name)) {
			line->next++;
			if (keywords[i].family)
				rule->family = keywords[i].family;
			return true;
		}
	}
	return false;
}

static void check_action(struct config_line *line, const struct config_rule *rule)
{
	int actions =
		rule->table.given + rule->goto_priority.given + rule->action.given + rule->l3mdev;
	bool needs_table = rule->realms.given || rule->suppress_prefix_length.given ||
			   rule->suppress_interface_group.given;

	if (actions != 1)
		config_line_error(
			line, line->tokens[0].location,
			"the rule has %s action; write one of table, goto, l3mdev, nop, blackhole, unreachable and prohibit",
			actions ? "more than one" : "no");
	else if (needs_table && !rule->table.given && !rule->l3mdev)
		config_line_error(
			line, line->tokens[0].location,
			"realms, suppress_prefixlength and suppress_ifgroup need a table; add \"table TABLE\" or remove them");
}

/* A rule can only jump forward. */
static void check_goto(struct config_line *line, const struct config_rule *rule)
{
	if (line->failed || !rule->goto_priority.given)
		return;
	if (!rule->priority.given)
		config_line_error(
			line, line->tokens[0].location,
			"a rule with goto needs a priority of its own; add \"priority NUMBER\"");
	else if (rule->goto_priority.value <= rule->priority.value)
		config_line_error(
			line, line->tokens[0].location,
			"goto %u does not lead forward from priority %u; write a higher number",
			rule->goto_priority.value, rule->priority.value);
}

static void finalize_prefix(struct config_prefix *prefix)
{
	/* "from all" matches everything, so it is dropped. */
	if (prefix->any_family)
		*prefix = (struct config_prefix){0};
}

static uint32_t count_assigned(const struct config_rule_list *list)
{
	uint32_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->entries[i].priority_assigned;
	return count;
}

/* As in keepalived, priorities decrease in the order of the file, so that a later rule comes
 * first. */
static void assign_priority(struct config_line *line, struct config_rule *rule)
{
	const struct config *config = line->parser->config;
	uint32_t assigned = count_assigned(&config->static_rules);

	if (rule->priority.given)
		return;
	for (size_t i = 0; i < config->instance_count; i++)
		assigned += count_assigned(&config->instances[i].rules);
	rule->priority.given = true;
	rule->priority.value = CONFIG_RULE_PRIORITY_ASSIGNED - assigned;
	rule->priority_assigned = true;
	config_warning(
		line->parser, rule->location,
		"the rule has no priority; as in keepalived it gets %u, which changes with the rules before it: add \"priority NUMBER\"",
		rule->priority.value);
}

static void finalize_rule(struct config_line *line, struct config_rule *rule)
{
	if (!line->failed)
		check_action(line, rule);
	check_goto(line, rule);
	if (line->failed)
		return;
	if (!rule->family)
		rule->family = config_options_family(&config_rule_options, rule);
	if (!rule->family)
		rule->family = 4;
	config_options_check_family(&config_rule_options, line, rule, rule->family);
	finalize_prefix(&rule->from);
	finalize_prefix(&rule->to);
	if (!line->failed)
		assign_priority(line, rule);
}

static void read_rule(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_options *options = &config_rule_options;
	struct config_rule_list *list = block->target;
	struct config_line line = config_line_begin(parser, statement, "rule", RULE_USAGE);
	struct config_rule rule = {.location = statement->tokens[0].location};

	(void)keyword;
	while (line.next < line.count) {
		if (!config_options_read(options, &line, &rule) && !read_other(&line, &rule))
			config_options_unknown(&options, 1, &line);
	}
	finalize_rule(&line, &rule);
	if (line.failed)
		return;
	list->entries = array_grow(list->entries, &list->count, sizeof(*list->entries));
	list->entries[list->count - 1] = rule;
}

void config_read_rules(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	config_options_read_list(parser, block, keyword, statement, read_rule);
}
