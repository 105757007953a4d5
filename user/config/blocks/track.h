/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What instances and sync groups track and notify. */
#ifndef XBEAT_CONFIG_BLOCKS_TRACK_H
#define XBEAT_CONFIG_BLOCKS_TRACK_H

#include "user/config/blocks/command.h"
#include "user/config/model/command.h"
#include "user/config/syntax/table.h"

/* Kinds of tracked things, in the order of enum config_track_kind: X(id, keyword of the block,
 * name of the thing, highest weight, whether the thing itself may be reversed). */
#define CONFIG_TRACK_KINDS(X)                                                                      \
	X(INTERFACE, "track_interface", "interface", 254, false),                                  \
		X(SCRIPT, "track_script", "vrrp_script", 253, true),                               \
		X(PROCESS, "track_process", "vrrp_track_process", 254, true),                      \
		X(FILE, "track_file", "track_file", 254, true),                                    \
		X(PEER, "track_peer", "node", 253, false),                                         \
		X(APP, "track_app", "vrrp_app", 253, true),                                        \
		X(LINK, "track_link", "link", 253, false),                                         \
		X(CHECK, "track_check", "vrrp_check", 253, true)

struct config_track_keyword {
	const char *keyword;
	const char *what;
	int weight_max;
	bool has_noreverse;
};

extern const struct config_track_keyword config_track_keywords[CONFIG_TRACK_CHECK + 1];

/* A row for a target of any type that has tracks and track_count. */
#define CONFIG_TRACK_ROW(type, id, keyword)                                                        \
	{                                                                                          \
		.name = (keyword), .usage = keyword " { NAME [weight NUMBER [reverse]] ... }",     \
		.read = config_read_tracks, .flags = CONFIG_REPEATABLE | CONFIG_MAY_OPEN_BLOCK,    \
		.values_maximum = 4, CONFIG_FIELD(type, tracks),                                   \
		.bytes = offsetof(type, track_count), .minimum = CONFIG_TRACK_##id                 \
	}

/* Commands on state changes: X(id, keyword). notify_deleted is not in the list, because it may
 * have no command. The second list holds the keywords that only instances have. */
#define CONFIG_NOTIFY_KEYWORDS(X)                                                                  \
	X(ANY, "notify"), X(MASTER, "notify_master"), X(BACKUP, "notify_backup"),                  \
		X(FAULT, "notify_fault"), X(STOP, "notify_stop")
#define CONFIG_NOTIFY_INSTANCE_KEYWORDS(X) X(MASTER_RX_LOWER_PRI, "notify_master_rx_lower_pri")

#define CONFIG_COMMAND(keyword, type, member)                                                      \
	{                                                                                          \
		.name = (keyword), .usage = keyword " \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]",  \
		.read = config_read_command, .flags = CONFIG_FIRST_COUNTS, .values_minimum = 1,    \
		.values_maximum = CONFIG_VALUES_ANY, CONFIG_FIELD(type, member)                    \
	}
#define CONFIG_NOTIFY_ROW(type, id, keyword)                                                       \
	CONFIG_COMMAND(keyword, type, notify.commands[CONFIG_NOTIFY_##id])
#define CONFIG_NOTIFY_DELETED_ROW(type)                                                            \
	{                                                                                          \
		.name = "notify_deleted",                                                          \
		.usage = "notify_deleted [\"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]]",             \
		.read = config_read_notify_deleted, .flags = CONFIG_FIRST_COUNTS,                  \
		.values_maximum = CONFIG_VALUES_ANY, CONFIG_FIELD(type, notify)                    \
	}

/* A FIFO and its owner in struct config; a command in struct config. */
#define CONFIG_FIFO(keyword, member)                                                               \
	{                                                                                          \
		.name = (keyword), .usage = keyword " PATH [USER [GROUP]]",                        \
		.read = config_read_fifo, .flags = CONFIG_FIRST_COUNTS, .values_minimum = 1,       \
		.values_maximum = 3, CONFIG_FIELD(struct config, member),                          \
		.bytes = offsetof(struct config, member##_owner)                                   \
	}
#define CONFIG_FIFO_SCRIPT(keyword, member)                                                        \
	{                                                                                          \
		.name = (keyword), .usage = keyword " \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]",  \
		.read = config_read_fifo_script, .flags = CONFIG_FIRST_COUNTS,                     \
		.values_minimum = 1, .values_maximum = CONFIG_VALUES_ANY,                          \
		CONFIG_FIELD(struct config, member)                                                \
	}

config_read config_read_tracks;
config_read config_read_notify_deleted;
config_read config_read_fifo; /* stores into parser->config, as the next one */
config_read config_read_fifo_script;

/* The valid weights of a keyword. */
struct config_weight_range {
	int limit; /* -limit..limit */
	bool no_reverse; /* "noreverse" is allowed */
	const char *usage; /* for messages */
};

/* Reads "NUMBER [reverse]" at tokens[0]. *weight and *reverse are unchanged on error. Returns
 * success. */
bool config_read_weight(struct config_parser *parser, const struct config_token *tokens,
			size_t count, const struct config_weight_range *range, int *weight,
			bool *reverse);

/* A row for "weight NUMBER [reverse]" of a type that has weight and reverse. */
#define CONFIG_WEIGHT_ROW(type, limit)                                                             \
	{                                                                                          \
		.name = "weight", .usage = "weight NUMBER [reverse]", .read = config_read_weights, \
		.values_minimum = 1, .values_maximum = 2, CONFIG_FIELD(type, weight),              \
		.bytes = offsetof(type, reverse), .maximum = (limit)                               \
	}
config_read config_read_weights;

/* Looks up the names in groups and tracks, and finalizes weights, when the file has been read
 * and all instances are finalized. */
void config_finalize_groups(struct config_parser *parser);
void config_finalize_tracks(struct config_parser *parser);

/* Reports that no vrrp_instance has this name. */
void config_report_unknown_instance(struct config_parser *parser, const char *name,
				    struct config_location location);

/* Tracks, in the instances of each track_group, the interfaces of the static addresses, routes and
 * rules that name it. Call it once, after config_finalize_tracks(). */
void config_finalize_track_groups(struct config_parser *parser);

/* Tracks the interfaces that an instance's addresses, routes and rules name, as keepalived does.
 * After its own lines are finalized. */
void config_track_used_interfaces(struct config_parser *parser, struct config_instance *instance);

/* Tracks an interface in an instance for the line at location, whose failure is a fault. */
void config_track_use(struct config_parser *parser, struct config_instance *instance,
		      const char *interface, enum config_track_use use,
		      struct config_location location);

#endif
