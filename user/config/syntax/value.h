/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of configuration keywords: pure conversions, and the readers used in tables. */
#ifndef XBEAT_CONFIG_SYNTAX_VALUE_H
#define XBEAT_CONFIG_SYNTAX_VALUE_H

#include "user/config/syntax/parser.h"

#define CONFIG_DURATION_TEXT_BYTES 32

/* Parses a whole number, base 10.
 * Returns 0, -EINVAL if text is not a number, -ERANGE if it does not fit. */
int config_parse_number(const char *text, uint64_t *number);

/* The same with an optional sign. */
int config_parse_signed(const char *text, int64_t *number);

/* Parses "10ms", "0.92s", "500us", "100ns" or, if bare_seconds, "0.92".
 * Returns 0, -EINVAL if text is not a duration, -EDOM without a unit, -ERANGE if it does not
 * fit. */
int config_parse_duration(const char *text, bool bare_seconds, uint64_t *duration_ns);

/* Formats a duration in the largest unit that needs no fraction; returns text. */
const char *config_format_duration(uint64_t duration_ns,
				   char text[static CONFIG_DURATION_TEXT_BYTES]);

/* Parses "ADDR" or "ADDR/LENGTH"; *prefix_length is the family's full length without one.
 * Returns 0 or -EINVAL. */
int config_parse_prefix(const char *text, struct xb_address *address, uint8_t *prefix_length);

/* The same for a network, which may have the length 0. */
int config_parse_network(const char *text, struct xb_address *address, uint8_t *prefix_length);

/* Returns whether one host can own the address: not unspecified, multicast, loopback or
 * broadcast. */
bool config_address_is_unicast(const struct xb_address *address);

/* Returns whether the address is in fe80::/10 or 169.254.0.0/16. */
bool config_address_is_link_local(const struct xb_address *address);

/* Parses a multicast group for adverts (IPv6: link scope) and reports an invalid one. Returns
 * success. */
bool config_store_group(struct config_parser *parser, const struct config_token *token,
			const struct config_keyword *keyword, struct xb_address *group);

/* Checks and copies an interface name, or reports it. Returns success. */
bool config_store_interface_name(struct config_parser *parser, const struct config_token *token,
				 char interface[static CONFIG_INTERFACE_BYTES]);

/* The same for an interface that reaches other nodes. */
bool config_store_interface(struct config_parser *parser, const struct config_token *token,
			    char interface[static CONFIG_INTERFACE_BYTES]);

/* Copies a token that must fit bytes with its NUL. what: its name in messages. Returns success. */
bool config_store_text(struct config_parser *parser, const struct config_token *token,
		       const char *what, char *text, size_t bytes);

/* Stores whether a token is the first of two, and reports any third. */
void config_store_choice(struct config_parser *parser, const struct config_keyword *keyword,
			 const struct config_token *token, const char *first, const char *second,
			 bool *is_first);

/* Readers of one value into the field at keyword->offset, within minimum..maximum. */
config_read config_read_u8;
config_read config_read_u16;
config_read config_read_u32;
config_read config_read_int; /* minimum and maximum are int64_t */
config_read config_read_bool; /* "on" without a value */
config_read config_read_duration;
config_read config_read_text; /* char[bytes] */
config_read config_read_string; /* char * */
config_read config_read_interface;
/* Without a value: stores minimum (0 or 1) into a bool. */
config_read config_read_flag;
/* Without a value: asks for what xbeat does anyway. */
config_read config_read_nothing;

#endif
