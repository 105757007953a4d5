/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks that need the whole file. */
#ifndef XBEAT_CONFIG_CHECK_H
#define XBEAT_CONFIG_CHECK_H

#include "user/config/syntax/parser.h"

/* Checks what was read, and finalizes it: fills in defaults that depend on other settings. */
void config_check(struct config_parser *parser);

#endif
