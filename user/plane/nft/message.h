/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to nf_tables. Each function adds one message, or several, to a transaction. */
#ifndef XBEAT_PLANE_NFT_MESSAGE_H
#define XBEAT_PLANE_NFT_MESSAGE_H

#include "user/plane/nft/nft.h"

/* Of one family, IPv4 or IPv6, and one protocol: a map and the rule that uses it. */
struct nft_map {
	uint8_t protocol;
	const char *name;
	const struct nft_entry *entries;
	size_t count;
};

/* A growing buffer of messages. */
struct nft_batch {
	char *buffer;
	size_t length, room;
	size_t last; /* where the last message begins */
	uint32_t sequence;
	const char *table;
	uint8_t family; /* NFPROTO_* */
};

/* name: of the tables. */
void nft_batch_begin(struct nft_batch *batch, const char *name, uint32_t sequence);

/* The last message is acknowledged. */
void nft_batch_end(struct nft_batch *batch);
void nft_batch_free(struct nft_batch *batch);

/* The tables of this family from now on: 4 or 6. */
void nft_batch_family(struct nft_batch *batch, uint8_t family);

void nft_add_table(struct nft_batch *batch);
void nft_delete_table(struct nft_batch *batch);
void nft_add_chain(struct nft_batch *batch, int priority);
/* id: unique in the transaction. */
void nft_add_map(struct nft_batch *batch, const struct nft_map *map, uint32_t id);
void nft_add_rule(struct nft_batch *batch, const struct nft_map *map, uint32_t id);

#endif
