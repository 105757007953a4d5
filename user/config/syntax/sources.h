/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the text of a configuration comes from: its files, and the uses of definitions. A struct
 * config_location refers to both by number. Messages are formatted here, so that each names its
 * file and definition.
 */
#ifndef XBEAT_CONFIG_SYNTAX_SOURCES_H
#define XBEAT_CONFIG_SYNTAX_SOURCES_H

#include "user/config/model/config.h"
#include <stdarg.h>

#define CONFIG_LOCATION_TEXT_BYTES 300

/* One use of a definition. Number 0: the text is in the file itself. */
struct config_expansion {
	const char *name; /* without the $; borrowed from the definition */
	unsigned definition; /* number of the definition, new for each value of a name */
	struct config_location used;
};

struct config_sources {
	const char **files; /* 0: the configuration itself; borrowed from diagnostics */
	size_t file_count;
	struct config_expansion *expansions;
	size_t expansion_count;
	struct diagnostics *diagnostics;
};

/* file: name of the configuration itself, borrowed. */
void config_sources_init(struct config_sources *sources, const char *file,
			 struct diagnostics *diagnostics);

void config_sources_free(struct config_sources *sources);

/* Returns the number of a file, assigned at its first use. */
unsigned config_sources_file(struct config_sources *sources, const char *name);

/* Returns the number of a new expansion. */
unsigned config_sources_expansion(struct config_sources *sources, struct config_expansion use);

/* Returns the name of the file that contains the location. */
const char *config_sources_file_name(const struct config_sources *sources,
				     struct config_location location);

/* Writes "line 7", or "line 7 of FILE" if there are several files; returns text. */
const char *config_sources_describe(const struct config_sources *sources,
				    struct config_location location,
				    char text[static CONFIG_LOCATION_TEXT_BYTES]);

/* Reports a problem at a location, with the definitions that its text comes from. */
void config_sources_report(const struct config_sources *sources, enum diagnostic_severity severity,
			   struct config_location location, const char *format, va_list arguments);

#endif
