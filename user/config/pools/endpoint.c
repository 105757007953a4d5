// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, ports and interfaces, of servers and of checks. */
#include "user/config/pools/check_rows.h"
#include "user/lib/address.h"
#include <stdio.h>
#include <string.h>

bool pool_read_port_token(struct config_parser *parser, const struct config_token *token,
			  unsigned lowest, uint16_t *port)
{
	uint64_t number;

	if (config_parse_number(token->text, &number) || number < lowest || number > UINT16_MAX) {
		config_error(parser, token->location, "'%s' is not a port; %u to 65535 is allowed",
			     token->text, lowest);
		return false;
	}
	*port = (uint16_t)number;
	return true;
}

/* "10.0.0.1:80" or "[2001:db8::1]:80", as other programs write it. Returns success. */
static bool split_endpoint(const char *text, char address[static ADDRESS_TEXT_BYTES],
			   const char **port)
{
	const char *colon = strrchr(text, ':');
	bool brackets = *text == '[' && colon && colon[-1] == ']';
	struct xb_address parsed;

	if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
		return false;
	*port = colon + 1;
	snprintf(address, ADDRESS_TEXT_BYTES, "%.*s", (int)(colon - text) - 2 * brackets,
		 text + brackets);
	return !address_parse(address, &parsed);
}

static void report_address(struct config_parser *parser, const struct config_token *token)
{
	char address[ADDRESS_TEXT_BYTES];
	const char *port;

	if (split_endpoint(token->text, address, &port))
		config_error(parser, token->location, "'%s' is not an address; write \"%s %s\"",
			     token->text, address, port);
	else
		config_error(
			parser, token->location,
			"'%s' is not an address; write an address of IPv4 or IPv6 without a prefix length",
			token->text);
}

bool pool_read_endpoint(struct config_parser *parser, const struct config_token *tokens,
			size_t count, struct config_endpoint *endpoint, bool *has_port)
{
	if (address_parse(tokens[0].text, &endpoint->address)) {
		report_address(parser, &tokens[0]);
		return false;
	}
	*has_port = count > 1;
	return count == 1 || pool_read_port_token(parser, &tokens[1], 0, &endpoint->port);
}

void pool_read_check_address(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	if (address_parse(token->text, (void *)((char *)block->target + keyword->offset)))
		config_error(parser, token->location, "'%s' is not an address; write \"%s\"",
			     token->text, keyword->usage);
}

void pool_read_check_interface(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	config_store_interface_name(parser, &statement->tokens[1],
				    (char *)block->target + keyword->offset);
}
