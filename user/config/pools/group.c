// SPDX-License-Identifier: GPL-2.0-or-later
/* virtual_server_group, and the block SSL. */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/draft.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* As many services as the kernel may get of one line. */
#define RANGE_MAX 65536
#define LINE_USAGE                                                                                 \
	"ADDRESS [PORT], FIRST-LAST [PORT], ADDRESS/LENGTH [PORT] or fwmark MARK [inet|inet6]"

/* Returns the distance from first to last, or -1 if that is too much. */
static int64_t distance(const struct xb_address *first, const struct xb_address *last)
{
	uint64_t low[2] = {0}, high[2] = {0};

	for (size_t i = 0; i < sizeof(first->bytes); i++) {
		low[i / 8] = low[i / 8] << 8 | first->bytes[i];
		high[i / 8] = high[i / 8] << 8 | last->bytes[i];
	}
	if (low[0] != high[0] || high[1] <= low[1] || high[1] - low[1] >= RANGE_MAX)
		return -1;
	return (int64_t)(high[1] - low[1]);
}

/* The end of a range: a whole address, the last octet of IPv4, or the last 16 bits of IPv6. */
static bool parse_last(const char *text, const struct xb_address *first, struct xb_address *last)
{
	bool ipv4 = address_is_ipv4(first);
	unsigned long number;
	char *end;

	if (!address_parse(text, last))
		return address_family(last) == address_family(first);
	number = strtoul(text, &end, ipv4 ? 10 : 16);
	if (end == text || *end || number > (ipv4 ? 255U : 65535U))
		return false;
	*last = *first;
	last->bytes[15] = (uint8_t)number;
	if (!ipv4)
		last->bytes[14] = (uint8_t)(number >> 8);
	return true;
}

static bool parse_range(const char *text, const char *dash, struct config_group_entry *entry)
{
	size_t length = (size_t)(dash - text);
	char first[ADDRESS_TEXT_BYTES];
	struct xb_address last;
	int64_t more;

	if (length >= sizeof(first))
		return false;
	memcpy(first, text, length);
	first[length] = '\0';
	if (address_parse(first, &entry->first.address) ||
	    !parse_last(dash + 1, &entry->first.address, &last))
		return false;
	more = distance(&entry->first.address, &last);
	entry->address_count = (uint32_t)(more + 1);
	return more > 0;
}

/* Whether all bits after the prefix are 0. */
static bool is_network(const struct xb_address *address, unsigned length)
{
	for (unsigned bit = length; bit < 128; bit++)
		if (address->bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool parse_network(const char *text, struct config_group_entry *entry)
{
	struct xb_address *address = &entry->first.address;
	uint8_t length;
	unsigned host_bits;

	if (config_parse_prefix(text, address, &length))
		return false;
	host_bits = (address_is_ipv4(address) ? 32U : 128U) - length;
	if (host_bits > 16 || !is_network(address, 128 - host_bits))
		return false;
	entry->address_count = 1U << host_bits;
	return true;
}

static bool parse_addresses(const char *text, struct config_group_entry *entry)
{
	const char *dash = strchr(text, '-');

	entry->address_count = 1;
	if (dash)
		return parse_range(text, dash, entry);
	if (strchr(text, '/'))
		return parse_network(text, entry);
	return !address_parse(text, &entry->first.address);
}

static bool read_addresses(struct config_parser *parser, const struct config_statement *statement,
			   struct config_group_entry *entry)
{
	const struct config_token *token = &statement->tokens[0];

	if (!parse_addresses(token->text, entry)) {
		config_error(
			parser, token->location,
			"'%s' is not an address or range of at most %d addresses, without host bits before a length; write %s",
			token->text, RANGE_MAX, LINE_USAGE);
		return false;
	}
	entry->family = address_family(&entry->first.address);
	return statement->count == 1 ||
	       pool_read_port_token(parser, &statement->tokens[1], 0, &entry->first.port);
}

static bool read_mark(struct config_parser *parser, const struct config_statement *statement,
		      struct config_group_entry *entry)
{
	const struct config_token *tokens = statement->tokens;
	uint64_t number = 0;

	if (statement->count < 2 || config_parse_number(tokens[1].text, &number) || !number ||
	    number > UINT32_MAX) {
		config_error(parser, tokens[0].location,
			     "fwmark takes a mark of 1 to 4294967295; write %s", LINE_USAGE);
		return false;
	}
	entry->mark = (uint32_t)number;
	if (statement->count < 3)
		return true;
	if (strcmp(tokens[2].text, "inet") != 0 && strcmp(tokens[2].text, "inet6") != 0) {
		config_error(parser, tokens[2].location, "unexpected '%s'; write %s",
			     tokens[2].text, LINE_USAGE);
		return false;
	}
	entry->family = tokens[2].text[4] ? 6 : 4;
	return true;
}

static void read_line(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_server_group *group = block->target;
	struct config_group_entry entry = {0};
	bool is_mark = !strcmp(statement->tokens[0].text, "fwmark");
	size_t most = is_mark ? 3 : 2;

	(void)keyword;
	if (!(is_mark ? read_mark : read_addresses)(parser, statement, &entry))
		return;
	if (statement->count > most)
		config_warning(parser, statement->tokens[most].location,
			       "unexpected '%s'; it is ignored; write %s",
			       statement->tokens[most].text, LINE_USAGE);
	group->entries = array_grow(group->entries, &group->entry_count, sizeof(entry));
	group->entries[group->entry_count - 1] = entry;
}

void config_read_server_group(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	struct config_pools *pools = &parser->config->pools;
	struct config_server_group group = {.name = text_copy(statement->tokens[1].text),
					    .location = statement->tokens[0].location};
	struct config_block lines = {.type = block->type, .target = &group, .name = group.name};

	config_parser_list(parser, &lines, keyword->name, group.location, read_line);
	if (!group.entry_count)
		config_warning(parser, group.location, "virtual_server_group %s is empty; add %s",
			       group.name, LINE_USAGE);
	pools->groups = array_grow(pools->groups, &pools->group_count, sizeof(group));
	pools->groups[pools->group_count - 1] = group;
}

#define TLS(keyword, what, field)                                                                  \
	CONFIG_VALUE(keyword, what, config_read_string, struct config_tls_client, field)

static const struct config_keyword tls_rows[] = {
	TLS("password", "TEXT", password),
	TLS("ca", "FILE", ca),
	TLS("certificate", "FILE", certificate),
	TLS("key", "FILE", key),
};

static const struct config_block_type tls_type = {
	.name = "SSL",
	.keywords = tls_rows,
	.keyword_count = ARRAY_SIZE(tls_rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
};

void config_read_tls_client(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_block inner = {
		.type = &tls_type,
		.target = &parser->config->pools.tls,
		.name = "",
		.location = statement->tokens[0].location,
	};

	(void)block;
	(void)keyword;
	parser->config->pools.tls.location = inner.location;
	config_parser_block(parser, &inner);
}
