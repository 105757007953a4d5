// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, ports and interfaces, of servers and of checks. */
#include "user/config/pools/check_rows.h"
#include "user/lib/address.h"

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

bool pool_read_endpoint(struct config_parser *parser, const struct config_token *tokens,
			size_t count, struct config_endpoint *endpoint, bool *has_port)
{
	if (address_parse(tokens[0].text, &endpoint->address)) {
		config_error(
			parser, tokens[0].location,
			"'%s' is not an address; write an address of IPv4 or IPv6 without a prefix length",
			tokens[0].text);
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
