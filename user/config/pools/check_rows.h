/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows that several kinds of checks have. Their target is a struct check_draft. */
#ifndef XBEAT_CONFIG_POOLS_CHECK_ROWS_H
#define XBEAT_CONFIG_POOLS_CHECK_ROWS_H

#include "user/config/pools/draft.h"

#define DRAFT struct check_draft

/* What every check has. */
#define CHECK_ROWS                                                                                 \
	RULE_ROWS(DRAFT, 0), CONFIG_BOOL("log_all_failures", DRAFT, check.log_all_failures, 0, 1)

/* What a check has that connects. */
#define CONNECTION_ROWS                                                                            \
	CONFIG_VALUE("connect_ip", "ADDRESS", pool_read_check_address, DRAFT,                      \
		     check.target.address),                                                        \
		CONFIG_NUMBER("connect_port", config_read_u16, DRAFT, check.target.port, 1,        \
			      65535),                                                              \
		CONFIG_NUMBER("port", config_read_u16, DRAFT, check.target.port, 1, 65535),        \
		CONFIG_VALUE("bindto", "ADDRESS", pool_read_check_address, DRAFT,                  \
			     check.bind.address),                                                  \
		CONFIG_NUMBER("bind_port", config_read_u16, DRAFT, check.bind.port, 1, 65535),     \
		CONFIG_VALUE("bind_if", "NAME", pool_read_check_interface, DRAFT,                  \
			     check.interface),                                                     \
		RULE_TIME("connect_timeout", DRAFT, timeout_ns, NS_PER_MS),                        \
		CONFIG_U32("fwmark", DRAFT, check.mark, 0, 4294967295)

/* HTTP_GET and SSL_GET, and what GRPC_CHECK has of them. */
#define NAME_ROWS                                                                                  \
	CONFIG_VALUE("virtualhost", "NAME", config_read_string, DRAFT, check.http.virtualhost),    \
		CONFIG_BOOL("enable_sni", DRAFT, check.http.enable_sni, 0, 1),                     \
		CONFIG_VALUE("sni_name", "NAME", config_read_string, DRAFT, check.http.sni_name),  \
		CONFIG_BOOL("verify", DRAFT, check.http.verify, 0, 1),                             \
	{                                                                                          \
		.name = "header", .usage = "header \"NAME: VALUE\"", .read = pool_read_header,     \
		.flags = CONFIG_REPEATABLE, CONFIG_ONE_VALUE,                                      \
	}

config_read pool_read_check_address, pool_read_check_interface;
config_read pool_read_header, pool_read_http_protocol;

/* Reports a pattern that is no regular expression. options: PCRE2_* */
void pool_check_regex(struct config_parser *parser, const char *pattern, uint32_t options,
		      struct config_location location);

extern const struct config_block_type pool_http_type, pool_ssl_type, pool_grpc_type;
extern const struct config_block_type pool_tcp_type, pool_udp_type, pool_bfd_type;

#endif
