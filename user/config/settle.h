/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the settings of an instance mean together. */
#ifndef XBEAT_CONFIG_SETTLE_H
#define XBEAT_CONFIG_SETTLE_H

#include "user/config/syntax/parser.h"

/* Settles all instances, in their order. */
void config_settle_instances(struct config_parser *parser);

#endif
