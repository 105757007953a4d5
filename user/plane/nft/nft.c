/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transactions, and whether what they made is still there. */
#include "user/plane/nft/nft.h"
#include "user/lib/address.h"
#include "user/net/netlink/netlink.h"
#include "user/plane/nft/message.h"
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* For the elements of tens of thousands of addresses. */
#define SEND_BUFFER_BYTES (16 << 20)
#define ANSWER_BYTES 8192
#define PROTOCOLS 3

static const uint8_t families[2] = {4, 6};

int nft_open(struct nft *nft)
{
	const int bytes = SEND_BUFFER_BYTES;
	int error;

	*nft = (struct nft){.sequence = 1};
	nft->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nft->socket)
		return -errno;
	setsockopt(mnl_socket_get_fd(nft->socket), SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		   sizeof(bytes));
	if (!mnl_socket_bind(nft->socket, 0, MNL_SOCKET_AUTOPID))
		return 0;
	error = -errno;
	nft_close(nft);
	return error;
}

void nft_close(struct nft *nft)
{
	if (nft->socket)
		mnl_socket_close(nft->socket);
	nft->socket = NULL;
}

/* By family, protocol, port and address. */
static int compare(const void *a, const void *b)
{
	const struct nft_entry *x = a, *y = b;
	int families_differ = address_is_ipv4(&y->first) - address_is_ipv4(&x->first);

	if (families_differ)
		return families_differ;
	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	if (x->port != y->port)
		return x->port - y->port;
	if (!address_equal(&x->first, &y->first))
		return memcmp(&x->first, &y->first, sizeof(x->first));
	return (x->mark > y->mark) - (x->mark < y->mark);
}

static bool follows(const struct xb_address *address, const struct xb_address *before)
{
	struct xb_address next = *before;

	for (size_t i = sizeof(next.bytes); i-- > 0 && !++next.bytes[i];)
		;
	return address_equal(&next, address);
}

static bool same_map(const struct nft_entry *a, const struct nft_entry *b)
{
	return a->protocol == b->protocol &&
	       address_is_ipv4(&a->first) == address_is_ipv4(&b->first);
}

/* Sorts them, joins neighbours and leaves out what is there already. Returns how many remain. */
static size_t join(struct nft_entry *entries, size_t count)
{
	size_t kept = 0;

	qsort(entries, count, sizeof(*entries), compare);
	for (size_t i = 0; i < count; i++) {
		struct nft_entry *last = kept ? &entries[kept - 1] : NULL;
		bool near = last && same_map(last, &entries[i]) && last->port == entries[i].port;

		if (near && memcmp(&entries[i].first, &last->last, sizeof(last->last)) <= 0)
			continue;
		if (near && last->mark == entries[i].mark &&
		    follows(&entries[i].first, &last->last))
			last->last = entries[i].last;
		else
			entries[kept++] = entries[i];
	}
	return kept;
}

static const char *map_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return "udp_map";
	case IPPROTO_SCTP:
		return "sctp_map";
	default:
		return "tcp_map";
	}
}

static uint32_t lowest_mark(const struct nft_map *map)
{
	uint32_t lowest = UINT32_MAX;

	for (size_t i = 0; i < map->count; i++)
		if (map->entries[i].mark < lowest)
			lowest = map->entries[i].mark;
	return lowest;
}

/* In the order of the configuration, which is that of the marks. */
static int compare_maps(const void *a, const void *b)
{
	uint32_t x = lowest_mark(a), y = lowest_mark(b);

	return (x > y) - (x < y);
}

/* Entries are sorted. Returns how many maps the family has. */
static size_t find_maps(const struct nft_entry *entries, size_t count, uint8_t family,
			struct nft_map maps[static PROTOCOLS])
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (address_family(&entries[i].first) != family)
			continue;
		if (found && maps[found - 1].protocol == entries[i].protocol) {
			maps[found - 1].count++;
			continue;
		}
		maps[found++] = (struct nft_map){
			.protocol = entries[i].protocol,
			.name = map_name(entries[i].protocol),
			.entries = &entries[i],
			.count = 1,
		};
	}
	qsort(maps, found, sizeof(*maps), compare_maps);
	return found;
}

/* Adding before removing: it works whether there is a table or not. */
static void put_removal(struct nft_batch *batch)
{
	nft_add_table(batch);
	nft_delete_table(batch);
}

static void put_table(struct nft_batch *batch, int priority, const struct nft_map *maps,
		      size_t count)
{
	uint32_t id = (uint32_t)batch->family << 8; /* unique in the transaction */

	put_removal(batch);
	if (!count)
		return;
	nft_add_table(batch);
	for (size_t i = 0; i < count; i++)
		nft_add_map(batch, &maps[i], id + (uint32_t)i);
	nft_add_chain(batch, priority);
	for (size_t i = 0; i < count; i++)
		nft_add_rule(batch, &maps[i], id + (uint32_t)i);
}

/* The first error of the transaction; answers are there at once. */
static int take_answers(const struct nft *nft)
{
	char buffer[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	int error = -ENOBUFS; /* no answer at all */
	ssize_t length;
	int left;

	while ((length = mnl_socket_recvfrom(nft->socket, buffer, sizeof(buffer))) > 0) {
		const struct nlmsghdr *answer = (const void *)buffer;

		for (left = (int)length; mnl_nlmsg_ok(answer, left);
		     answer = mnl_nlmsg_next(answer, &left)) {
			const struct nlmsgerr *result = mnl_nlmsg_get_payload(answer);

			if (answer->nlmsg_type == NLMSG_ERROR && (!error || error == -ENOBUFS))
				error = result->error;
		}
	}
	return error;
}

static int commit(struct nft *nft, struct nft_batch *batch)
{
	int error = 0;

	nft_batch_end(batch);
	nft->sequence = batch->sequence;
	if (mnl_socket_sendto(nft->socket, batch->buffer, batch->length) < 0)
		error = -errno;
	nft_batch_free(batch);
	return error ? error : take_answers(nft);
}

static int take_made(const struct nlmsghdr *answer, void *context)
{
	const struct nlattr *table[NFTA_TABLE_MAX + 1] = {0};
	struct nft_made *made = context;

	netlink_attributes(answer, sizeof(struct nfgenmsg), table, NFTA_TABLE_MAX + 1);
	if (table[NFTA_TABLE_HANDLE])
		made->handle = be64toh(mnl_attr_get_u64(table[NFTA_TABLE_HANDLE]));
	if (table[NFTA_TABLE_USE])
		made->use = ntohl(mnl_attr_get_u32(table[NFTA_TABLE_USE]));
	return MNL_CB_OK;
}

static struct nft_made look_up(struct nft *nft, const char *name, uint8_t family)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO))) = {0};
	struct netlink netlink = {nft->socket, nft->sequence++};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nft_made made = {0};
	struct nfgenmsg *head;

	message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE;
	message->nlmsg_flags = NLM_F_REQUEST;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = family == 6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, name);
	if (netlink_query(&netlink, message, take_made, &made))
		made = (struct nft_made){0};
	return made;
}

int nft_replace(struct nft *nft, const char *name, int priority, struct nft_entry *entries,
		size_t count)
{
	struct nft_map maps[PROTOCOLS];
	struct nft_batch batch;
	int error;

	count = join(entries, count);
	nft_batch_begin(&batch, name, nft->sequence);
	for (size_t i = 0; i < 2; i++) {
		nft_batch_family(&batch, families[i]);
		put_table(&batch, priority, maps, find_maps(entries, count, families[i], maps));
	}
	error = commit(nft, &batch);
	if (error)
		return error;
	snprintf(nft->name, sizeof(nft->name), "%s", name);
	for (size_t i = 0; i < 2; i++)
		nft->made[i] = look_up(nft, name, families[i]);
	return 0;
}

int nft_remove(struct nft *nft, const char *name)
{
	struct nft_batch batch;

	nft_batch_begin(&batch, name, nft->sequence);
	for (size_t i = 0; i < 2; i++) {
		nft_batch_family(&batch, families[i]);
		put_removal(&batch);
	}
	nft->name[0] = '\0';
	return commit(nft, &batch);
}

bool nft_is_intact(struct nft *nft)
{
	for (size_t i = 0; nft->name[0] && i < 2; i++) {
		struct nft_made now = look_up(nft, nft->name, families[i]);

		if (now.handle != nft->made[i].handle || now.use != nft->made[i].use)
			return false;
	}
	return true;
}
