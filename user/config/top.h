/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the top-level blocks of a configuration. */
#ifndef XBEAT_CONFIG_TOP_H
#define XBEAT_CONFIG_TOP_H

#include "user/config/syntax/parser.h"

extern const struct config_block_type config_top_type;

#endif
