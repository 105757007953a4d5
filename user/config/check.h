/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the whole file can tell. */
#ifndef XBEAT_CONFIG_CHECK_H
#define XBEAT_CONFIG_CHECK_H

#include "user/config/syntax/parser.h"

/* Checks what was read, and settles it: defaults that depend on other settings are filled in. */
void config_check(struct config_parser *parser);

#endif
