/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blocks virtual_server, virtual_server_group, bfd_instance, SSL and vrrp_check. */
#ifndef XBEAT_CONFIG_POOLS_POOLS_H
#define XBEAT_CONFIG_POOLS_POOLS_H

#include "user/config/syntax/parser.h"
#include "user/lib/time.h"

#define POOL_INTERVAL_DEFAULT_NS (60 * NS_PER_SECOND) /* of delay_loop */

config_read config_read_virtual_server;
config_read config_read_server_group;
config_read config_read_tls_client;
config_read config_read_probe; /* vrrp_check */
config_read config_read_bfd; /* bfd_instance */

/* Finalizes what depends on the whole file: groups, track files, global_defs. */
void config_finalize_pools(struct config_parser *parser);

/* The options of regex_options, by index. Returns NULL after the last one. */
const char *config_regex_option_name(size_t index, uint32_t *option);

/* The names of enum check_initial and enum config_http_protocol. */
#define CONFIG_INITIAL_COUNT 4
#define CONFIG_HTTP_PROTOCOL_COUNT 4
extern const char *const config_initial_names[CONFIG_INITIAL_COUNT];
extern const char *const config_http_protocol_names[CONFIG_HTTP_PROTOCOL_COUNT];

/* The name of a type of DNS records that DNS_CHECK may ask for. */
const char *config_dns_type_name(uint16_t type);

#endif
