/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the kernel's IPVS answers. An attribute of the wrong length is as one that is missing. */
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/net/netlink/netlink.h"
#include "user/plane/ipvs/message.h"
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <string.h>

/* The number of an attribute of 1, 2, 4 or 8 bytes; 0 if it is missing. */
static uint64_t number(const struct nlattr *attribute)
{
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
	} value = {0};
	uint16_t length;

	if (!attribute)
		return 0;
	length = mnl_attr_get_payload_len(attribute);
	if (length > sizeof(value))
		return 0;
	memcpy(&value, mnl_attr_get_payload(attribute), length);
	switch (length) {
	case 1:
		return value.u8;
	case 2:
		return value.u16;
	case 4:
		return value.u32;
	case 8:
		return value.u64;
	default:
		return 0;
	}
}

static uint16_t read_u16(const struct nlattr *attribute)
{
	return (uint16_t)number(attribute);
}

static uint32_t read_u32(const struct nlattr *attribute)
{
	return (uint32_t)number(attribute);
}

/* text: zero, and longer than what is copied. */
static void read_text(const struct nlattr *attribute, char *text, size_t bytes)
{
	size_t length;

	if (!attribute)
		return;
	length = mnl_attr_get_payload_len(attribute);
	memcpy(text, mnl_attr_get_payload(attribute), length < bytes ? length : bytes - 1);
}

static bool read_address(const struct nlattr *attribute, uint8_t family, struct xb_address *address)
{
	uint16_t length = attribute ? mnl_attr_get_payload_len(attribute) : 0;
	uint32_t ipv4;

	if (family == 6 && length >= sizeof(address->bytes)) {
		memcpy(address->bytes, mnl_attr_get_payload(attribute), sizeof(address->bytes));
		return true;
	}
	if (family != 4 || length < sizeof(ipv4))
		return false;
	memcpy(&ipv4, mnl_attr_get_payload(attribute), sizeof(ipv4));
	*address = address_from_ipv4(ipv4);
	return true;
}

static uint8_t read_family(const struct nlattr *attribute)
{
	switch (read_u16(attribute)) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 6;
	default:
		return 0;
	}
}

/* The 64-bit ones if the kernel has them (4.1). */
static struct ipvs_counters read_counters(const struct nlattr *narrow, const struct nlattr *wide)
{
	const struct nlattr *table[IPVS_STATS_ATTR_MAX + 1] = {0};
	const struct nlattr *nest = wide ? wide : narrow;

	if (nest)
		netlink_nested_attributes(nest, table, ARRAY_SIZE(table));
	return (struct ipvs_counters){
		.connections = number(table[IPVS_STATS_ATTR_CONNS]),
		.packets_in = number(table[IPVS_STATS_ATTR_INPKTS]),
		.packets_out = number(table[IPVS_STATS_ATTR_OUTPKTS]),
		.bytes_in = number(table[IPVS_STATS_ATTR_INBYTES]),
		.bytes_out = number(table[IPVS_STATS_ATTR_OUTBYTES]),
	};
}

/* Fills table with what is in one attribute of a message. Returns false if it has none. */
static bool read_nest(const struct nlmsghdr *message, uint16_t type, const struct nlattr **table,
		      uint16_t count)
{
	const struct nlattr *outer[IPVS_CMD_ATTR_MAX + 1] = {0};

	netlink_attributes(message, sizeof(struct genlmsghdr), outer, ARRAY_SIZE(outer));
	if (!outer[type])
		return false;
	netlink_nested_attributes(outer[type], table, count);
	return true;
}

static bool read_id(const struct nlattr *const *table, struct ipvs_service_id *id)
{
	id->family = read_family(table[IPVS_SVC_ATTR_AF]);
	if (!id->family)
		return false;
	id->mark = read_u32(table[IPVS_SVC_ATTR_FWMARK]);
	if (id->mark)
		return true;
	id->protocol = (uint8_t)read_u16(table[IPVS_SVC_ATTR_PROTOCOL]);
	id->endpoint.port = ntohs(read_u16(table[IPVS_SVC_ATTR_PORT]));
	return read_address(table[IPVS_SVC_ATTR_ADDR], id->family, &id->endpoint.address);
}

static uint32_t read_flags(const struct nlattr *attribute)
{
	struct ip_vs_flags flags = {0};

	if (attribute && mnl_attr_get_payload_len(attribute) >= sizeof(flags))
		memcpy(&flags, mnl_attr_get_payload(attribute), sizeof(flags));
	return flags.flags & ~(uint32_t)IP_VS_SVC_F_HASHED;
}

bool ipvs_read_service(const struct nlmsghdr *message, struct ipvs_service_entry *entry)
{
	const struct nlattr *table[IPVS_SVC_ATTR_MAX + 1] = {0};
	struct ipvs_service_settings *settings = &entry->settings;

	memset(entry, 0, sizeof(*entry));
	if (!read_nest(message, IPVS_CMD_ATTR_SERVICE, table, ARRAY_SIZE(table)) ||
	    !read_id(table, &entry->id))
		return false;
	read_text(table[IPVS_SVC_ATTR_SCHED_NAME], settings->scheduler,
		  sizeof(settings->scheduler));
	read_text(table[IPVS_SVC_ATTR_PE_NAME], settings->engine, sizeof(settings->engine));
	settings->flags = read_flags(table[IPVS_SVC_ATTR_FLAGS]);
	settings->timeout_s = read_u32(table[IPVS_SVC_ATTR_TIMEOUT]);
	settings->netmask = read_u32(table[IPVS_SVC_ATTR_NETMASK]);
	entry->counters = read_counters(table[IPVS_SVC_ATTR_STATS], table[IPVS_SVC_ATTR_STATS64]);
	return true;
}

static struct ipvs_server_settings read_server_settings(const struct nlattr *const *table)
{
	return (struct ipvs_server_settings){
		.method = read_u32(table[IPVS_DEST_ATTR_FWD_METHOD]) & IP_VS_CONN_F_FWD_MASK,
		.weight = read_u32(table[IPVS_DEST_ATTR_WEIGHT]),
		.upper_threshold = read_u32(table[IPVS_DEST_ATTR_U_THRESH]),
		.lower_threshold = read_u32(table[IPVS_DEST_ATTR_L_THRESH]),
		.tunnel = (uint8_t)number(table[IPVS_DEST_ATTR_TUN_TYPE]),
		.tunnel_port = ntohs(read_u16(table[IPVS_DEST_ATTR_TUN_PORT])),
		.tunnel_flags = read_u16(table[IPVS_DEST_ATTR_TUN_FLAGS]),
	};
}

bool ipvs_read_server(const struct nlmsghdr *message, uint8_t service_family,
		      struct ipvs_server_entry *entry)
{
	const struct nlattr *table[IPVS_DEST_ATTR_MAX + 1] = {0};
	uint8_t family;

	memset(entry, 0, sizeof(*entry));
	if (!read_nest(message, IPVS_CMD_ATTR_DEST, table, ARRAY_SIZE(table)))
		return false;
	family = read_family(table[IPVS_DEST_ATTR_ADDR_FAMILY]);
	if (!read_address(table[IPVS_DEST_ATTR_ADDR], family ? family : service_family,
			  &entry->endpoint.address))
		return false;
	entry->endpoint.port = ntohs(read_u16(table[IPVS_DEST_ATTR_PORT]));
	entry->settings = read_server_settings(table);
	entry->active = read_u32(table[IPVS_DEST_ATTR_ACTIVE_CONNS]);
	entry->inactive = read_u32(table[IPVS_DEST_ATTR_INACT_CONNS]);
	entry->counters = read_counters(table[IPVS_DEST_ATTR_STATS], table[IPVS_DEST_ATTR_STATS64]);
	return true;
}

bool ipvs_read_timeouts(const struct nlmsghdr *message, struct ipvs_timeouts *timeouts)
{
	const struct nlattr *table[IPVS_CMD_ATTR_MAX + 1] = {0};

	netlink_attributes(message, sizeof(struct genlmsghdr), table, ARRAY_SIZE(table));
	timeouts->tcp_s = read_u32(table[IPVS_CMD_ATTR_TIMEOUT_TCP]);
	timeouts->tcpfin_s = read_u32(table[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN]);
	timeouts->udp_s = read_u32(table[IPVS_CMD_ATTR_TIMEOUT_UDP]);
	return table[IPVS_CMD_ATTR_TIMEOUT_TCP] && table[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN] &&
	       table[IPVS_CMD_ATTR_TIMEOUT_UDP];
}

static void read_group(const struct nlattr *const *table, struct xb_address *group)
{
	if (!read_address(table[IPVS_DAEMON_ATTR_MCAST_GROUP], 4, group))
		read_address(table[IPVS_DAEMON_ATTR_MCAST_GROUP6], 6, group);
}

bool ipvs_read_sync(const struct nlmsghdr *message, struct ipvs_sync_entry *entry)
{
	const struct nlattr *table[IPVS_DAEMON_ATTR_MAX + 1] = {0};
	struct config_lvs_sync *settings = &entry->settings;
	uint32_t state;

	memset(entry, 0, sizeof(*entry));
	if (!read_nest(message, IPVS_CMD_ATTR_DAEMON, table, ARRAY_SIZE(table)))
		return false;
	state = read_u32(table[IPVS_DAEMON_ATTR_STATE]);
	entry->master = state == IP_VS_STATE_MASTER;
	entry->id = (uint8_t)read_u32(table[IPVS_DAEMON_ATTR_SYNC_ID]);
	read_text(table[IPVS_DAEMON_ATTR_MCAST_IFN], settings->interface,
		  sizeof(settings->interface));
	settings->length_max = read_u16(table[IPVS_DAEMON_ATTR_SYNC_MAXLEN]);
	settings->port = read_u16(table[IPVS_DAEMON_ATTR_MCAST_PORT]);
	settings->ttl = (uint8_t)number(table[IPVS_DAEMON_ATTR_MCAST_TTL]);
	read_group(table, &settings->group);
	return entry->master || state == IP_VS_STATE_BACKUP;
}
