/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of virtual_ipaddress and its fellows. Private to user/core/config*.c. */
#ifndef XBEAT_CONFIG_BLOCKS_VIP_H
#define XBEAT_CONFIG_BLOCKS_VIP_H

#include "user/config/syntax/parser.h"

#define CONFIG_VIP_USAGE                                                                           \
	"ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev NAME] [scope SCOPE] [label NAME] [peer "          \
	"ADDRESS[/LENGTH]] [home] [-nodad] [mngtmpaddr] [noprefixroute] [autojoin] [no_track] "    \
	"[preferred_lft SECONDS|forever]"

/* Reads the options behind an address, words[1] to words[count - 1], into *vip, whose address and
 * prefix length are there. Reports what is wrong. */
void config_read_vip_options(struct config_parser *parser, const struct config_token *words,
			     size_t count, struct config_vip *vip);

#endif
