/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the configuration's values to those of the kernel. */
#include "user/plane/ipvs/entry.h"
#include "user/lib/address.h"
#include <linux/ip_vs.h>
#include <string.h>

struct ipvs_service_id ipvs_service_id_of(const struct plane_service *service)
{
	struct ipvs_service_id id = {.family = service->family, .mark = service->mark};

	if (!service->mark) {
		id.protocol = service->protocol;
		id.endpoint = service->endpoint;
	}
	return id;
}

/* The configuration counts flags from 1; the kernel's first is 8. */
static uint32_t scheduler_flags(uint32_t flags)
{
	return flags * IP_VS_SVC_F_SCHED1 &
	       (IP_VS_SVC_F_SCHED1 | IP_VS_SVC_F_SCHED2 | IP_VS_SVC_F_SCHED3);
}

/* Without persistence: every client alone, as ipvsadm and keepalived set it. */
static uint32_t netmask(const struct plane_service *service)
{
	const struct config_pool *pool = service->pool;

	if (service->family == 6)
		return pool->persistence_prefix ? pool->persistence_prefix : 128;
	return address_is_unset(&pool->persistence_mask) ? UINT32_MAX
							 : address_to_ipv4(&pool->persistence_mask);
}

struct ipvs_service_settings ipvs_service_settings_of(const struct plane_service *service)
{
	const struct config_pool *pool = service->pool;
	struct ipvs_service_settings settings = {
		.flags = scheduler_flags(pool->scheduler_flags),
		.timeout_s = pool->persistence_timeout_s,
		.netmask = netmask(service),
	};

	memcpy(settings.scheduler, pool->scheduler, sizeof(settings.scheduler) - 1);
	memcpy(settings.engine, pool->persistence_engine, sizeof(settings.engine) - 1);
	if (pool->persistence_timeout_s)
		settings.flags |= IP_VS_SVC_F_PERSISTENT;
	if (pool->one_packet)
		settings.flags |= IP_VS_SVC_F_ONEPACKET;
	return settings;
}

static const uint32_t methods[CONFIG_LVS_METHOD_COUNT] = {
	[CONFIG_LVS_NAT] = IP_VS_CONN_F_MASQ,
	[CONFIG_LVS_DR] = IP_VS_CONN_F_DROUTE,
	[CONFIG_LVS_TUN] = IP_VS_CONN_F_TUNNEL,
};

static const uint8_t tunnels[CONFIG_TUNNEL_COUNT] = {
	[CONFIG_TUNNEL_IPIP] = IP_VS_CONN_F_TUNNEL_TYPE_IPIP,
	[CONFIG_TUNNEL_GUE] = IP_VS_CONN_F_TUNNEL_TYPE_GUE,
	[CONFIG_TUNNEL_GRE] = IP_VS_CONN_F_TUNNEL_TYPE_GRE,
};

static const uint16_t checksums[] = {
	[CONFIG_TUNNEL_NOCSUM] = IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM,
	[CONFIG_TUNNEL_CSUM] = IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
	[CONFIG_TUNNEL_REMCSUM] = IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM,
};

struct ipvs_server_settings ipvs_server_settings_of(const struct plane_server *server)
{
	const struct config_forwarding *forwarding = &server->forwarding;
	struct ipvs_server_settings settings = {
		.method = methods[forwarding->method],
		.weight = server->weight,
		.upper_threshold = server->upper_threshold,
		.lower_threshold = server->lower_threshold,
	};

	if (forwarding->method != CONFIG_LVS_TUN)
		return settings;
	settings.tunnel = tunnels[forwarding->tunnel];
	settings.tunnel_flags = checksums[forwarding->checksum];
	if (forwarding->tunnel == CONFIG_TUNNEL_GUE)
		settings.tunnel_port = forwarding->tunnel_port;
	return settings;
}

bool ipvs_service_id_equal(const struct ipvs_service_id *a, const struct ipvs_service_id *b)
{
	return a->family == b->family && a->protocol == b->protocol && a->mark == b->mark &&
	       a->endpoint.port == b->endpoint.port &&
	       address_equal(&a->endpoint.address, &b->endpoint.address);
}

bool ipvs_service_settings_equal(const struct ipvs_service_settings *a,
				 const struct ipvs_service_settings *b)
{
	return !strcmp(a->scheduler, b->scheduler) && !strcmp(a->engine, b->engine) &&
	       a->flags == b->flags && a->timeout_s == b->timeout_s && a->netmask == b->netmask;
}

bool ipvs_server_settings_equal(const struct ipvs_server_settings *a,
				const struct ipvs_server_settings *b)
{
	return a->method == b->method && a->weight == b->weight &&
	       a->upper_threshold == b->upper_threshold &&
	       a->lower_threshold == b->lower_threshold && a->tunnel == b->tunnel &&
	       a->tunnel_port == b->tunnel_port && a->tunnel_flags == b->tunnel_flags;
}
