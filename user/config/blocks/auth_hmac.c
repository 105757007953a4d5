/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The auth_hmac block of an instance: signed adverts, as keepalived 2.4 has them. Where keepalived
 * runs an instance unsigned because of a wrong key or active_key, the file is refused. No message
 * contains a key.
 */
#include "user/config/blocks/instance.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include "user/core/vrrp/signature.h"
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define KEY_USAGE "key 1-255 VALUE|hex:DIGITS|file:PATH"
#define KEY_FILE_BYTES_MAX 138 /* keepalived's: "hex:", 128 digits and some line ends */
#define WINDOW_MIN_S 5
#define WINDOW_MAX_S 300
#define WINDOW_INTERVALS 3

static unsigned digit_value(char digit)
{
	return isdigit((unsigned char)digit) ? (unsigned)(digit - '0')
					     : (unsigned)(tolower((unsigned char)digit) - 'a') + 10;
}

/* Reads digits, between which blanks may be; the last one may be alone. Returns the number of
 * bytes; 0: something else is among them. The bytes beyond VRRP_SECRET_BYTES_MAX are counted. */
static size_t decode_hex(const char *digits, uint8_t *secret)
{
	size_t count = 0;

	for (; *digits; digits++) {
		if (isspace((unsigned char)*digits))
			continue;
		if (!isxdigit((unsigned char)*digits))
			return 0;
		if (count / 2 < VRRP_SECRET_BYTES_MAX) {
			uint8_t *byte = &secret[count / 2];

			*byte = (uint8_t)((count % 2 ? (unsigned)*byte << 4 : 0) |
					  digit_value(*digits));
		}
		count++;
	}
	return (count + 1) / 2;
}

/* Returns the number of bytes, also beyond VRRP_SECRET_BYTES_MAX; 0: not a value. */
static size_t decode(const char *text, uint8_t *secret)
{
	size_t length = strlen(text);

	if (!strncmp(text, "hex:", 4))
		return decode_hex(text + 4, secret);
	memcpy(secret, text, length < VRRP_SECRET_BYTES_MAX ? length : VRRP_SECRET_BYTES_MAX);
	return length;
}

/* text: of the value, or of its file. Returns success. */
static bool store_secret(struct config_parser *parser, const struct config_token *token,
			 const char *text, struct config_signing_key *key)
{
	uint8_t secret[VRRP_SECRET_BYTES_MAX];
	size_t bytes = decode(text, secret);
	bool fits = bytes >= VRRP_SECRET_BYTES_MIN && bytes <= VRRP_SECRET_BYTES_MAX;

	if (fits) {
		vrrp_signature_prepare(secret, bytes, &key->key.states);
		key->digest = vrrp_signature_key_digest(&key->key.states);
	} else if (!bytes) {
		config_error(parser, token->location,
			     "key %u has no value in hexadecimal digits; write \"" KEY_USAGE "\"",
			     key->key.id);
	} else {
		config_error(
			parser, token->location,
			"key %u has %zu bytes; write one of %d to %d bytes, the same on all nodes",
			key->key.id, bytes, VRRP_SECRET_BYTES_MIN, VRRP_SECRET_BYTES_MAX);
	}
	explicit_bzero(secret, sizeof(secret));
	return fits;
}

static char *read_file(struct config_parser *parser, const struct config_token *token,
		       const char *path, size_t *length)
{
	char reason[CONFIG_REASON_BYTES];
	char *text = NULL;

	if (*path != '/') {
		config_error(parser, token->location,
			     "'%s' is not an absolute path; write \"file:/PATH\"", path);
		return NULL;
	}
	if (!parser->environment->read_secret) {
		config_error(parser, token->location, "the key file %s cannot be read here", path);
		return NULL;
	}
	if (parser->environment->read_secret(path, &text, length, reason)) {
		config_error(parser, token->location, "%s", reason);
		return NULL;
	}
	return text;
}

static bool is_line_end(char byte)
{
	return byte == '\r' || byte == '\n';
}

static bool store_file(struct config_parser *parser, const struct config_token *token,
		       const char *path, struct config_signing_key *key)
{
	size_t length = 0, used;
	char *text = read_file(parser, token, path, &length);
	bool right = false;

	if (!text)
		return false;
	for (used = length; used && is_line_end(text[used - 1]); used--)
		text[used - 1] = '\0';
	if (length > KEY_FILE_BYTES_MAX)
		config_error(parser, token->location,
			     "the key file %s has %zu bytes, at most %d are allowed; write one key",
			     path, length, KEY_FILE_BYTES_MAX);
	else if (strlen(text) != used)
		config_error(parser, token->location,
			     "the key file %s is not a text; write \"hex:DIGITS\" into it", path);
	else
		right = store_secret(parser, token, text, key);
	explicit_bzero(text, length);
	free(text);
	if (right)
		key->file = text_copy(path);
	return right;
}

static bool read_id(struct config_parser *parser, const struct config_token *token, uint8_t *id)
{
	uint64_t number;

	if (config_parse_number(token->text, &number) || !number || number > UINT8_MAX) {
		config_error(parser, token->location, "'%s' is not a key id; 1 to 255 is allowed",
			     token->text);
		return false;
	}
	*id = (uint8_t)number;
	return true;
}

static void read_key(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct config_signing *signing = &((struct config_instance *)block->target)->signing;
	const struct config_token *token = &statement->tokens[2];
	struct config_signing_key key = {0};
	bool right;

	(void)keyword;
	if (!read_id(parser, &statement->tokens[1], &key.key.id))
		return;
	if (statement->count > 3) {
		config_error(parser, token->location,
			     "the value of key %u has blanks; write it in quotes", key.key.id);
		return;
	}
	if (config_signing_key(signing, key.key.id)) {
		config_error(parser, statement->tokens[1].location,
			     "key %u is given twice; give each key its own id", key.key.id);
		return;
	}
	right = strncmp(token->text, "file:", 5) ? store_secret(parser, token, token->text, &key)
						 : store_file(parser, token, token->text + 5, &key);
	if (right)
		config_signing_add(signing, &key);
	explicit_bzero(&key, sizeof(key));
}

static void read_active_key(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	(void)keyword;
	read_id(parser, &statement->tokens[1], &instance->signing.active_key);
}

static void read_anti_replay(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	config_store_choice(parser, keyword, &statement->tokens[1], "monotonic", "time",
			    &instance->signing.monotonic);
}

static void read_mode(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *token = &statement->tokens[1];

	for (enum xb_signed_mode mode = XB_SIGNED_NONE + 1; mode < XB_SIGNED_MODE_COUNT; mode++) {
		if (strcmp(token->text, config_signed_mode_name(mode)))
			continue;
		instance->signing.mode = mode;
		return;
	}
	config_error(parser, token->location, "unknown mode '%s'; write \"%s\"", token->text,
		     keyword->usage);
}

static const struct config_keyword keywords[] = {
	{
		.name = "key",
		.usage = KEY_USAGE,
		.read = read_key,
		.flags = CONFIG_REPEATABLE,
		.values_minimum = 2,
		.values_maximum = UINT_MAX, /* not in a message: one may be part of a key */
	},
	CONFIG_VALUE("active_key", "1-255", read_active_key, struct config_instance,
		     signing.active_key),
	CONFIG_VALUE("anti_replay", "time|monotonic", read_anti_replay, struct config_instance,
		     signing.monotonic),
	CONFIG_NUMBER("time_window", config_read_u16, struct config_instance, signing.window_s, 1,
		      300),
	CONFIG_VALUE("mode", "enforce|permissive|receive-only", read_mode, struct config_instance,
		     signing.mode),
};

static const struct config_block_type type = {
	.name = "auth_hmac",
	.keywords = keywords,
	.keyword_count = ARRAY_SIZE(keywords),
	.unsupported = &config_unsupported_none,
};

void config_read_auth_hmac(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	struct config_block inner = {
		.type = &type,
		.target = instance,
		.name = "",
		.location = statement->tokens[0].location,
	};

	(void)keyword;
	if (!instance->signing.mode)
		instance->signing.mode = XB_SIGNED_ENFORCE;
	config_parser_block(parser, &inner);
}

static void check_keys(struct config_parser *parser, const struct config_block *block)
{
	const struct config_instance *instance = block->target;
	const struct config_signing *signing = &instance->signing;
	struct config_location location = *config_block_seen(block, "auth_hmac");

	if (parser->sources->diagnostics->error_count)
		return; /* it may be one of these */
	if (!signing->key_count)
		config_error(parser, location, "auth_hmac has no key; add \"" KEY_USAGE "\"");
	else if (!signing->active_key)
		config_error(
			parser, location,
			"auth_hmac has no active_key; add \"active_key %u\", the key that signs",
			signing->keys[0].key.id);
	else if (!config_signing_key(signing, signing->active_key))
		config_error(parser, location,
			     "active_key %u is none of the keys of auth_hmac; add \"key %u VALUE\"",
			     signing->active_key, signing->active_key);
}

/* As long as a Backup waits for adverts. */
static uint16_t default_window_s(const struct config_instance *instance)
{
	uint64_t window_s = WINDOW_INTERVALS * (instance->advert_interval_ns / NS_PER_SECOND);

	if (window_s < WINDOW_MIN_S)
		return WINDOW_MIN_S;
	return window_s < WINDOW_MAX_S ? (uint16_t)window_s : WINDOW_MAX_S;
}

static void finalize_window(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	struct config_signing *signing = &instance->signing;

	if (signing->monotonic && signing->window_s)
		config_warning(parser, *config_block_seen(block, "auth_hmac"),
			       "time_window has no effect with anti_replay monotonic; remove one");
	if (signing->monotonic)
		signing->window_s = 0;
	else if (!signing->window_s)
		signing->window_s = default_window_s(instance);
}

void config_finalize_auth_hmac(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	struct config_signing *signing = &instance->signing;

	if (!signing->mode)
		return;
	check_keys(parser, block);
	finalize_window(parser, block);
	if (instance->authentication != CONFIG_AUTHENTICATION_NONE) {
		instance->authentication = CONFIG_AUTHENTICATION_NONE;
		memset(instance->password, 0, sizeof(instance->password));
		config_report_cleared(parser, block, "authentication", "auth_hmac");
	}
	if (instance->strict && signing->mode != XB_SIGNED_ENFORCE) {
		config_warning(parser, *config_block_seen(block, "auth_hmac"),
			       "mode %s has no effect with strict_mode, which enforces; remove one",
			       config_signed_mode_name(signing->mode));
		signing->mode = XB_SIGNED_ENFORCE;
	}
}
