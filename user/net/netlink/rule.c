// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of policy routing over rtnetlink. A rule is removed by all its attributes. */
#include "user/net/netlink/address.h"
#include "user/net/netlink/netlink.h"
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_BYTES 1024

static void put_text(struct nlmsghdr *header, uint16_t type, const char *text)
{
	if (*text)
		mnl_attr_put_strz(header, type, text);
}

static void put_u8(struct nlmsghdr *header, uint16_t type, const struct config_number *number)
{
	if (number->given)
		mnl_attr_put_u8(header, type, (uint8_t)number->value);
}

static void put_u32(struct nlmsghdr *header, uint16_t type, const struct config_number *number)
{
	if (number->given)
		mnl_attr_put_u32(header, type, number->value);
}

static void put_ports(struct nlmsghdr *header, uint16_t type, const struct config_pair *ports)
{
	struct fib_rule_port_range range = {
		.start = (uint16_t)ports->first,
		.end = (uint16_t)ports->second,
	};

	if (ports->given)
		mnl_attr_put(header, type, sizeof(range), &range);
}

static void put_uids(struct nlmsghdr *header, const struct config_pair *uids)
{
	struct fib_rule_uid_range range = {.start = uids->first, .end = uids->second};

	if (uids->given)
		mnl_attr_put(header, FRA_UID_RANGE, sizeof(range), &range);
}

static void put_addresses(struct nlmsghdr *header, struct fib_rule_hdr *message,
			  const struct config_rule *rule)
{
	if (rule->from.given) {
		message->src_len = rule->from.length;
		netlink_put_address(header, FRA_SRC, &rule->from.address);
	}
	if (rule->to.given) {
		message->dst_len = rule->to.length;
		netlink_put_address(header, FRA_DST, &rule->to.address);
	}
}

/* The packets that a rule selects. */
static void put_selector(struct nlmsghdr *header, const struct config_rule *rule)
{
	put_text(header, FRA_IIFNAME, rule->input_interface);
	put_text(header, FRA_OIFNAME, rule->output_interface);
	if (rule->mark.given) {
		mnl_attr_put_u32(header, FRA_FWMARK, rule->mark.first);
		mnl_attr_put_u32(header, FRA_FWMASK, rule->mark.second);
	}
	put_u8(header, FRA_IP_PROTO, &rule->ip_protocol);
	put_ports(header, FRA_SPORT_RANGE, &rule->source_ports);
	put_ports(header, FRA_DPORT_RANGE, &rule->destination_ports);
	put_uids(header, &rule->uids);
	if (rule->tunnel_id.given)
		mnl_attr_put_u64(header, FRA_TUN_ID, htobe64(rule->tunnel_id.value));
}

/* What happens to them. */
static void put_action(struct nlmsghdr *header, const struct config_rule *rule)
{
	put_u32(header, FRA_TABLE, &rule->table);
	put_u32(header, FRA_GOTO, &rule->goto_priority);
	if (rule->l3mdev)
		mnl_attr_put_u8(header, FRA_L3MDEV, 1);
	if (rule->realms.given)
		mnl_attr_put_u32(header, FRA_FLOW, rule->realms.first << 16 | rule->realms.second);
	put_u32(header, FRA_SUPPRESS_PREFIXLEN, &rule->suppress_prefix_length);
	put_u32(header, FRA_SUPPRESS_IFGROUP, &rule->suppress_interface_group);
}

static uint8_t rule_action(const struct config_rule *rule)
{
	if (rule->action.given)
		return (uint8_t)rule->action.value;
	return rule->goto_priority.given ? FR_ACT_GOTO : FR_ACT_TO_TBL;
}

/* buffer: REQUEST_BYTES. */
static struct nlmsghdr *make_request(char *buffer, uint16_t type, uint16_t flags,
				     const struct config_rule *rule)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *message;

	header->nlmsg_type = type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	message->family = rule->family == 4 ? AF_INET : AF_INET6;
	message->action = rule_action(rule);
	message->tos = rule->tos.given ? (uint8_t)rule->tos.value : 0;
	message->flags = rule->invert ? FIB_RULE_INVERT : 0;
	put_addresses(header, message, rule);
	put_selector(header, rule);
	put_action(header, rule);
	put_u32(header, FRA_PRIORITY, &rule->priority);
	mnl_attr_put_u8(header, FRA_PROTOCOL,
			rule->protocol.given ? (uint8_t)rule->protocol.value : RTPROT_KEEPALIVED);
	return header;
}

static int change_rule(struct netlink *netlink, uint16_t type, uint16_t flags,
		       const struct config_rule *rule)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	return netlink_transact(netlink, make_request(buffer, type, flags, rule));
}

struct nlmsghdr *netlink_rule_message(const struct config_rule *rule)
{
	char *buffer = calloc(1, REQUEST_BYTES);

	return buffer ? make_request(buffer, RTM_NEWRULE, 0, rule) : NULL;
}

int netlink_add_rule(struct netlink *netlink, const struct config_rule *rule)
{
	return change_rule(netlink, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

int netlink_remove_rule(struct netlink *netlink, const struct config_rule *rule)
{
	return change_rule(netlink, RTM_DELRULE, 0, rule);
}
