// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regular expressions of checks, compiled as xbeat-checker will do. The library is loaded with the
 * first one: xbeatd locks its memory, within 8 MiB where that is limited.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "user/config/pools/check_rows.h"
#include <dlfcn.h>
#include <pcre2.h>

#define LIBRARY "libpcre2-8.so.0"
#define MESSAGE_BYTES 128

static struct {
	__typeof__(pcre2_compile) *compile;
	__typeof__(pcre2_get_error_message) *message;
	__typeof__(pcre2_code_free) *code_free;
} library;

/* dlsym() returns functions as void *. */
static bool find(void *handle, const char *name, void *function)
{
	return (*(void **)function = dlsym(handle, name)) != NULL;
}

/* Returns NULL, or why the library cannot be used. xbeat-checker does not start without it. */
static const char *load(void)
{
	void *handle;

	if (library.compile)
		return NULL;
	handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (handle && find(handle, "pcre2_code_free_8", (void *)&library.code_free) &&
	    find(handle, "pcre2_get_error_message_8", (void *)&library.message) &&
	    find(handle, "pcre2_compile_8", (void *)&library.compile))
		return NULL;
	return dlerror();
}

static void check(struct config_parser *parser, const char *pattern, uint32_t options,
		  struct config_location location)
{
	PCRE2_UCHAR message[MESSAGE_BYTES];
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = library.compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options,
					   &error, &offset, NULL);

	if (!code) {
		library.message(error, message, sizeof(message));
		config_error(
			parser, location,
			"'%s' is no regular expression: %s at its character %zu; see pcre2pattern(3)",
			pattern, (const char *)message, offset);
	}
	library.code_free(code);
}

void pool_check_regex(struct config_parser *parser, const char *pattern, uint32_t options,
		      struct config_location location)
{
	const char *missing = load();

	if (missing)
		config_warning(
			parser, location,
			"the regular expression is not checked: %s; install PCRE2, which xbeat-checker needs",
			missing);
	else
		check(parser, pattern, options, location);
}
