/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of routing tables, protocols and the like, from the files of iproute2. */
#ifndef XBEAT_CONFIG_SYNTAX_IPROUTE_NAMES_H
#define XBEAT_CONFIG_SYNTAX_IPROUTE_NAMES_H

#include "user/config/syntax/parser.h"

/* Where iproute2 keeps its files (iproute_etc_dir, iproute_usr_dir); "": where it usually does. */
struct config_iproute_directories {
	char etc[256], usr[256];
};

/* Finds the number of a name. file: "rt_tables" and so on. Returns 0 or -ENOENT, with *number
 * untouched. */
int config_iproute_number(const struct config_parser *parser, const char *file, const char *name,
			  uint64_t *number);

#endif
