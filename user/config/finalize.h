/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the settings of an instance mean together. */
#ifndef XBEAT_CONFIG_FINALIZE_H
#define XBEAT_CONFIG_FINALIZE_H

#include "user/config/syntax/parser.h"

/* Finalizes all instances in their order. */
void config_finalize_instances(struct config_parser *parser);

#endif
