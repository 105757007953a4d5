/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables tables that give packets to virtual addresses their marks: "ip NAME" and "ip6 NAME",
 * with a chain "in" and a map address . port : mark for each protocol, as keepalived makes them. Each
 * change replaces both at once, so that no packet misses them. Nothing waits.
 */
#ifndef XBEAT_PLANE_NFT_NFT_H
#define XBEAT_PLANE_NFT_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

#define NFT_NAME_BYTES 64

struct mnl_socket;

/* Packets to these addresses, one or many. */
struct nft_entry {
	uint8_t protocol; /* IPPROTO_TCP, UDP or SCTP */
	uint16_t port;
	struct xb_address first, last; /* of the same family */
	uint32_t mark;
};

/* What the kernel reported of a table after it was made. */
struct nft_made {
	uint64_t handle; /* 0: there is none */
	uint32_t use;
};

struct nft {
	struct mnl_socket *socket;
	uint32_t sequence;
	char name[NFT_NAME_BYTES]; /* of the tables that were made; "": none */
	struct nft_made made[2]; /* IPv4, IPv6 */
};

/* Returns 0 or a negative errno. */
int nft_open(struct nft *nft);
void nft_close(struct nft *nft);

/*
 * Replaces the tables of that name. entries: any order; they become sorted, and neighbours are joined.
 * Of two marks for the same address the lower one holds. Returns 0 or a negative errno; then the
 * tables are as before.
 */
int nft_replace(struct nft *nft, const char *name, int priority, struct nft_entry *entries,
		size_t count);

/* Removes the tables of that name, also those of an earlier daemon. */
int nft_remove(struct nft *nft, const char *name);

/* Whether the tables are still those that were made. */
bool nft_is_intact(struct nft *nft);

#endif
