/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register of routes and rules; see held_routes.h. */
#include "user/net/held_routes.h"
#include "user/lib/limits.h"
#include <linux/netlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/digest.h>

struct held_route {
	const void *holder;
	uint64_t hash; /* of the key: an instance may have thousands of routes */
	struct nlmsghdr *key;
};

static uint64_t hash_of(const struct nlmsghdr *key)
{
	const uint8_t *bytes = (const void *)key;
	uint64_t hash = XB_DIGEST_START;

	for (size_t i = 0; i < key->nlmsg_len; i++)
		hash = xb_digest_word(hash, bytes[i]);
	return hash;
}

static bool is(const struct held_route *entry, uint64_t hash, const struct nlmsghdr *key)
{
	return entry->hash == hash && entry->key->nlmsg_len == key->nlmsg_len &&
	       !memcmp(entry->key, key, key->nlmsg_len);
}

static struct held_route *find(const struct held_routes *held, const void *holder, uint64_t hash,
			       const struct nlmsghdr *key)
{
	for (size_t i = 0; i < held->count; i++)
		if (held->list[i].holder == holder && is(&held->list[i], hash, key))
			return &held->list[i];
	return NULL;
}

void held_routes_add(struct held_routes *held, const void *holder, struct nlmsghdr *key)
{
	uint64_t hash = key ? hash_of(key) : 0;

	if (!key || find(held, holder, hash, key)) {
		free(key);
		return;
	}
	held->list = reallocarray(held->list, held->count + 1, sizeof(*held->list));
	if (!held->list)
		limits_out_of_memory();
	held->list[held->count++] = (struct held_route){holder, hash, key};
}

static void forget(struct held_routes *held, struct held_route *entry)
{
	free(entry->key);
	*entry = held->list[--held->count];
}

bool held_routes_remove(struct held_routes *held, const void *holder, struct nlmsghdr *key)
{
	uint64_t hash = key ? hash_of(key) : 0;
	struct held_route *entry = key ? find(held, holder, hash, key) : NULL;
	bool other = false;

	if (entry)
		forget(held, entry);
	for (size_t i = 0; key && i < held->count; i++)
		other |= is(&held->list[i], hash, key);
	free(key);
	return other;
}

void held_routes_drop(struct held_routes *held, const void *holder)
{
	for (size_t i = held->count; i-- > 0;)
		if (held->list[i].holder == holder)
			forget(held, &held->list[i]);
}

void held_routes_free(struct held_routes *held)
{
	for (size_t i = 0; i < held->count; i++)
		free(held->list[i].key);
	free(held->list);
	*held = (struct held_routes){0};
}
