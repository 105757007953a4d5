// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the times of a heartbeat block mean together, once the block is read:
 * their defaults, which depend on one another, and what defeats what.
 */
#include "user/config/syntax/parser.h"
#include "user/config/syntax/value.h"
#include "user/lib/time.h"

#define DETECTION_MIN_INTERVALS 2
#define DETECTION_MAX_INTERVALS 50
/* A node that hears nobody knows that it is alone only if there are so many to hear. */
#define OTHERS_FOR_ISOLATION 2

/* Where a keyword stands, or else the block. */
static struct config_position place_of(const struct config_block *block, const char *keyword)
{
	const struct config_position *seen = config_block_seen(block, keyword);

	return seen ? *seen : block->position;
}

/* A keyword without "multiplier auto" is said to have no effect; its default is put back. */
static void drop_bound(struct config_parser *parser, const struct config_block *block,
		       const char *keyword)
{
	const struct config_position *seen = config_block_seen(block, keyword);

	if (seen)
		config_warning(
			parser, *seen,
			"%s has no effect without \"multiplier auto\"; add that, or remove this",
			keyword);
}

static void check_detection(struct config_parser *parser, const struct config_block *block)
{
	const struct config_heartbeat *heartbeat = block->target;
	uint64_t least_ns = DETECTION_MIN_INTERVALS * heartbeat->interval_ns;
	char low[CONFIG_DURATION_TEXT_BYTES], high[CONFIG_DURATION_TEXT_BYTES];

	if (heartbeat->detection_min_ns < least_ns)
		config_error(parser, place_of(block, "detection_min"),
			     "detection_min %s is shorter than %d intervals, %s; raise it",
			     config_format_duration(heartbeat->detection_min_ns, low),
			     DETECTION_MIN_INTERVALS, config_format_duration(least_ns, high));
	else if (heartbeat->detection_min_ns >= heartbeat->detection_max_ns)
		config_error(
			parser,
			place_of(block, config_block_seen(block, "detection_max")
						? "detection_max"
						: "detection_min"),
			"detection_min %s is not shorter than detection_max %s; leave room between them",
			config_format_duration(heartbeat->detection_min_ns, low),
			config_format_duration(heartbeat->detection_max_ns, high));
}

static void settle_detection(struct config_parser *parser, const struct config_block *block)
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

void config_check_guard(struct config_parser *parser, struct config_position position,
			uint64_t guard_timeout_ns, const struct config_heartbeat *heartbeat)
{
	char guard[CONFIG_DURATION_TEXT_BYTES], other[CONFIG_DURATION_TEXT_BYTES];

	if (guard_timeout_ns <= heartbeat->interval_ns)
		config_error(
			parser, position,
			"guard_timeout %s is not longer than the interval of heartbeat %s, %s, in which it is extended; raise it",
			config_format_duration(guard_timeout_ns, guard), heartbeat->name,
			config_format_duration(heartbeat->interval_ns, other));
	else if (guard_timeout_ns > heartbeat->daemon_timeout_ns &&
		 guard_timeout_ns > CONFIG_GUARD_TIMEOUT_MIN_NS)
		config_warning(
			parser, position,
			"guard_timeout %s is longer than daemon_timeout %s: nobody takes over from a node that hangs before its guard has run out; lower it",
			config_format_duration(guard_timeout_ns, guard),
			config_format_duration(heartbeat->daemon_timeout_ns, other));
}

/* The default of restart_grace is nobody's decision: it may be cut off by a short guard. */
static void settle_guard(struct config_parser *parser, const struct config_block *block)
{
	struct config_heartbeat *heartbeat = block->target;
	char grace[CONFIG_DURATION_TEXT_BYTES], guard[CONFIG_DURATION_TEXT_BYTES];

	if (!heartbeat->guard_timeout_ns) {
		heartbeat->guard_timeout_ns = heartbeat->daemon_timeout_ns;
		if (heartbeat->guard_timeout_ns < CONFIG_GUARD_TIMEOUT_MIN_NS)
			heartbeat->guard_timeout_ns = CONFIG_GUARD_TIMEOUT_MIN_NS;
	}
	/* That daemon_timeout is too short is reported with the whole file. */
	if (heartbeat->daemon_timeout_ns > heartbeat->interval_ns)
		config_check_guard(parser, place_of(block, "guard_timeout"),
				   heartbeat->guard_timeout_ns, heartbeat);
	if (heartbeat->restart_grace_ns != CONFIG_RESTART_GRACE_NS &&
	    heartbeat->restart_grace_ns >= heartbeat->guard_timeout_ns)
		config_warning(
			parser, place_of(block, "restart_grace"),
			"restart_grace %s is not shorter than guard_timeout %s, which ends the wait for a daemon that died; lower it",
			config_format_duration(heartbeat->restart_grace_ns, grace),
			config_format_duration(heartbeat->guard_timeout_ns, guard));
}

static void check_isolation(struct config_parser *parser, const struct config_block *block)
{
	const struct config_heartbeat *heartbeat = block->target;

	if (heartbeat->release_isolated && heartbeat->node_count < OTHERS_FOR_ISOLATION + 1)
		config_error(
			parser, place_of(block, "on_isolated"),
			"on_isolated release needs at least %d other nodes: the death of the only one would look the same, and nobody would keep the addresses; "
			"add a witness, or write \"on_isolated keep\"",
			OTHERS_FOR_ISOLATION);
}

void config_settle_heartbeat(struct config_parser *parser, const struct config_block *block)
{
	settle_detection(parser, block);
	settle_guard(parser, block);
	check_isolation(parser, block);
}
