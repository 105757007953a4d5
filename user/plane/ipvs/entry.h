/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services and servers as the kernel's IPVS has them: what identifies one, and what can be changed.
 * Values are the kernel's own (linux/ip_vs.h), in the byte order of this machine.
 */
#ifndef XBEAT_PLANE_IPVS_ENTRY_H
#define XBEAT_PLANE_IPVS_ENTRY_H

#include "user/plane/plane.h"
#include <stdbool.h>
#include <stdint.h>

struct ipvs_service_id {
	uint8_t family; /* 4 or 6 */
	uint8_t protocol; /* IPPROTO_*; 0 with a mark */
	uint32_t mark; /* 0: endpoint */
	struct config_endpoint endpoint; /* zero with a mark */
};

struct ipvs_service_settings {
	char scheduler[CONFIG_SCHEDULER_BYTES];
	char engine[CONFIG_SCHEDULER_BYTES]; /* of persistence; "": none */
	uint32_t flags; /* IP_VS_SVC_F_*, without IP_VS_SVC_F_HASHED */
	uint32_t timeout_s; /* of persistence */
	uint32_t netmask; /* of persistence; IPv4: in network byte order, IPv6: prefix length */
};

struct ipvs_server_settings {
	uint32_t method; /* IP_VS_CONN_F_* */
	uint32_t weight;
	uint32_t upper_threshold, lower_threshold;
	uint8_t tunnel; /* IP_VS_CONN_F_TUNNEL_TYPE_* */
	uint16_t tunnel_port;
	uint16_t tunnel_flags; /* IP_VS_TUNNEL_ENCAP_FLAG_* */
};

struct ipvs_counters {
	uint64_t connections, packets_in, packets_out, bytes_in, bytes_out;
};

/* As a dump has it. */
struct ipvs_service_entry {
	struct ipvs_service_id id;
	struct ipvs_service_settings settings;
	struct ipvs_counters counters;
};

struct ipvs_server_entry {
	struct config_endpoint endpoint;
	struct ipvs_server_settings settings;
	uint32_t active, inactive; /* connections */
	struct ipvs_counters counters;
};

/* What of the configuration becomes what of the kernel. */
struct ipvs_service_id ipvs_service_id_of(const struct plane_service *service);
struct ipvs_service_settings ipvs_service_settings_of(const struct plane_service *service);
struct ipvs_server_settings ipvs_server_settings_of(const struct plane_server *server);

bool ipvs_service_id_equal(const struct ipvs_service_id *a, const struct ipvs_service_id *b);
bool ipvs_service_settings_equal(const struct ipvs_service_settings *a,
				 const struct ipvs_service_settings *b);
bool ipvs_server_settings_equal(const struct ipvs_server_settings *a,
				const struct ipvs_server_settings *b);

#endif
