// SPDX-License-Identifier: GPL-2.0-or-later
/* Regular expressions of url blocks, compiled as xbeat-checker will do. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "user/config/pools/check_rows.h"
#include <pcre2.h>

#define MESSAGE_BYTES 128

void pool_check_regex(struct config_parser *parser, const struct config_check_url *url,
		      const struct config_block *block)
{
	pcre2_code *code;
	PCRE2_SIZE offset;
	PCRE2_UCHAR message[MESSAGE_BYTES];
	int error;

	if (!url->regex)
		return;
	code = pcre2_compile((PCRE2_SPTR)url->regex, PCRE2_ZERO_TERMINATED, url->regex_options,
			     &error, &offset, NULL);
	if (!code) {
		pcre2_get_error_message(error, message, sizeof(message));
		config_error(
			parser, *config_block_seen(block, "regex"),
			"'%s' is no regular expression: %s at its character %zu; see pcre2pattern(3)",
			url->regex, (const char *)message, offset);
	}
	pcre2_code_free(code);
}
