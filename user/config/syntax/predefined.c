// SPDX-License-Identifier: GPL-2.0-or-later
/* The predefined definitions, by table. */
#include "user/config/syntax/parser.h"
#include "user/config/syntax/preprocess.h"
#include "user/lib/text/text_format.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_MAXIMUM_DEFAULT 32767

/* Returns the value, to be freed; NULL if the arguments are invalid. */
typedef char *predefined_value(struct config_preprocessor *preprocessor, const char *arguments);

static char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *print(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	return text;
}

/* Returns the absolute directory of the file that is being read. */
static char *value_of_directory(struct config_preprocessor *preprocessor, const char *arguments)
{
	const char *file = preprocessor->sources.files[preprocessor->source];
	const char *slash = strrchr(file, '/');
	int length = slash ? (int)(slash - file) : 0;

	(void)arguments;
	if (*file == '/')
		return print("%.*s", length ? length : 1, file);
	return print("%s%s%.*s", preprocessor->environment->directory, slash ? "/" : "", length,
		     file);
}

static char *value_of_instance(struct config_preprocessor *preprocessor, const char *arguments)
{
	(void)arguments;
	return text_copy(preprocessor->environment->config_id);
}

/* SplitMix64: has no short cycles, whatever the seed. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

static char *value_of_random(struct config_preprocessor *preprocessor, const char *arguments)
{
	unsigned minimum = 0, maximum = RANDOM_MAXIMUM_DEFAULT;
	int used = 0;

	if (strspn(arguments, "0123456789 ") != strlen(arguments))
		return NULL;
	/* Nine digits always fit; further ones remain unread. */
	(void)sscanf(arguments, "%9u%n %9u%n", &minimum, &used, &maximum, &used);
	used += (int)strspn(arguments + used, " ");
	if (arguments[used] || minimum > maximum)
		return NULL;
	return print("%u", minimum + (unsigned)(next_random(&preprocessor->random_state) %
						(maximum - minimum + 1)));
}

static char *value_of_variable(struct config_preprocessor *preprocessor, const char *arguments)
{
	const struct config_environment *environment = preprocessor->environment;
	const char *value = environment->variable ? environment->variable(arguments) : NULL;

	return value ? text_copy(value) : NULL;
}

static char *value_of_hash(struct config_preprocessor *preprocessor, const char *arguments)
{
	(void)preprocessor;
	(void)arguments;
	return text_copy("#");
}

static char *value_of_bang(struct config_preprocessor *preprocessor, const char *arguments)
{
	(void)preprocessor;
	(void)arguments;
	return text_copy("!");
}

static const struct {
	const char *name;
	predefined_value *value;
} predefined[] = {
	{"_PWD", value_of_directory}, {"_INSTANCE", value_of_instance},
	{"_RANDOM", value_of_random}, {"_ENV", value_of_variable},
	{"_HASH", value_of_hash},     {"_BANG", value_of_bang},
};

const char *config_predefined_name(const char *reference)
{
	size_t length = strcspn(reference, " ");

	for (size_t i = 0; i < ARRAY_SIZE(predefined); i++) {
		if (strlen(predefined[i].name) == length &&
		    !memcmp(reference, predefined[i].name, length))
			return predefined[i].name;
	}
	return NULL;
}

char *config_predefined_value(struct config_preprocessor *preprocessor, const char *reference)
{
	size_t length = strcspn(reference, " ");
	const char *name = config_predefined_name(reference);
	size_t i = 0;

	while (predefined[i].name != name)
		i++;
	return predefined[i].value(preprocessor,
				   reference + length + strspn(reference + length, " "));
}
