// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of configuration keywords: numbers, durations, addresses, names. A reader reports an
 * invalid value and the correct usage, and leaves the field at its default.
 */
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRACTION_DIGITS_MAX 9

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"s", NS_PER_SECOND},
	{"ms", NS_PER_MS},
	{"us", NS_PER_US},
	{"ns", 1},
};

/* Reads digits and advances *text past them; returns -EINVAL without any. */
static int take_digits(const char **text, uint64_t *number)
{
	uint64_t sum = 0;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	for (; isdigit((unsigned char)**text); ++*text) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(**text - '0'), &sum))
			return -ERANGE;
	}
	*number = sum;
	return 0;
}

int config_parse_number(const char *text, uint64_t *number)
{
	uint64_t value = 0;
	int error = take_digits(&text, &value);

	if (error)
		return error;
	if (*text)
		return -EINVAL;
	*number = value;
	return 0;
}

int config_parse_signed(const char *text, int64_t *number)
{
	bool negative = *text == '-';
	uint64_t value;
	int error = config_parse_number(text + (*text == '-' || *text == '+'), &value);

	if (!error && value > INT64_MAX)
		error = -ERANGE;
	if (!error)
		*number = negative ? -(int64_t)value : (int64_t)value;
	return error;
}

/* Reads ".125" at *text as billionths, if present. */
static int take_fraction(const char **text, uint64_t *billionths)
{
	const char *digits = *text + 1;
	uint64_t value = 0;
	int error;

	*billionths = 0;
	if (**text != '.')
		return 0;
	*text = digits;
	error = take_digits(text, &value);
	if (error)
		return error;
	if (*text - digits > FRACTION_DIGITS_MAX)
		return -EINVAL;
	for (int missing = FRACTION_DIGITS_MAX - (int)(*text - digits); missing > 0; missing--)
		value *= 10;
	*billionths = value;
	return 0;
}

/* Returns the length of a unit in ns, 0 for an unknown one. */
static uint64_t unit_ns(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(name, units[i].name))
			return units[i].ns;
	}
	return 0;
}

int config_parse_duration(const char *text, bool bare_seconds, uint64_t *duration_ns)
{
	uint64_t whole = 0, billionths = 0, scale_ns, ns;
	int error = take_digits(&text, &whole);

	if (!error)
		error = take_fraction(&text, &billionths);
	if (error)
		return error;
	if (!*text && !bare_seconds)
		return -EDOM;
	scale_ns = *text ? unit_ns(text) : NS_PER_SECOND;
	/* A fraction of a nanosecond is an error; it is not rounded. */
	if (!scale_ns || billionths * scale_ns % NS_PER_SECOND)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, scale_ns, &ns) ||
	    __builtin_add_overflow(ns, billionths * scale_ns / NS_PER_SECOND, &ns))
		return -ERANGE;
	*duration_ns = ns;
	return 0;
}

const char *config_format_duration(uint64_t duration_ns,
				   char text[static CONFIG_DURATION_TEXT_BYTES])
{
	size_t i = 0;

	while (duration_ns % units[i].ns)
		i++;
	snprintf(text, CONFIG_DURATION_TEXT_BYTES, "%" PRIu64 "%s", duration_ns / units[i].ns,
		 units[i].name);
	return text;
}

/* shortest: the smallest prefix length allowed. */
static int parse_prefix(const char *text, uint64_t shortest, struct xb_address *address,
			uint8_t *prefix_length)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address_text[ADDRESS_TEXT_BYTES];
	struct xb_address parsed;
	uint64_t bits;

	if (length >= sizeof(address_text))
		return -EINVAL;
	memcpy(address_text, text, length);
	address_text[length] = '\0';
	if (address_parse(address_text, &parsed))
		return -EINVAL;
	bits = address_is_ipv4(&parsed) ? 32 : 128;
	if (slash) {
		uint64_t given;

		if (config_parse_number(slash + 1, &given) || given < shortest || given > bits)
			return -EINVAL;
		bits = given;
	}
	*address = parsed;
	*prefix_length = (uint8_t)bits;
	return 0;
}

int config_parse_prefix(const char *text, struct xb_address *address, uint8_t *prefix_length)
{
	return parse_prefix(text, 1, address, prefix_length);
}

int config_parse_network(const char *text, struct xb_address *address, uint8_t *prefix_length)
{
	return parse_prefix(text, 0, address, prefix_length);
}

bool config_address_is_unicast(const struct xb_address *address)
{
	static const struct xb_address unspecified, loopback = {.bytes = {[15] = 1}};
	const uint8_t *ipv4 = &address->bytes[12];

	if (!address_is_ipv4(address))
		return address->bytes[0] != 0xff && !address_equal(address, &unspecified) &&
		       !address_equal(address, &loopback);
	return ipv4[0] != 0 && ipv4[0] != 127 && ipv4[0] < 224;
}

bool config_address_is_link_local(const struct xb_address *address)
{
	const uint8_t *bytes = address->bytes;

	if (address_is_ipv4(address))
		return bytes[12] == 169 && bytes[13] == 254;
	return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool config_store_group(struct config_parser *parser, const struct config_token *token,
			const struct config_keyword *keyword, struct xb_address *group)
{
	struct xb_address given;
	bool multicast;

	if (address_parse(token->text, &given))
		multicast = false;
	else if (address_is_ipv4(&given))
		multicast = (given.bytes[12] & 0xf0) == 0xe0;
	else
		multicast = given.bytes[0] == 0xff && (given.bytes[1] & 0x0f) == 0x02;
	if (multicast)
		*group = given;
	else
		config_error(
			parser, token->location,
			"'%s' is not a multicast group for adverts; write \"%s\" with an address in 224.0.0.0/4, or ffx2::",
			token->text, keyword->usage);
	return multicast;
}

/* The kernel refuses the names that mean something else in /proc/sys/net. */
static bool is_interface_name(const char *name)
{
	static const char *const reserved[] = {".", "..", "all", "default"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strcmp(name, reserved[i]))
			return false;
	return *name && strlen(name) < CONFIG_INTERFACE_BYTES && !strpbrk(name, "/: \t");
}

bool config_store_interface_name(struct config_parser *parser, const struct config_token *token,
				 char interface[static CONFIG_INTERFACE_BYTES])
{
	const char *name = token->text;

	if (!is_interface_name(name)) {
		config_error(
			parser, token->location,
			"'%s' is not a valid interface name; write a name of 1 to %d characters, as \"ip link\" shows it",
			name, CONFIG_INTERFACE_BYTES - 1);
		return false;
	}
	/* What ip(8) appends is valid in a name, so it may be meant. */
	if (strchr(name, '@'))
		config_warning(
			parser, token->location,
			"'%s' has an '@', which \"ip link\" puts after a name; if so, write it without: '%.*s'",
			name, (int)strcspn(name, "@"), name);
	strcpy(interface, name);
	if (parser->resolve_interface)
		parser->resolve_interface(interface);
	return true;
}

bool config_store_interface(struct config_parser *parser, const struct config_token *token,
			    char interface[static CONFIG_INTERFACE_BYTES])
{
	if (strcmp(token->text, "lo") != 0)
		return config_store_interface_name(parser, token, interface);
	config_error(parser, token->location,
		     "the loopback interface reaches no other node; name the interface that does");
	return false;
}

bool config_store_text(struct config_parser *parser, const struct config_token *token,
		       const char *what, char *text, size_t bytes)
{
	if (!*token->text || strlen(token->text) >= bytes) {
		config_error(parser, token->location,
			     "%s '%s' has the wrong length; 1 to %zu bytes are allowed", what,
			     token->text, bytes - 1);
		return false;
	}
	strcpy(text, token->text);
	return true;
}

void config_store_choice(struct config_parser *parser, const struct config_keyword *keyword,
			 const struct config_token *token, const char *first, const char *second,
			 bool *is_first)
{
	bool given_first = !strcmp(token->text, first);

	if (given_first || !strcmp(token->text, second))
		*is_first = given_first;
	else
		config_error(parser, token->location, "'%s' is neither %s nor %s; write \"%s\"",
			     token->text, first, second, keyword->usage);
}

static void *field(const struct config_block *block, const struct config_keyword *keyword)
{
	return (char *)block->target + keyword->offset;
}

/* Reads the number of a statement within the keyword's range. Returns success. */
static bool read_number(struct config_parser *parser, const struct config_keyword *keyword,
			const struct config_statement *statement, uint64_t *number)
{
	const struct config_token *token = &statement->tokens[1];
	int error = config_parse_number(token->text, number);

	if (error == -EINVAL) {
		config_error(parser, token->location, "'%s' is not a whole number; write \"%s\"",
			     token->text, keyword->usage);
		return false;
	}
	if (error || *number < keyword->minimum || *number > keyword->maximum) {
		config_error(parser, token->location,
			     "%s %s is out of range; %" PRIu64 " to %" PRIu64 " is allowed",
			     keyword->name, token->text, keyword->minimum, keyword->maximum);
		return false;
	}
	return true;
}

void config_read_u8(struct config_parser *parser, struct config_block *block,
		    const struct config_keyword *keyword, const struct config_statement *statement)
{
	uint64_t number;

	if (read_number(parser, keyword, statement, &number))
		*(uint8_t *)field(block, keyword) = (uint8_t)number;
}

void config_read_u16(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	uint64_t number;

	if (read_number(parser, keyword, statement, &number))
		*(uint16_t *)field(block, keyword) = (uint16_t)number;
}

void config_read_u32(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	uint64_t number;

	if (read_number(parser, keyword, statement, &number))
		*(uint32_t *)field(block, keyword) = (uint32_t)number;
}

void config_read_int(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	int64_t low = (int64_t)keyword->minimum, high = (int64_t)keyword->maximum;
	const struct config_token *token = &statement->tokens[1];
	int64_t number;
	int error = config_parse_signed(token->text, &number);

	if (error == -EINVAL)
		config_error(parser, token->location, "'%s' is not a whole number; write \"%s\"",
			     token->text, keyword->usage);
	else if (error || number < low || number > high)
		config_error(parser, token->location,
			     "%s %s is out of range; %" PRId64 " to %" PRId64 " is allowed",
			     keyword->name, token->text, low, high);
	else
		*(int *)field(block, keyword) = (int)number;
}

void config_read_bool(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	static const char *const spellings[][2] = {{"on", "off"}, {"true", "false"}, {"yes", "no"}};
	const char *text = statement->count > 1 ? statement->tokens[1].text : "on";

	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
		bool on = !strcmp(text, spellings[i][0]);

		if (on || !strcmp(text, spellings[i][1])) {
			*(bool *)field(block, keyword) = on;
			return;
		}
	}
	config_error(parser, statement->tokens[1].location,
		     "'%s' is neither on nor off; write \"%s\"", text, keyword->usage);
}

void config_read_duration(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	char low[CONFIG_DURATION_TEXT_BYTES], high[CONFIG_DURATION_TEXT_BYTES];
	const struct config_token *token = &statement->tokens[1];
	bool bare_seconds = keyword->flags & CONFIG_BARE_SECONDS;
	uint64_t duration_ns = 0;
	int error = config_parse_duration(token->text, bare_seconds, &duration_ns);

	if (error == -EDOM)
		config_error(parser, token->location, "%s %s has no unit; write %sms or %ss",
			     keyword->name, token->text, token->text, token->text);
	else if (error == -EINVAL)
		config_error(parser, token->location, "'%s' is not a duration; write \"%s\"",
			     token->text, keyword->usage);
	else if (error || duration_ns < keyword->minimum || duration_ns > keyword->maximum)
		config_error(parser, token->location, "%s %s is out of range; %s to %s is allowed",
			     keyword->name, token->text,
			     config_format_duration(keyword->minimum, low),
			     config_format_duration(keyword->maximum, high));
	else
		*(uint64_t *)field(block, keyword) = duration_ns;
}

void config_read_text(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	config_store_text(parser, &statement->tokens[1], keyword->name, field(block, keyword),
			  keyword->bytes);
}

static void replace_text(char **text, const char *with)
{
	free(*text);
	*text = text_copy(with);
}

void config_read_string(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	if (!*token->text)
		config_error(parser, token->location, "%s is empty; write \"%s\"", keyword->name,
			     keyword->usage);
	else
		replace_text(field(block, keyword), token->text);
}

void config_read_interface(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	config_store_interface(parser, &statement->tokens[1], field(block, keyword));
}

void config_read_flag(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	(void)parser;
	(void)statement;
	*(bool *)field(block, keyword) = keyword->minimum;
}

void config_read_nothing(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	(void)parser;
	(void)block;
	(void)keyword;
	(void)statement;
}
