/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations: every refusal has a diagnostic, and an accepted one is the same after printing
 * and parsing it again. Included files come from memory.
 *
 * Few random texts are configurations, so the mutator knows lines, tokens and blocks: it moves them
 * within one text and from another text, and replaces tokens by keywords (fuzz_config.dict) and by
 * values.
 */
#include "tests/fuzz/input.h"
#include "user/config/model/config.h"
#include "user/config/print/print.h"
#include "user/lib/text/diagnostics.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *out, size_t out_max, unsigned seed);

static const char *const values[] = {
	"0",
	"1",
	"-1",
	"2",
	"254",
	"255",
	"256",
	"4095",
	"40.95",
	"0.01",
	"1e3",
	"0x10",
	"99999999999",
	"5ms",
	"2s",
	"1500us",
	"1m",
	"on",
	"off",
	"eth0",
	"10.0.0.1",
	"fe80::1",
	"fd00::/7",
	"10.0.0.0/8",
	"224.0.0.18",
	"10.0.0.1-9",
	"TUN",
	"200-299",
	"00ff",
	"0.0.0.0",
	"\"a b\"",
	"\"\"",
	"$A",
	"${_INSTANCE}",
	"~SEQ(i, 1, 3)",
	"{",
	"}",
	"!",
	"a-name-of-sixteen",
};

static char *variable(const char *name)
{
	return strcmp(name, "HOME") ? NULL : (char *)"/root";
}

/* Every pattern matches one file, patterns of some lengths a second one. */
static int find(const char *pattern, char ***paths, size_t *count)
{
	if (strlen(pattern) > 2000)
		return -EACCES;
	*paths = calloc(2, sizeof(**paths));
	(*paths)[0] = strdup(pattern);
	*count = 1;
	if (strlen(pattern) % 3 == 0)
		(*paths)[(*count)++] = strdup("/etc/other.conf");
	return 0;
}

static int read_file(const char *path, char **text, size_t *length)
{
	*text = strdup(strchr(path, 'x')
			       ? "include more.conf\nvrrp_script s {\nscript \"/bin/true $A\"\n}\n"
			       : "$A=1\nglobal_defs {\n router_id q\n}\n");
	*length = strlen(*text);
	return 0;
}

static struct config *parse(const char *text, size_t length)
{
	static const struct config_environment environment = {
		.config_id = "node-a",
		.directory = "/etc/xbeat",
		.random_seed = 7,
		.variable = variable,
		.find = find,
		.read = read_file,
	};
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	int error = config_parse("a.conf", text, length, &environment, &config, &diagnostics);

	if (error && (!diagnostics.error_count || config))
		abort();
	diagnostics_free(&diagnostics);
	return config;
}

static void check_printed(const struct config *config)
{
	char *printed = config_print(config);
	struct config *again = parse(printed, strlen(printed));
	char *printed_again = again ? config_print(again) : NULL;

	if (!printed_again || strcmp(printed, printed_again) != 0) {
		fprintf(stderr, "printed:\n%s\nread again and printed:\n%s\n", printed,
			printed_again ? printed_again : "refused");
		abort();
	}
	config_free(again);
	free(printed_again);
	free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct config *config;

	memcpy(text, data, size);
	text[size] = '\0';
	config = parse(text, size);
	if (config)
		check_printed(config);
	config_free(config);
	free(text);
	return 0;
}

/* A part of a text: a token, a line, or lines up to the end of the block that they open. */
struct part {
	size_t start, end;
};

static unsigned random_next(unsigned *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static struct part find_line(const uint8_t *text, size_t size, size_t at)
{
	struct part line = {at, at};

	while (line.start > 0 && text[line.start - 1] != '\n')
		line.start--;
	while (line.end < size && text[line.end] != '\n')
		line.end++;
	line.end += line.end < size;
	return line;
}

static struct part find_token(const uint8_t *text, size_t size, size_t at)
{
	struct part token = {at, at};

	while (token.start > 0 && !isspace(text[token.start - 1]))
		token.start--;
	while (token.end < size && !isspace(text[token.end]))
		token.end++;
	return token;
}

static struct part find_block(const uint8_t *text, size_t size, size_t at)
{
	struct part block = find_line(text, size, at);
	int depth = 0;

	for (size_t i = block.start; i < size; i++) {
		depth += (text[i] == '{') - (text[i] == '}');
		if (text[i] == '\n' && depth <= 0) {
			block.end = i + 1;
			break;
		}
	}
	return block;
}

static struct part find_part(const uint8_t *text, size_t size, unsigned *seed)
{
	static struct part (*const finders[])(const uint8_t *, size_t,
					      size_t) = {find_line, find_token, find_block};

	if (!size)
		return (struct part){0};
	return finders[random_next(seed) % 3](text, size, random_next(seed) % size);
}

/* Replaces a part by other bytes, if they fit. Returns the new size. */
static size_t replace(uint8_t *text, size_t size, size_t size_max, struct part part,
		      const void *bytes, size_t length)
{
	size_t tail_bytes = size - part.end;

	if (size - (part.end - part.start) + length > size_max)
		return size;
	memmove(text + part.start + length, text + part.end, tail_bytes);
	memcpy(text + part.start, bytes, length);
	return part.start + length + tail_bytes;
}

static size_t set_value(uint8_t *text, size_t size, size_t size_max, unsigned *seed)
{
	const char *value = values[random_next(seed) % (sizeof(values) / sizeof(values[0]))];

	return replace(text, size, size_max, find_token(text, size, random_next(seed) % size),
		       value, strlen(value));
}

/* Inserts a copy of a part of other at the start of a part of text, or replaces that part. */
static size_t copy_part(uint8_t *text, size_t size, size_t size_max, const uint8_t *other,
			size_t other_size, unsigned *seed)
{
	struct part from = find_part(other, other_size, seed);
	struct part to = find_part(text, size, seed);
	uint8_t *copy = malloc(from.end - from.start + 1);

	memcpy(copy, other + from.start, from.end - from.start);
	if (random_next(seed) & 1)
		to.end = to.start;
	size = replace(text, size, size_max, to, copy, from.end - from.start);
	free(copy);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	if (!size)
		return LLVMFuzzerMutate(data, size, size_max);
	switch (random_next(&seed) % 4) {
	case 0:
		return set_value(data, size, size_max, &seed);
	case 1:
		return copy_part(data, size, size_max, data, size, &seed);
	case 2:
		return replace(data, size, size_max, find_part(data, size, &seed), "", 0);
	}
	return LLVMFuzzerMutate(data, size, size_max); /* with the keywords of the dictionary */
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *out, size_t out_max, unsigned seed)
{
	size_t size = one_size < out_max ? one_size : out_max;

	memcpy(out, one, size);
	return copy_part(out, size, out_max, other, other_size, &seed);
}
