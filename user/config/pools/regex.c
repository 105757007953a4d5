// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regular expressions of url blocks, compiled as xbeat-checker will do. The library is loaded with the
 * first one: xbeatd locks its memory, within 8 MiB where that is limited.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "user/config/pools/check_rows.h"
#include "user/lib/log.h"
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

/* Without the library xbeat-checker, which needs it, does not start either, and reports that. */
static bool load(void)
{
	void *handle;

	if (library.compile)
		return true;
	handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (handle && find(handle, "pcre2_code_free_8", (void *)&library.code_free) &&
	    find(handle, "pcre2_get_error_message_8", (void *)&library.message) &&
	    find(handle, "pcre2_compile_8", (void *)&library.compile))
		return true;
	log_warning("regex is not checked: %s", dlerror());
	return false;
}

void pool_check_regex(struct config_parser *parser, const struct config_check_url *url,
		      const struct config_block *block)
{
	pcre2_code *code;
	PCRE2_SIZE offset;
	PCRE2_UCHAR message[MESSAGE_BYTES];
	int error;

	if (!url->regex || !load())
		return;
	code = library.compile((PCRE2_SPTR)url->regex, PCRE2_ZERO_TERMINATED, url->regex_options,
			       &error, &offset, NULL);
	if (!code) {
		library.message(error, message, sizeof(message));
		config_error(
			parser, *config_block_seen(block, "regex"),
			"'%s' is no regular expression: %s at its character %zu; see pcre2pattern(3)",
			url->regex, (const char *)message, offset);
	}
	library.code_free(code);
}
