/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes requests; attributes are in the order in which ipvsadm sends them. */
#include "user/plane/ipvs/message.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <string.h>

struct nlmsghdr *ipvs_message(void *buffer, uint16_t family, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *message;
	struct genlmsghdr *head;

	/* libmnl does not write what is between attributes. */
	memset(buffer, 0, IPVS_MESSAGE_BYTES);
	message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = family;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->cmd = command;
	head->version = IPVS_GENL_VERSION;
	return message;
}

static uint16_t family_number(uint8_t family)
{
	return family == 6 ? AF_INET6 : AF_INET;
}

/* 16 bytes for both families; IPv4 has the first four. */
static void put_address(struct nlmsghdr *message, uint16_t type, const struct xb_address *address)
{
	uint8_t bytes[16] = {0};
	uint32_t ipv4;

	if (address_is_ipv4(address)) {
		ipv4 = address_to_ipv4(address);
		memcpy(bytes, &ipv4, sizeof(ipv4));
	} else {
		memcpy(bytes, address->bytes, sizeof(bytes));
	}
	mnl_attr_put(message, type, sizeof(bytes), bytes);
}

static void put_service_settings(struct nlmsghdr *message,
				 const struct ipvs_service_settings *settings)
{
	/* All flags are set, also those that are 0. */
	struct ip_vs_flags flags = {.flags = settings->flags, .mask = UINT32_MAX};

	mnl_attr_put_strz(message, IPVS_SVC_ATTR_SCHED_NAME, settings->scheduler);
	if (settings->engine[0])
		mnl_attr_put_strz(message, IPVS_SVC_ATTR_PE_NAME, settings->engine);
	mnl_attr_put(message, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
	mnl_attr_put_u32(message, IPVS_SVC_ATTR_TIMEOUT, settings->timeout_s);
	mnl_attr_put_u32(message, IPVS_SVC_ATTR_NETMASK, settings->netmask);
}

void ipvs_put_service(struct nlmsghdr *message, const struct ipvs_service_id *id,
		      const struct ipvs_service_settings *settings)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_SERVICE);

	mnl_attr_put_u16(message, IPVS_SVC_ATTR_AF, family_number(id->family));
	if (id->mark) {
		mnl_attr_put_u32(message, IPVS_SVC_ATTR_FWMARK, id->mark);
	} else {
		mnl_attr_put_u16(message, IPVS_SVC_ATTR_PROTOCOL, id->protocol);
		put_address(message, IPVS_SVC_ATTR_ADDR, &id->endpoint.address);
		mnl_attr_put_u16(message, IPVS_SVC_ATTR_PORT, htons(id->endpoint.port));
	}
	if (settings)
		put_service_settings(message, settings);
	mnl_attr_nest_end(message, nest);
}

static void put_tunnel(struct nlmsghdr *message, const struct ipvs_server_settings *settings)
{
	mnl_attr_put_u8(message, IPVS_DEST_ATTR_TUN_TYPE, settings->tunnel);
	mnl_attr_put_u16(message, IPVS_DEST_ATTR_TUN_PORT, htons(settings->tunnel_port));
	mnl_attr_put_u16(message, IPVS_DEST_ATTR_TUN_FLAGS, settings->tunnel_flags);
}

static void put_server_settings(struct nlmsghdr *message,
				const struct ipvs_server_settings *settings)
{
	mnl_attr_put_u32(message, IPVS_DEST_ATTR_FWD_METHOD, settings->method);
	mnl_attr_put_u32(message, IPVS_DEST_ATTR_WEIGHT, settings->weight);
	put_tunnel(message, settings);
	mnl_attr_put_u32(message, IPVS_DEST_ATTR_U_THRESH, settings->upper_threshold);
	mnl_attr_put_u32(message, IPVS_DEST_ATTR_L_THRESH, settings->lower_threshold);
}

void ipvs_put_server(struct nlmsghdr *message, const struct config_endpoint *endpoint,
		     const struct ipvs_server_settings *settings)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_DEST);

	mnl_attr_put_u16(message, IPVS_DEST_ATTR_ADDR_FAMILY,
			 family_number(address_family(&endpoint->address)));
	put_address(message, IPVS_DEST_ATTR_ADDR, &endpoint->address);
	mnl_attr_put_u16(message, IPVS_DEST_ATTR_PORT, htons(endpoint->port));
	if (settings)
		put_server_settings(message, settings);
	mnl_attr_nest_end(message, nest);
}

/* The kernel requires all three, and leaves those unchanged that are 0. */
void ipvs_put_timeouts(struct nlmsghdr *message, const struct ipvs_timeouts *timeouts)
{
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts->tcp_s);
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts->tcpfin_s);
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts->udp_s);
}

static void put_group(struct nlmsghdr *message, const struct xb_address *group)
{
	if (address_is_ipv4(group))
		mnl_attr_put_u32(message, IPVS_DAEMON_ATTR_MCAST_GROUP, address_to_ipv4(group));
	else
		mnl_attr_put(message, IPVS_DAEMON_ATTR_MCAST_GROUP6, sizeof(group->bytes),
			     group->bytes);
}

static void put_sync_settings(struct nlmsghdr *message, const struct config_lvs_sync *settings)
{
	if (settings->length_max)
		mnl_attr_put_u16(message, IPVS_DAEMON_ATTR_SYNC_MAXLEN, settings->length_max);
	if (settings->port)
		mnl_attr_put_u16(message, IPVS_DAEMON_ATTR_MCAST_PORT, settings->port);
	if (settings->ttl)
		mnl_attr_put_u8(message, IPVS_DAEMON_ATTR_MCAST_TTL, settings->ttl);
	if (!address_is_unset(&settings->group))
		put_group(message, &settings->group);
}

void ipvs_put_sync(struct nlmsghdr *message, bool master, uint8_t id,
		   const struct config_lvs_sync *settings)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_DAEMON);

	mnl_attr_put_u32(message, IPVS_DAEMON_ATTR_STATE,
			 master ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP);
	if (settings) {
		mnl_attr_put_strz(message, IPVS_DAEMON_ATTR_MCAST_IFN, settings->interface);
		mnl_attr_put_u32(message, IPVS_DAEMON_ATTR_SYNC_ID, id);
		put_sync_settings(message, settings);
	}
	mnl_attr_nest_end(message, nest);
}
