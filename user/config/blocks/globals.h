/* SPDX-License-Identifier: GPL-2.0-or-later */
/* global_defs: what it gives to other blocks. */
#ifndef XBEAT_CONFIG_BLOCKS_GLOBALS_H
#define XBEAT_CONFIG_BLOCKS_GLOBALS_H

#include "user/config/syntax/iproute_names.h"
#include "user/config/syntax/table.h"

/* What global_defs stores for other blocks; the rest goes to struct config. */
struct config_globals {
	char router_id[sizeof(((struct config *)0)->router_id)];
	char vmac_prefix[CONFIG_VMAC_PREFIX_BYTES]; /* "": vrrp */
	char vmac_addr_prefix[CONFIG_VMAC_PREFIX_BYTES]; /* "": vmac_prefix */
	char default_interface[CONFIG_INTERFACE_BYTES]; /* of static addresses */
	struct xb_address group4, group6;
	struct config_instance defaults; /* vrrp_*: for instances without the keyword */
	bool min_garp;
	bool as_always; /* asks for what xbeat does anyway */
	uint8_t realtime_priority;
	bool no_realtime;
	int nice;
	uint8_t json_version;
	uint64_t startup_delay_ns, delay_after_boot_ns;
	uint64_t garp_interval_ns, gna_interval_ns;
	struct config_command script_user;
	bool script_security;
	uint64_t startup_script_timeout_ns, shutdown_script_timeout_ns;
	bool fifo_states;
	bool dynamic_interfaces;
	uint32_t mail_timeout_s;
	bool no_mail_of_faults;
	bool mail; /* smtp_alert; smtp_alert_vrrp, if given, counts more */
	bool has_vrrp_mail, has_mail;
	bool checker_mail, has_checker_mail; /* smtp_alert_checker */
	bool checker_log_all; /* checker_log_all_failures */
	struct config_iproute_directories iproute_directories;
};

/* garp_extra_if, of all instances and of one. */
#define CONFIG_GARP_EXTRA(keyword, type, field, low)                                               \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [all] SECONDS, " #low " to 86400",           \
		.read = config_read_garp_extra, .values_minimum = 1, .values_maximum = 2,          \
		CONFIG_FIELD(type, field), .minimum = (low), .maximum = 86400                      \
	}

/* Settings that an instance takes from global_defs, where they are called vrrp_NAME, unless it
 * has its own: X(kind of row, NAME, field of struct config_instance, lowest, highest). */
#define CONFIG_INHERITED(X)                                                                        \
	X(SECONDS, "garp_master_delay", garp_delay_ns, 0, CONFIG_DAY_NS),                          \
		X(U32, "garp_master_repeat", garp_repeat, 1, 1000),                                \
		X(SECONDS, "garp_master_refresh", garp_refresh_ns, 0, CONFIG_DAY_NS),              \
		X(U32, "garp_master_refresh_repeat", garp_refresh_repeat, 1, 1000),                \
		X(SECONDS, "garp_lower_prio_delay", garp_lower_prio_delay_ns, 0, CONFIG_DAY_NS),   \
		X(U32, "garp_lower_prio_repeat", garp_lower_prio_repeat, 0, 1000),                 \
		X(U32, "down_timer_adverts", down_timer_adverts, 1, 100),                          \
		X(BOOL, "lower_prio_no_advert", lower_prio_no_advert, 0, 1),                       \
		X(BOOL, "higher_prio_send_advert", higher_prio_send_advert, 0, 1),                 \
		X(BOOL, "notify_priority_changes", notify.priority_changes, 0, 1)

/* Sets the defaults, before the file is read.
 * config_finalize_globals() copies the settings to parser->config, after the file is read. */
void config_globals_defaults(struct config_globals *globals);
void config_finalize_globals(struct config_parser *parser);

#endif
