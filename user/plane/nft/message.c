/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of nf_tables are in network byte order; registers hold a mark in that of the machine. */
#include "user/plane/nft/message.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

/* The longest message but for elements, and one element. */
#define MESSAGE_BYTES_MAX 2048
#define ELEMENT_BYTES_MAX 128
/* A list of attributes has at most 65,535 bytes. */
#define ELEMENTS_MAX 400
#define CHAIN "in"
/* nft's numbers of types, which only it reads: six bits for each part of a key. */
#define TYPE_IPV4 7
#define TYPE_IPV6 8
#define TYPE_SERVICE 13
#define TYPE_MARK 19

static void make_room(struct nft_batch *batch, size_t bytes)
{
	size_t before = batch->room;

	if (batch->length + bytes <= batch->room)
		return;
	batch->room = 2 * batch->room + bytes;
	batch->buffer = realloc(batch->buffer, batch->room);
	if (!batch->buffer)
		abort();
	memset(batch->buffer + before, 0, batch->room - before);
}

static struct nlmsghdr *begin(struct nft_batch *batch, uint16_t type, uint16_t flags, size_t bytes)
{
	struct nlmsghdr *message;
	struct nfgenmsg *head;

	make_room(batch, bytes);
	batch->last = batch->length;
	message = mnl_nlmsg_put_header(batch->buffer + batch->length);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = batch->sequence++;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = batch->family;
	head->version = NFNETLINK_V0;
	return message;
}

static struct nlmsghdr *begin_table(struct nft_batch *batch, uint16_t type, uint16_t flags,
				    size_t bytes)
{
	return begin(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, bytes);
}

static void end(struct nft_batch *batch, const struct nlmsghdr *message)
{
	batch->length += NLMSG_ALIGN(message->nlmsg_len);
}

/* The begin and the end of a transaction name the subsystem. */
static void add_bracket(struct nft_batch *batch, uint16_t type)
{
	struct nlmsghdr *message = begin(batch, type, 0, MESSAGE_BYTES_MAX);
	struct nfgenmsg *head = mnl_nlmsg_get_payload(message);

	head->nfgen_family = AF_UNSPEC;
	head->res_id = htons(NFNL_SUBSYS_NFTABLES);
	end(batch, message);
}

void nft_batch_begin(struct nft_batch *batch, const char *name, uint32_t sequence)
{
	*batch = (struct nft_batch){.table = name, .sequence = sequence};
	add_bracket(batch, NFNL_MSG_BATCH_BEGIN);
}

void nft_batch_end(struct nft_batch *batch)
{
	struct nlmsghdr *last = (void *)(batch->buffer + batch->last);

	last->nlmsg_flags |= NLM_F_ACK;
	add_bracket(batch, NFNL_MSG_BATCH_END);
}

void nft_batch_free(struct nft_batch *batch)
{
	free(batch->buffer);
}

void nft_batch_family(struct nft_batch *batch, uint8_t family)
{
	batch->family = family == 6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

static void put_number(struct nlmsghdr *message, uint16_t type, uint32_t number)
{
	mnl_attr_put_u32(message, type, htonl(number));
}

void nft_add_table(struct nft_batch *batch)
{
	struct nlmsghdr *message =
		begin_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, MESSAGE_BYTES_MAX);

	mnl_attr_put_strz(message, NFTA_TABLE_NAME, batch->table);
	end(batch, message);
}

void nft_delete_table(struct nft_batch *batch)
{
	struct nlmsghdr *message = begin_table(batch, NFT_MSG_DELTABLE, 0, MESSAGE_BYTES_MAX);

	mnl_attr_put_strz(message, NFTA_TABLE_NAME, batch->table);
	end(batch, message);
}

void nft_add_chain(struct nft_batch *batch, int priority)
{
	struct nlmsghdr *message =
		begin_table(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, MESSAGE_BYTES_MAX);
	struct nlattr *hook;

	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, batch->table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, CHAIN);
	hook = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	put_number(message, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN);
	put_number(message, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	mnl_attr_nest_end(message, hook);
	put_number(message, NFTA_CHAIN_POLICY, NF_ACCEPT);
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	end(batch, message);
}

static uint32_t address_bytes(const struct nft_batch *batch)
{
	return batch->family == NFPROTO_IPV6 ? 16 : 4;
}

/* A key is the address and the port, each in whole registers of 4 bytes. */
static uint32_t key_bytes(const struct nft_batch *batch)
{
	return address_bytes(batch) + 4;
}

static void put_field(struct nlmsghdr *message, uint32_t bytes)
{
	struct nlattr *field = mnl_attr_nest_start(message, NFTA_LIST_ELEM);

	put_number(message, NFTA_SET_FIELD_LEN, bytes);
	mnl_attr_nest_end(message, field);
}

static void put_fields(const struct nft_batch *batch, struct nlmsghdr *message)
{
	struct nlattr *description = mnl_attr_nest_start(message, NFTA_SET_DESC);
	struct nlattr *fields = mnl_attr_nest_start(message, NFTA_SET_DESC_CONCAT);

	put_field(message, address_bytes(batch));
	put_field(message, sizeof(uint16_t));
	mnl_attr_nest_end(message, fields);
	mnl_attr_nest_end(message, description);
}

/* For nft alone, which would print marks the other way round: a type, a length and a number each. */
static void put_byte_orders(struct nlmsghdr *message)
{
	const struct {
		uint8_t type, bytes;
		uint32_t order; /* 1: of the machine, 2: of the network */
	} __attribute__((packed)) orders[] = {
		{0, sizeof(uint32_t), 2}, /* of keys */
		{1, sizeof(uint32_t), 1}, /* of data */
	};

	mnl_attr_put(message, NFTA_SET_USERDATA, sizeof(orders), orders);
}

static void add_empty_map(struct nft_batch *batch, const struct nft_map *map, uint32_t id)
{
	struct nlmsghdr *message =
		begin_table(batch, NFT_MSG_NEWSET, NLM_F_CREATE, MESSAGE_BYTES_MAX);
	uint32_t address_type = batch->family == NFPROTO_IPV6 ? TYPE_IPV6 : TYPE_IPV4;

	mnl_attr_put_strz(message, NFTA_SET_TABLE, batch->table);
	mnl_attr_put_strz(message, NFTA_SET_NAME, map->name);
	put_number(message, NFTA_SET_FLAGS, NFT_SET_INTERVAL | NFT_SET_MAP | NFT_SET_CONCAT);
	put_number(message, NFTA_SET_KEY_TYPE, address_type << 6 | TYPE_SERVICE);
	put_number(message, NFTA_SET_KEY_LEN, key_bytes(batch));
	put_number(message, NFTA_SET_DATA_TYPE, TYPE_MARK);
	put_number(message, NFTA_SET_DATA_LEN, sizeof(uint32_t));
	put_number(message, NFTA_SET_ID, id);
	put_fields(batch, message);
	put_byte_orders(message);
	end(batch, message);
}

static void put_value(struct nlmsghdr *message, uint16_t type, const void *value, size_t bytes)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	mnl_attr_put(message, NFTA_DATA_VALUE, bytes, value);
	mnl_attr_nest_end(message, nest);
}

static void put_key(const struct nft_batch *batch, struct nlmsghdr *message, uint16_t type,
		    const struct xb_address *address, uint16_t port)
{
	uint32_t ipv4 = address_is_ipv4(address) ? address_to_ipv4(address) : 0;
	uint16_t port_on_wire = htons(port);
	uint8_t key[20] = {0};

	if (batch->family == NFPROTO_IPV6)
		memcpy(key, address->bytes, sizeof(address->bytes));
	else
		memcpy(key, &ipv4, sizeof(ipv4));
	memcpy(key + address_bytes(batch), &port_on_wire, sizeof(port_on_wire));
	put_value(message, type, key, key_bytes(batch));
}

static void put_element(const struct nft_batch *batch, struct nlmsghdr *message,
			const struct nft_entry *entry)
{
	struct nlattr *nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);

	put_key(batch, message, NFTA_SET_ELEM_KEY, &entry->first, entry->port);
	put_key(batch, message, NFTA_SET_ELEM_KEY_END, &entry->last, entry->port);
	put_value(message, NFTA_SET_ELEM_DATA, &entry->mark, sizeof(entry->mark));
	mnl_attr_nest_end(message, nest);
}

static void add_elements(struct nft_batch *batch, const struct nft_map *map, uint32_t id,
			 const struct nft_entry *entries, size_t count)
{
	struct nlmsghdr *message = begin_table(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
					       MESSAGE_BYTES_MAX + count * ELEMENT_BYTES_MAX);
	struct nlattr *elements;

	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, batch->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, map->name);
	put_number(message, NFTA_SET_ELEM_LIST_SET_ID, id);
	elements = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (size_t i = 0; i < count; i++)
		put_element(batch, message, &entries[i]);
	mnl_attr_nest_end(message, elements);
	end(batch, message);
}

void nft_add_map(struct nft_batch *batch, const struct nft_map *map, uint32_t id)
{
	size_t count;

	add_empty_map(batch, map, id);
	for (size_t done = 0; done < map->count; done += count) {
		count = map->count - done < ELEMENTS_MAX ? map->count - done : ELEMENTS_MAX;
		add_elements(batch, map, id, map->entries + done, count);
	}
}

struct expression {
	struct nlattr *element, *data;
};

static struct expression begin_expression(struct nlmsghdr *message, const char *name)
{
	struct expression expression;

	expression.element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	mnl_attr_put_strz(message, NFTA_EXPR_NAME, name);
	expression.data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	return expression;
}

static void end_expression(struct nlmsghdr *message, struct expression expression)
{
	mnl_attr_nest_end(message, expression.data);
	mnl_attr_nest_end(message, expression.element);
}

static void put_protocol(struct nlmsghdr *message, uint8_t protocol)
{
	struct expression expression = begin_expression(message, "meta");

	put_number(message, NFTA_META_DREG, NFT_REG_1);
	put_number(message, NFTA_META_KEY, NFT_META_L4PROTO);
	end_expression(message, expression);
	expression = begin_expression(message, "cmp");
	put_number(message, NFTA_CMP_SREG, NFT_REG_1);
	put_number(message, NFTA_CMP_OP, NFT_CMP_EQ);
	put_value(message, NFTA_CMP_DATA, &protocol, sizeof(protocol));
	end_expression(message, expression);
}

static void put_load(struct nlmsghdr *message, uint32_t header, uint32_t offset, uint32_t bytes,
		     uint32_t to)
{
	struct expression expression = begin_expression(message, "payload");

	put_number(message, NFTA_PAYLOAD_DREG, to);
	put_number(message, NFTA_PAYLOAD_BASE, header);
	put_number(message, NFTA_PAYLOAD_OFFSET, offset);
	put_number(message, NFTA_PAYLOAD_LEN, bytes);
	end_expression(message, expression);
}

/* Destination address and port, as the key of the map. */
static void put_loads(const struct nft_batch *batch, struct nlmsghdr *message)
{
	bool ipv6 = batch->family == NFPROTO_IPV6;

	put_load(message, NFT_PAYLOAD_NETWORK_HEADER, ipv6 ? 24 : 16, address_bytes(batch),
		 NFT_REG_1);
	put_load(message, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, ipv6 ? NFT_REG_2 : NFT_REG32_01);
}

static void put_lookup(struct nlmsghdr *message, const struct nft_map *map, uint32_t id)
{
	struct expression expression = begin_expression(message, "lookup");

	mnl_attr_put_strz(message, NFTA_LOOKUP_SET, map->name);
	put_number(message, NFTA_LOOKUP_SET_ID, id);
	put_number(message, NFTA_LOOKUP_SREG, NFT_REG_1);
	put_number(message, NFTA_LOOKUP_DREG, NFT_REG_1);
	end_expression(message, expression);
}

static void put_mark(struct nlmsghdr *message)
{
	struct expression expression = begin_expression(message, "meta");

	put_number(message, NFTA_META_KEY, NFT_META_MARK);
	put_number(message, NFTA_META_SREG, NFT_REG_1);
	end_expression(message, expression);
}

static void put_return(struct nlmsghdr *message)
{
	struct expression expression = begin_expression(message, "immediate");
	struct nlattr *data, *verdict;

	put_number(message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = mnl_attr_nest_start(message, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(message, NFTA_DATA_VERDICT);
	put_number(message, NFTA_VERDICT_CODE, (uint32_t)NFT_RETURN);
	mnl_attr_nest_end(message, verdict);
	mnl_attr_nest_end(message, data);
	end_expression(message, expression);
}

void nft_add_rule(struct nft_batch *batch, const struct nft_map *map, uint32_t id)
{
	struct nlmsghdr *message =
		begin_table(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, MESSAGE_BYTES_MAX);
	struct nlattr *expressions;

	mnl_attr_put_strz(message, NFTA_RULE_TABLE, batch->table);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, CHAIN);
	expressions = mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
	put_protocol(message, map->protocol);
	put_loads(batch, message);
	put_lookup(message, map, id);
	put_mark(message);
	put_return(message);
	mnl_attr_nest_end(message, expressions);
	end(batch, message);
}
