// SPDX-License-Identifier: GPL-2.0-or-later
/* UDP_CHECK: bytes in hexadecimal, of which those of a reply may be anything ("x"). */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/check_rows.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A datagram that fits into any link. */
#define BYTES_MAX 1200

/* Digits of all tokens, without what separates them. */
struct nibbles {
	char digits[2 * BYTES_MAX + 1];
	size_t count;
};

static bool is_digit(char byte, bool wild)
{
	return isxdigit((unsigned char)byte) || (wild && (byte == 'x' || byte == 'X'));
}

/* As in keepalived the last digit of an odd number of them is a byte of its own. */
static bool collect_word(struct nibbles *nibbles, const char *word, size_t length, bool wild)
{
	if (nibbles->count + length + 1 > 2 * BYTES_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(word[i], wild))
			return false;
		if (length % 2 && i == length - 1)
			nibbles->digits[nibbles->count++] = '0';
		nibbles->digits[nibbles->count++] = word[i];
	}
	return true;
}

/* Returns success. wild: "x" stands for any digit. */
static bool collect(struct nibbles *nibbles, const struct config_statement *statement, bool wild)
{
	nibbles->count = 0;
	for (size_t i = 1; i < statement->count; i++)
		for (const char *word = statement->tokens[i].text; *word;) {
			size_t length = strcspn(word, " ");

			if (!collect_word(nibbles, word, length, wild))
				return false;
			word += length + strspn(word + length, " ");
		}
	return nibbles->count;
}

static uint8_t digit_value(char digit)
{
	if (digit == 'x' || digit == 'X')
		return 0;
	return isdigit((unsigned char)digit) ? (uint8_t)(digit - '0')
					     : (uint8_t)(tolower((unsigned char)digit) - 'a' + 10);
}

static uint8_t digit_mask(char digit)
{
	return digit == 'x' || digit == 'X' ? 0 : 0xf;
}

static uint8_t *pack(const struct nibbles *nibbles, uint8_t (*part)(char digit))
{
	uint8_t *bytes = calloc(nibbles->count / 2, 1);

	if (!bytes)
		limits_out_of_memory();
	for (size_t i = 0; i < nibbles->count; i += 2)
		bytes[i / 2] =
			(uint8_t)(part(nibbles->digits[i]) << 4 | part(nibbles->digits[i + 1]));
	return bytes;
}

static void report_digits(struct config_parser *parser, const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	config_error(parser, statement->tokens[1].location,
		     "%s takes hexadecimal digits, at most %d; write \"%s\"", keyword->name,
		     2 * BYTES_MAX, keyword->usage);
}

static void read_payload(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_check_udp *udp = &((struct check_draft *)block->target)->check.udp;
	struct nibbles nibbles;

	if (!collect(&nibbles, statement, false)) {
		report_digits(parser, keyword, statement);
		return;
	}
	free(udp->payload);
	udp->payload = pack(&nibbles, digit_value);
	udp->payload_length = nibbles.count / 2;
}

static void read_reply(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_check_udp *udp = &((struct check_draft *)block->target)->check.udp;
	struct nibbles nibbles;

	udp->require_reply = true;
	if (statement->count == 1)
		return;
	if (!collect(&nibbles, statement, true)) {
		report_digits(parser, keyword, statement);
		return;
	}
	free(udp->reply);
	free(udp->reply_mask);
	udp->reply = pack(&nibbles, digit_value);
	udp->reply_mask = pack(&nibbles, digit_mask);
	udp->reply_length = nibbles.count / 2;
}

static const struct config_keyword udp_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	{
		.name = "payload",
		.usage = "payload HEX",
		.read = read_payload,
		.values_minimum = 1,
		.values_maximum = CONFIG_VALUES_ANY,
	},
	{
		.name = "require_reply",
		.usage = "require_reply [HEX]",
		.read = read_reply,
		.values_maximum = CONFIG_VALUES_ANY,
	},
	CONFIG_NUMBER("min_reply_length", config_read_u16, DRAFT, check.udp.reply_min, 0, 65535),
	CONFIG_NUMBER("max_reply_length", config_read_u16, DRAFT, check.udp.reply_max, 0, 65535),
};

const struct config_block_type pool_udp_type = {
	.name = "UDP_CHECK",
	.keywords = udp_rows,
	.keyword_count = ARRAY_SIZE(udp_rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
};
