/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keywords of keepalived that xbeat does not support, block by block. */
#ifndef XBEAT_CONFIG_BLOCKS_UNSUPPORTED_H
#define XBEAT_CONFIG_BLOCKS_UNSUPPORTED_H

#include "user/config/syntax/parser.h"

extern const struct config_unsupported_list config_unsupported_top;
extern const struct config_unsupported_list config_unsupported_globals;
extern const struct config_unsupported_list config_unsupported_instance;
extern const struct config_unsupported_list config_unsupported_group;
extern const struct config_unsupported_list config_unsupported_none;

#endif
