/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses a text and compares all diagnostics, for the tests of the configuration. */
#ifndef XBEAT_TESTS_CONFIG_FIXTURE_H
#define XBEAT_TESTS_CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/config/model/config.h"
#include "user/lib/address.h"
#include <cmocka.h>

/* Every include pattern matches one file. */
static inline int fixture_find(const char *pattern, char ***paths, size_t *count)
{
	*paths = calloc(1, sizeof(**paths));
	(*paths)[0] = strdup(pattern);
	*count = 1;
	return 0;
}

static inline int fixture_read(const char *path, char **text, size_t *length)
{
	(void)path;
	*text = strdup("# nothing");
	*length = strlen(*text);
	return 0;
}

static const struct config_environment fixture_node = {
	.config_id = "main",
	.directory = "/etc",
	.find = fixture_find,
	.read = fixture_read,
};

/* A text, and all its diagnostics as "LINE:COLUMN: error: TEXT\n..."; "" for none. */
struct config_case {
	const char *text;
	const char *diagnostics;
};

static inline char *fixture_render(const struct diagnostics *diagnostics)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	assert_non_null(stream);
	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];

		assert_string_equal(entry->file, "test.conf");
		fprintf(stream, "%u:%u: %s: %s\n", entry->line, entry->column,
			entry->severity == DIAGNOSTIC_ERROR ? "error" : "warning", entry->text);
	}
	fclose(stream);
	return text;
}

/* Returns the configuration, NULL if there were errors. */
static inline struct config *fixture_parse(const char *text, const char *expected)
{
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	int result =
		config_parse("test.conf", text, strlen(text), &fixture_node, &config, &diagnostics);
	char *messages = fixture_render(&diagnostics);

	assert_string_equal(messages, expected);
	assert_int_equal(result == 0, diagnostics.error_count == 0);
	assert_int_equal(result == 0, config != NULL);
	free(messages);
	diagnostics_free(&diagnostics);
	return config;
}

static inline void fixture_run(const struct config_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		config_free(fixture_parse(cases[i].text, cases[i].diagnostics));
}

static inline void check_address(const struct xb_address *address, const char *expected)
{
	char text[ADDRESS_TEXT_BYTES];

	assert_string_equal(address_format(address, text), expected);
}

/* The beginning of a file with one instance (four lines), and addresses for it. */
#define V3 "global_defs { vrrp_version 3 }\n"
#define INSTANCE V3 "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n"
#define VIPS "virtual_ipaddress { 10.0.0.9 }\n"

#define RUN_CASES(cases) fixture_run(cases, sizeof(cases) / sizeof((cases)[0]))

#endif
