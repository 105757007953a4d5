/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the heartbeat block and instances share. */
#ifndef XBEAT_CONFIG_BLOCKS_HEARTBEAT_H
#define XBEAT_CONFIG_BLOCKS_HEARTBEAT_H

#include "user/config/model/config.h"
#include "user/config/syntax/parser.h"

/* Reports a guard_timeout, of the heartbeat block or of an instance, that defeats its purpose. */
void config_check_guard(struct config_parser *parser, struct config_location location,
			uint64_t guard_timeout_ns, const struct config_heartbeat *heartbeat);

/* Keeps where the keywords of a scope are on which nodes must agree (core/statement.h); that of the
 * block where a keyword was not given. */
void config_keep_locations(const struct config_block *block, enum statement_scope scope,
			   struct config_location locations[static STATEMENT_SETTING_COUNT]);

#endif
