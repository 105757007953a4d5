/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keywords of keepalived that xbeat does not support, block by block. */
#ifndef XBEAT_CONFIG_BLOCKS_UNSERVED_H
#define XBEAT_CONFIG_BLOCKS_UNSERVED_H

#include "user/config/syntax/parser.h"

extern const struct config_unserved_list config_unserved_top;
extern const struct config_unserved_list config_unserved_globals;
extern const struct config_unserved_list config_unserved_instance;
extern const struct config_unserved_list config_unserved_group;
extern const struct config_unserved_list config_unserved_none;

#endif
