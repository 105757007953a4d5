// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * include PATTERN: reads the matching files, in order, as if their text were in its place. Relative
 * patterns start at the directory of the file that contains them. A letter after "include" selects
 * which failures are errors; without one they are warnings. include_check sets this for the rest of
 * the file.
 */
#include "user/config/syntax/parser.h"
#include "user/config/syntax/preprocess.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERNS_MAX 256

enum check {
	CHECK_READABLE = 1, /* a match is a readable file */
	CHECK_MATCH = 2, /* a name without wildcards exists */
	CHECK_WILDCARD = 4, /* wildcards match something */
	CHECK_BRACES = 8, /* each alternative of {A,B} matches something */
	CHECK_ALL = 15,
};

/* keepalived combines each check with readability, and wildcards with names. */
static const struct {
	char letter;
	const char *name;
	unsigned checks; /* including those that it implies */
	unsigned own;
} kinds[] = {
	{'r', "readable", CHECK_READABLE, CHECK_READABLE},
	{'m', "match", CHECK_READABLE | CHECK_MATCH, CHECK_MATCH},
	{'w', "wildcard_match", CHECK_READABLE | CHECK_MATCH | CHECK_WILDCARD, CHECK_WILDCARD},
	{'b', "brace_match", CHECK_READABLE | CHECK_BRACES, CHECK_BRACES},
	{'a', "all", CHECK_ALL, CHECK_ALL},
};

struct include {
	struct config_preprocessor *preprocessor;
	struct config_location location;
	unsigned checks;
	size_t read_count;
};

static void report(const struct include *include, unsigned check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reports an error if the include asks for the check, otherwise a warning. */
static void report(const struct include *include, unsigned check, const char *format, ...)
{
	enum diagnostic_severity severity =
		include->checks & check ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING;
	va_list arguments;

	va_start(arguments, format);
	config_sources_report(&include->preprocessor->sources, severity, include->location, format,
			      arguments);
	va_end(arguments);
}

/* Reports a file that is already being read, or too many levels. Returns whether the file may be
 * read. */
static bool may_open(const struct include *include, unsigned source)
{
	const struct config_preprocessor *preprocessor = include->preprocessor;
	const char *const *files = preprocessor->sources.files;

	for (size_t i = 0; i < preprocessor->open_count; i++) {
		if (preprocessor->open_sources[i] != source)
			continue;
		config_preprocess_error(preprocessor, include->location,
					"%s includes itself through %s; break the cycle",
					files[source], files[preprocessor->source]);
		return false;
	}
	if (preprocessor->open_count < ARRAY_SIZE(preprocessor->open_sources))
		return true;
	config_preprocess_error(preprocessor, include->location,
				"includes are nested more than %zu levels deep; use fewer levels",
				ARRAY_SIZE(preprocessor->open_sources));
	return false;
}

static void read_file(struct include *include, const char *path)
{
	struct config_preprocessor *preprocessor = include->preprocessor;
	unsigned source = config_sources_file(&preprocessor->sources, path);
	char *text = NULL;
	size_t length = 0;
	int error;

	if (!may_open(include, source))
		return;
	error = preprocessor->environment->read(path, &text, &length);
	if (error) {
		report(include, CHECK_READABLE, "cannot read the included file %s: %s", path,
		       strerror(-error));
		return;
	}
	include->read_count++;
	if (config_preprocess_charge(preprocessor, CONFIG_STEP_BYTES + length, include->location))
		preprocessor->run_file(preprocessor, source, text, length);
	free(text);
}

/* Reads the files that match one pattern without braces. Returns whether there are any. */
static bool read_matches(struct include *include, const char *pattern)
{
	const struct config_environment *environment = include->preprocessor->environment;
	char **paths = NULL;
	size_t count = 0;

	if (!environment->find || environment->find(pattern, &paths, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		read_file(include, paths[i]);
		free(paths[i]);
	}
	free(paths);
	return count > 0;
}

static bool has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[");
}

/* Returns the "}" that matches the "{" at open, or NULL. */
static const char *matching_brace(const char *open)
{
	unsigned depth = 0;

	for (const char *at = open; *at; at++) {
		depth += *at == '{';
		if (*at == '}' && --depth == 0)
			return at;
	}
	return NULL;
}

static void expand_braces(const char *pattern, char ***patterns, size_t *count);

/* Expands prefix, alternative and suffix, put together. */
static void expand_alternative(const char *pattern, const char *open, const char *begin,
			       const char *end, const char *suffix, char ***patterns, size_t *count)
{
	char *whole;

	if (asprintf(&whole, "%.*s%.*s%s", (int)(open - pattern), pattern, (int)(end - begin),
		     begin, suffix) < 0)
		limits_out_of_memory();
	expand_braces(whole, patterns, count);
	free(whole);
}

/* Appends copies of the patterns that {A,B} stands for, from the left. */
static void expand_braces(const char *pattern, char ***patterns, size_t *count)
{
	const char *open = strchr(pattern, '{');
	const char *close = open ? matching_brace(open) : NULL, *end;

	if (*count == PATTERNS_MAX)
		return;
	if (!close) {
		*patterns = array_grow(*patterns, count, sizeof(**patterns));
		(*patterns)[*count - 1] = text_copy(pattern);
		return;
	}
	for (const char *begin = open + 1; begin <= close; begin = end + 1) {
		unsigned depth = 0;

		for (end = begin; depth > 0 || (*end != ',' && end != close); end++) {
			depth += *end == '{';
			depth -= *end == '}';
		}
		expand_alternative(pattern, open, begin, end, close + 1, patterns, count);
	}
}

/* As in keepalived, wildcards without a match are reported only on request. */
static void report_unmatched(const struct include *include, const char *pattern)
{
	bool wildcard = has_wildcard(pattern);

	if (!wildcard)
		report(include, CHECK_MATCH, "file %s does not exist; correct its name", pattern);
	else if (include->checks & CHECK_WILDCARD)
		report(include, CHECK_WILDCARD, "no file matches %s; correct the pattern", pattern);
}

static void read_pattern(struct include *include, const char *pattern)
{
	bool any = false, last = false;
	char **patterns = NULL;
	size_t count = 0;

	expand_braces(pattern, &patterns, &count);
	for (size_t i = 0; i < count; i++) {
		last = read_matches(include, patterns[i]);
		any = any || last;
		if (!last && count > 1 &&
		    (!has_wildcard(patterns[i]) || include->checks & CHECK_BRACES))
			report(include, CHECK_BRACES,
			       "no file matches %s, an alternative in the braces; correct its name",
			       patterns[i]);
		free(patterns[i]);
	}
	free(patterns);
	if (!any && (count == 1 || !(include->checks & CHECK_BRACES)))
		report_unmatched(include, pattern);
}

/* Puts the directory of the file that is being read before a relative pattern. */
static char *resolve(const struct config_preprocessor *preprocessor, const char *pattern,
		     size_t length)
{
	const char *file = preprocessor->sources.files[preprocessor->source];
	const char *slash = *pattern == '/' ? NULL : strrchr(file, '/');
	char *resolved;

	if (asprintf(&resolved, "%.*s%.*s", slash ? (int)(slash - file) + 1 : 0, file, (int)length,
		     pattern) < 0)
		limits_out_of_memory();
	return resolved;
}

/* Returns the length of keyword if bytes begin with it, followed by a blank or their end;
 * otherwise 0. */
static size_t keyword_bytes(const char *bytes, size_t length, const char *keyword)
{
	size_t bytes_wanted = strlen(keyword);

	if (length < bytes_wanted || memcmp(bytes, keyword, bytes_wanted))
		return 0;
	return length == bytes_wanted || config_is_blank(bytes[bytes_wanted]) ? bytes_wanted : 0;
}

/* Returns the length of "include" or "includeX", 0 for other keywords. */
static size_t keyword_length(const char *bytes, size_t length, unsigned *checks)
{
	size_t plain = keyword_bytes(bytes, length, "include");
	char keyword[] = "include?";

	for (size_t i = 0; !plain && i < ARRAY_SIZE(kinds); i++) {
		keyword[sizeof(keyword) - 2] = kinds[i].letter;
		if (keyword_bytes(bytes, length, keyword)) {
			*checks |= kinds[i].checks;
			return sizeof(keyword) - 1;
		}
	}
	return plain;
}

static size_t skip_blanks(const struct config_text *text, size_t offset, size_t end)
{
	while (offset < end && config_is_blank(text->bytes[offset]))
		offset++;
	return offset;
}

bool config_directive_include(struct config_preprocessor *preprocessor,
			      const struct config_text *text, size_t offset, size_t end)
{
	struct include include = {
		.preprocessor = preprocessor,
		.checks = preprocessor->environment->files_required ? CHECK_ALL
								    : preprocessor->include_checks,
	};
	size_t length = keyword_length(text->bytes + offset, end - offset, &include.checks);
	size_t begin = skip_blanks(text, offset + length, end);
	char *pattern;

	if (!length)
		return false;
	include.location = config_text_location(text, offset);
	while (end > begin && config_is_blank(text->bytes[end - 1]))
		end--;
	if (begin == end) {
		config_preprocess_error(preprocessor, include.location,
					"%.*s lacks a file name; write \"include FILE\"",
					(int)length, text->bytes + offset);
		return true;
	}
	if (end - begin > CONFIG_LINE_BYTES_MAX) {
		config_preprocess_error(preprocessor, include.location,
					"the file name is longer than %d bytes; shorten it",
					CONFIG_LINE_BYTES_MAX);
		return true;
	}
	pattern = resolve(preprocessor, text->bytes + begin, end - begin);
	read_pattern(&include, pattern);
	free(pattern);
	return true;
}

/* Applies one argument of include_check: NAME sets, +NAME adds, -NAME removes. Returns success. */
static bool apply_check(struct config_preprocessor *preprocessor, const char *keyword,
			size_t length)
{
	char sign = *keyword == '+' || *keyword == '-' ? *keyword : '=';
	size_t skip = sign != '=';

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (keyword_bytes(keyword + skip, length - skip, kinds[i].name) != length - skip)
			continue;
		if (sign == '-')
			preprocessor->include_checks &= ~kinds[i].own;
		else
			preprocessor->include_checks |= kinds[i].checks;
		return true;
	}
	return false;
}

bool config_directive_include_check(struct config_preprocessor *preprocessor,
				    const struct config_text *text, size_t offset, size_t end)
{
	size_t length = keyword_bytes(text->bytes + offset, end - offset, "include_check");
	size_t at = skip_blanks(text, offset + length, end);

	if (!length)
		return false;
	if (at == end)
		preprocessor->include_checks = CHECK_ALL;
	else if (text->bytes[at] != '+' && text->bytes[at] != '-')
		preprocessor->include_checks = 0;
	for (size_t next = at; at < end; at = skip_blanks(text, next, end)) {
		for (next = at; next < end && !config_is_blank(text->bytes[next]);)
			next++;
		if (!apply_check(preprocessor, text->bytes + at, next - at))
			config_preprocess_error(
				preprocessor, config_text_location(text, at),
				"unknown check '%.*s'; write readable, match, wildcard_match or brace_match",
				(int)(next - at), text->bytes + at);
	}
	return true;
}
