// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Without PCRE2's JIT: it needs memory that is writable and executable, and it cannot be stopped.
 * Callouts before each item of the pattern count the steps instead.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "user/checker/methods/regex.h"
#include <errno.h>
#include <pcre2.h>

#define ABANDONED (-9001) /* no error number of PCRE2 */

static int count_step(pcre2_callout_block *block, void *context)
{
	uint32_t *steps = context;

	(void)block;
	return ++*steps > REGEX_STEPS_MAX ? ABANDONED : 0;
}

static pcre2_code *compile(const struct regex_rule *rule)
{
	uint32_t options = rule->options | PCRE2_AUTO_CALLOUT;
	PCRE2_SIZE offset;
	int error;

	if (rule->max_offset)
		options |= PCRE2_USE_OFFSET_LIMIT;
	return pcre2_compile((PCRE2_SPTR)rule->pattern, PCRE2_ZERO_TERMINATED, options, &error,
			     &offset, NULL);
}

static int result_of(int found)
{
	if (found >= 0)
		return 1;
	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	if (found == PCRE2_ERROR_NOMEMORY)
		return -ENOMEM;
	if (found <= PCRE2_ERROR_UTF8_ERR1 && found >= PCRE2_ERROR_UTF8_ERR21)
		return -EILSEQ;
	return -ETIME; /* a limit: of steps, matches, depth or memory */
}

/* An offset within a character of UTF-8 is an error to PCRE2. */
static size_t begin_of(const struct regex_rule *rule, const uint8_t *text, size_t length)
{
	size_t begin = rule->min_offset;

	while (rule->options & PCRE2_UTF && begin < length && (text[begin] & 0xc0) == 0x80)
		begin++;
	return begin;
}

static int search(const struct regex_rule *rule, const pcre2_code *code, const uint8_t *text,
		  size_t length)
{
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	uint32_t steps = 0;
	int found = PCRE2_ERROR_NOMEMORY;

	if (match && limits) {
		pcre2_set_callout(limits, count_step, &steps);
		if (rule->max_offset)
			pcre2_set_offset_limit(limits, rule->max_offset);
		found = pcre2_match(code, text, length, begin_of(rule, text, length), 0, match,
				    limits);
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(match);
	return result_of(found);
}

int regex_search(const struct regex_rule *rule, const uint8_t *text, size_t length)
{
	pcre2_code *code;
	int result;

	if (rule->min_offset > length)
		return 0;
	code = compile(rule);
	if (!code)
		return -EINVAL;
	result = search(rule, code, text, length);
	pcre2_code_free(code);
	return result;
}
