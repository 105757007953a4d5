/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the text of a configuration comes from: its files, and the uses of
 * definitions that put text together. A struct config_position refers to both
 * by number. Reports are made here, so that each names its file and definition.
 * Private to user/core/config*.c.
 */
#ifndef XBEAT_CONFIG_SYNTAX_ORIGIN_H
#define XBEAT_CONFIG_SYNTAX_ORIGIN_H

#include "user/config/model/config.h"
#include <stdarg.h>

#define CONFIG_PLACE_BYTES 300

/* One use of a definition. Number 0 is none: the text stands in the file as it is. */
struct config_expansion {
	const char *name; /* without the $; borrowed from the definition */
	unsigned definition; /* number of the definition, new for each value that a name gets */
	struct config_position used;
};

struct config_origins {
	const char **files; /* 0: the configuration itself; borrowed from diagnostics */
	size_t file_count;
	struct config_expansion *expansions;
	size_t expansion_count;
	struct diagnostics *diagnostics;
};

/* file: name of the configuration itself, borrowed. */
void config_origins_init(struct config_origins *origins, const char *file,
			 struct diagnostics *diagnostics);

void config_origins_free(struct config_origins *origins);

/* Returns the number of a file, which it gets with its first use. */
unsigned config_origins_file(struct config_origins *origins, const char *name);

/* Returns the number of a new expansion. */
unsigned config_origins_expansion(struct config_origins *origins, struct config_expansion use);

/* Returns the name of the file that holds the position. */
const char *config_origins_name(const struct config_origins *origins,
				struct config_position position);

/* Writes "line 7", or "line 7 of FILE" if there are several files; returns text. */
const char *config_origins_place(const struct config_origins *origins,
				 struct config_position position,
				 char text[static CONFIG_PLACE_BYTES]);

/* Reports what is wrong at a position, with the definitions that its text comes from. */
void config_origins_report(const struct config_origins *origins, enum diagnostic_severity severity,
			   struct config_position position, const char *format, va_list arguments);

#endif
