// SPDX-License-Identifier: GPL-2.0-or-later
/* The heartbeat block: links, nodes, timing. check.c checks the nodes against each other. */
#include "user/config/blocks/heartbeat.h"
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/parser.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include <stdlib.h>
#include <string.h>

#define DETECTION_MIN_INTERVALS 2
#define DETECTION_MAX_INTERVALS 50
/* A node that receives nothing can conclude that it is isolated only if it has at least this
 * many peers. */
#define OTHERS_FOR_ISOLATION 2

/* Returns whether what follows the name, if anything does, is "routed". */
static bool check_routed(struct config_parser *parser, const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[2];

	if (statement->count < 3 || !strcmp(token->text, "routed"))
		return true;
	config_error(parser, token->location,
		     "'%s' is not understood; write \"interface NAME [routed]\"", token->text);
	return false;
}

static void read_link(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;
	const struct config_token *token = &statement->tokens[1];
	char interface[CONFIG_INTERFACE_BYTES];

	(void)keyword;
	if (!config_store_interface(parser, token, interface) || !check_routed(parser, statement))
		return;
	for (size_t i = 0; i < heartbeat->interface_count; i++) {
		if (!strcmp(heartbeat->interfaces[i], interface)) {
			config_error(parser, token->location,
				     "interface %s is already link %zu; keep one of them",
				     interface, i);
			return;
		}
	}
	if (heartbeat->interface_count == XB_LINKS_MAX) {
		config_error(parser, token->location,
			     "interface %s exceeds the limit of %d interfaces; remove one",
			     interface, XB_LINKS_MAX);
		return;
	}
	heartbeat->routed[heartbeat->interface_count] = statement->count > 2;
	strcpy(heartbeat->interfaces[heartbeat->interface_count++], interface);
}

/* Returns success. */
static bool read_node_id(struct config_parser *parser, const struct config_token *token,
			 struct config_node *node)
{
	uint64_t id;

	if (config_parse_number(token->text, &id) || id < 1 || id > XB_NODE_ID_MAX) {
		config_error(parser, token->location, "'%s' is not a node id; 1 to %d is allowed",
			     token->text, XB_NODE_ID_MAX);
		return false;
	}
	node->id = (uint16_t)id;
	return true;
}

/* Returns success. */
static bool read_node_address(struct config_parser *parser, const struct config_token *token,
			      struct config_node *node)
{
	struct xb_address *address;

	if (node->address_count == XB_LINKS_MAX) {
		config_error(parser, token->location,
			     "address %s exceeds the limit of %d addresses per node; remove one",
			     token->text, XB_LINKS_MAX);
		return false;
	}
	address = &node->addresses[node->address_count];
	if (address_parse(token->text, address)) {
		config_error(
			parser, token->location,
			"'%s' is not an IP address; write \"node ID NAME ADDRESS... [witness]\"",
			token->text);
		return false;
	}
	if (!config_address_is_unicast(address)) {
		config_error(
			parser, token->location,
			"%s cannot be a node's address; write a unicast address of its interface",
			token->text);
		return false;
	}
	node->address_count++;
	return true;
}

static void read_node(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;
	const struct config_token *tokens = statement->tokens;
	struct config_node node = {.location = tokens[0].location};
	size_t count = statement->count;
	bool right;

	if (!strcmp(tokens[count - 1].text, "witness")) {
		node.witness = true;
		count--;
	}
	if (count < 4) {
		config_error(parser, tokens[0].location, "node lacks an address; write \"%s\"",
			     keyword->usage);
		return;
	}
	right = read_node_id(parser, &tokens[1], &node);
	right &= config_store_text(parser, &tokens[2], "node name", node.name, sizeof(node.name));
	for (size_t i = 3; i < count; i++)
		right &= read_node_address(parser, &tokens[i], &node);
	if (!right)
		return;
	heartbeat->nodes =
		array_grow(heartbeat->nodes, &heartbeat->node_count, sizeof(*heartbeat->nodes));
	heartbeat->nodes[heartbeat->node_count - 1] = node;
}

/* The port, and a second one while it is changed. */
static void read_port(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;
	uint16_t *const ports[] = {&heartbeat->port, &heartbeat->second_port};

	heartbeat->second_port = 0;
	for (size_t i = 1; i < statement->count && i <= ARRAY_SIZE(ports); i++) {
		const struct config_token *token = &statement->tokens[i];
		uint64_t number;

		if (config_parse_number(token->text, &number) || number < keyword->minimum ||
		    number > keyword->maximum)
			config_error(parser, token->location,
				     "port %s is out of range; 1 to 65535 is allowed", token->text);
		else
			*ports[i - 1] = (uint16_t)number;
	}
	if (heartbeat->second_port == heartbeat->port)
		config_error(
			parser, statement->tokens[2].location,
			"the second port is the first one; name the one that is to be used, or write one port");
}

static void read_multiplier(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;

	if (!strcmp(statement->tokens[1].text, "auto"))
		heartbeat->multiplier_auto = true;
	else
		config_read_u32(parser, block, keyword, statement);
}

static void read_on_isolated(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;

	config_store_choice(parser, keyword, &statement->tokens[1], "release", "keep",
			    &heartbeat->release_isolated);
}

static void read_mode(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_heartbeat *heartbeat = block->target;
	const struct config_token *token = &statement->tokens[1];

	for (enum config_xdp_mode mode = 0; mode < CONFIG_XDP_MODE_COUNT; mode++) {
		if (!strcmp(token->text, config_xdp_mode_name(mode))) {
			heartbeat->mode = mode;
			return;
		}
	}
	config_error(parser, token->location, "'%s' is not a mode; write \"%s\"", token->text,
		     keyword->usage);
}

#define HEARTBEAT(field) .offset = offsetof(struct config_heartbeat, field)
#define ONE_VALUE .values_minimum = 1, .values_maximum = 1
#define DURATION_MAX_NS (3600 * NS_PER_SECOND)
#define DURATION(keyword, example, field, low)                                                     \
	{                                                                                          \
		.name = (keyword), .usage = keyword " " example, .read = config_read_duration,     \
		ONE_VALUE, HEARTBEAT(field), .minimum = (low), .maximum = DURATION_MAX_NS          \
	}

static const struct config_keyword heartbeat_keywords[] = {
	{
		.name = "interface",
		.usage = "interface NAME [routed]",
		.read = read_link,
		.flags = CONFIG_REPEATABLE,
		.values_minimum = 1,
		.values_maximum = 2,
	},
	{
		.name = "port",
		.usage = "port 1-65535 [1-65535]",
		.read = read_port,
		.values_minimum = 1,
		.values_maximum = 2,
		.minimum = 1,
		.maximum = UINT16_MAX,
	},
	{
		.name = "cluster_id",
		.usage = "cluster_id 1-65535",
		.read = config_read_u16,
		ONE_VALUE,
		HEARTBEAT(cluster_id),
		.minimum = 1,
		.maximum = UINT16_MAX,
	},
	{
		.name = "key_file",
		.usage = "key_file PATH",
		.read = config_read_string,
		ONE_VALUE,
		HEARTBEAT(key_file),
	},
	{
		.name = "interval",
		.usage = "interval 10ms",
		.read = config_read_duration,
		ONE_VALUE,
		HEARTBEAT(interval_ns),
		.minimum = NS_PER_MS,
		.maximum = 60 * NS_PER_SECOND,
	},
	{
		.name = "multiplier",
		.usage = "multiplier 2-50|auto",
		.read = read_multiplier,
		ONE_VALUE,
		HEARTBEAT(multiplier),
		.minimum = 2,
		.maximum = 50,
	},
	DURATION("detection_min", "20ms", detection_min_ns, NS_PER_MS),
	DURATION("detection_max", "500ms", detection_max_ns, NS_PER_MS),
	DURATION("daemon_timeout", "3s", daemon_timeout_ns, NS_PER_MS),
	DURATION("guard_timeout", "3s", guard_timeout_ns, CONFIG_GUARD_TIMEOUT_MIN_NS),
	DURATION("restart_grace", "1s", restart_grace_ns, 0),
	{
		.name = "on_isolated",
		.usage = "on_isolated release|keep",
		.read = read_on_isolated,
		ONE_VALUE,
	},
	{
		.name = "mode",
		.usage = "mode auto|native|generic|none",
		.read = read_mode,
		ONE_VALUE,
	},
	{
		.name = "node",
		.usage = "node ID NAME ADDRESS... [witness]",
		.read = read_node,
		.flags = CONFIG_REPEATABLE,
		.values_minimum = 3,
		.values_maximum = CONFIG_VALUES_ANY,
	},
};

_Static_assert(ARRAY_SIZE(heartbeat_keywords) <= CONFIG_KEYWORDS_MAX, "heartbeat_keywords");

static const struct config_block_type heartbeat_type = {
	.name = "heartbeat",
	.keywords = heartbeat_keywords,
	.keyword_count = ARRAY_SIZE(heartbeat_keywords),
	.unsupported = &config_unsupported_none,
	.own = true,
};

static void report_missing(struct config_parser *parser, const struct config_block *block,
			   const char *name, const char *remedy)
{
	if (!config_block_seen(block, name))
		config_error(parser, block->location, "heartbeat %s has no %s; add \"%s\"",
			     block->name, name, remedy);
}

/* Returns the location of a keyword, or of the block if the keyword was not given. */
static struct config_location location_of(const struct config_block *block, const char *keyword)
{
	const struct config_location *seen = config_block_seen(block, keyword);

	return seen ? *seen : block->location;
}

/* Reports a keyword that needs "multiplier auto". */
static void drop_bound(struct config_parser *parser, const struct config_block *block,
		       const char *keyword)
{
	const struct config_location *seen = config_block_seen(block, keyword);

	if (seen)
		config_warning(parser, *seen,
			       "%s has no effect without \"multiplier auto\"; add it, or remove %s",
			       keyword, keyword);
}

static void check_detection(struct config_parser *parser, const struct config_block *block)
{
	const struct config_heartbeat *heartbeat = block->target;
	uint64_t least_ns = DETECTION_MIN_INTERVALS * heartbeat->interval_ns;
	char low[CONFIG_DURATION_TEXT_BYTES], high[CONFIG_DURATION_TEXT_BYTES];

	if (heartbeat->detection_min_ns < least_ns)
		config_error(
			parser, location_of(block, "detection_min"),
			"detection_min %s is shorter than %d intervals (%s); raise detection_min",
			config_format_duration(heartbeat->detection_min_ns, low),
			DETECTION_MIN_INTERVALS, config_format_duration(least_ns, high));
	else if (heartbeat->detection_min_ns >= heartbeat->detection_max_ns)
		config_error(
			parser,
			location_of(block, config_block_seen(block, "detection_max")
						   ? "detection_max"
						   : "detection_min"),
			"detection_min %s is not shorter than detection_max %s; lower detection_min or raise detection_max",
			config_format_duration(heartbeat->detection_min_ns, low),
			config_format_duration(heartbeat->detection_max_ns, high));
}

static void finalize_detection(struct config_parser *parser, const struct config_block *block)
{
	struct config_heartbeat *heartbeat = block->target;

	if (!heartbeat->multiplier_auto) {
		drop_bound(parser, block, "detection_min");
		drop_bound(parser, block, "detection_max");
		heartbeat->detection_min_ns = heartbeat->detection_max_ns = 0;
	}
	if (!heartbeat->detection_min_ns)
		heartbeat->detection_min_ns = DETECTION_MIN_INTERVALS * heartbeat->interval_ns;
	if (!heartbeat->detection_max_ns)
		heartbeat->detection_max_ns = DETECTION_MAX_INTERVALS * heartbeat->interval_ns;
	if (heartbeat->multiplier_auto)
		check_detection(parser, block);
}

void config_check_guard(struct config_parser *parser, struct config_location location,
			uint64_t guard_timeout_ns, const struct config_heartbeat *heartbeat)
{
	char guard[CONFIG_DURATION_TEXT_BYTES], other[CONFIG_DURATION_TEXT_BYTES];

	if (guard_timeout_ns <= heartbeat->interval_ns)
		config_error(
			parser, location,
			"guard_timeout %s is not longer than the interval of heartbeat %s (%s), at which the guard is extended; raise guard_timeout",
			config_format_duration(guard_timeout_ns, guard), heartbeat->name,
			config_format_duration(heartbeat->interval_ns, other));
	else if (guard_timeout_ns > heartbeat->daemon_timeout_ns &&
		 guard_timeout_ns > CONFIG_GUARD_TIMEOUT_MIN_NS)
		config_warning(
			parser, location,
			"guard_timeout %s is longer than daemon_timeout %s: no node takes over from a hung node before its guard expires; lower guard_timeout",
			config_format_duration(guard_timeout_ns, guard),
			config_format_duration(heartbeat->daemon_timeout_ns, other));
}

/* The default of restart_grace may exceed the guard: not chosen, so it is not reported. */
static void finalize_guard(struct config_parser *parser, const struct config_block *block)
{
	struct config_heartbeat *heartbeat = block->target;
	char grace[CONFIG_DURATION_TEXT_BYTES], guard[CONFIG_DURATION_TEXT_BYTES];

	if (!heartbeat->guard_timeout_ns) {
		heartbeat->guard_timeout_ns = heartbeat->daemon_timeout_ns;
		if (heartbeat->guard_timeout_ns < CONFIG_GUARD_TIMEOUT_MIN_NS)
			heartbeat->guard_timeout_ns = CONFIG_GUARD_TIMEOUT_MIN_NS;
	}
	/* A daemon_timeout that is too short is reported by check.c. */
	if (heartbeat->daemon_timeout_ns > heartbeat->interval_ns)
		config_check_guard(parser, location_of(block, "guard_timeout"),
				   heartbeat->guard_timeout_ns, heartbeat);
	if (heartbeat->restart_grace_ns != CONFIG_RESTART_GRACE_NS &&
	    heartbeat->restart_grace_ns >= heartbeat->guard_timeout_ns)
		config_warning(
			parser, location_of(block, "restart_grace"),
			"restart_grace %s is not shorter than guard_timeout %s: the guard of a dead daemon expires first and ends the wait for its restart; lower restart_grace",
			config_format_duration(heartbeat->restart_grace_ns, grace),
			config_format_duration(heartbeat->guard_timeout_ns, guard));
}

static void check_isolation(struct config_parser *parser, const struct config_block *block)
{
	const struct config_heartbeat *heartbeat = block->target;

	if (heartbeat->release_isolated && heartbeat->node_count < OTHERS_FOR_ISOLATION + 1)
		config_error(
			parser, location_of(block, "on_isolated"),
			"on_isolated release needs at least %d other nodes: the death of the only one would look like isolation, and no node would keep the addresses; add a witness, or write \"on_isolated keep\"",
			OTHERS_FOR_ISOLATION);
}

void config_keep_locations(const struct config_block *block, enum statement_scope scope,
			   struct config_location locations[static STATEMENT_SETTING_COUNT])
{
	for (size_t i = 0; i < STATEMENT_SETTING_COUNT; i++)
		if (statement_scope((enum statement_setting)i) == scope)
			locations[i] =
				location_of(block, statement_keyword((enum statement_setting)i));
}

static void finalize_heartbeat(struct config_parser *parser, const struct config_block *block)
{
	config_keep_locations(block, STATEMENT_OF_BLOCK,
			      ((struct config_heartbeat *)block->target)->compared);
	finalize_detection(parser, block);
	finalize_guard(parser, block);
	check_isolation(parser, block);
}

static struct config_heartbeat *new_heartbeat(void)
{
	struct config_heartbeat *heartbeat = malloc(sizeof(*heartbeat));

	if (!heartbeat)
		limits_out_of_memory();
	*heartbeat = (struct config_heartbeat){
		.port = XB_PORT_DEFAULT,
		.cluster_id = 1,
		.interval_ns = 10 * NS_PER_MS,
		.multiplier = 3,
		.daemon_timeout_ns = 3 * NS_PER_SECOND,
		.restart_grace_ns = CONFIG_RESTART_GRACE_NS,
	};
	return heartbeat;
}

void config_read_heartbeat(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	const struct config_token *name = &statement->tokens[1];
	struct config_heartbeat *heartbeat = parser->config->heartbeat;
	struct config_block inner = {
		.type = &heartbeat_type,
		.name = name->text,
		.location = statement->tokens[0].location,
	};

	(void)block;
	(void)keyword;
	if (heartbeat) {
		config_error(
			parser, inner.location,
			"a second heartbeat block is not supported; keep this one or \"%s\" on %s",
			heartbeat->name, config_location_text(parser, heartbeat->location));
		config_parser_skip_block(parser, &statement->tokens[0]);
		return;
	}
	heartbeat = parser->config->heartbeat = new_heartbeat();
	heartbeat->location = inner.location;
	config_store_text(parser, name, "heartbeat name", heartbeat->name, sizeof(heartbeat->name));
	inner.target = heartbeat;
	config_parser_block(parser, &inner);
	finalize_heartbeat(parser, &inner);
	report_missing(parser, &inner, "interface", "interface NAME");
	report_missing(parser, &inner, "key_file", "key_file PATH");
}
