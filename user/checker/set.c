/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of checks: equal ones are found by a hash table of their identities. */
#include "user/checker/set.h"
#include "user/lib/array.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_AT_FIRST 64

/* One that cannot be read is empty, not absent: without "ca" the system's authorities would be
 * trusted, and without "certificate" a server that asks for one would be accused. */
static char *read_pem(const char *path, const char *keyword, const char *effect)
{
	char *text = NULL;
	size_t length;
	int error = path ? file_read(path, &text, &length) : 0;

	if (!error)
		return text;
	log_error("SSL %s: cannot read %s: %s; %s until a reload finds it", keyword, path,
		  limits_strerror(-error), effect);
	return text_copy("");
}

static int add_tls(struct checker_set *set, const struct config_tls_client *client)
{
	struct checker_tls tls = {
		.password = client ? client->password : NULL,
		.ca = client ? read_pem(client->ca, "ca", "checks with \"verify\" have no result")
			     : NULL,
		.certificate = client ? read_pem(client->certificate, "certificate",
						 "checks with TLS have no result")
				      : NULL,
		.key = client ? read_pem(client->key, "key", "checks with TLS have no result")
			      : NULL,
	};
	int error = definition_encode_tls(&set->bytes, &tls);

	free(tls.ca);
	free(tls.certificate);
	free(tls.key);
	return error;
}

static int align(struct definition_bytes *bytes)
{
	static const uint8_t zero[8];

	return definition_append(bytes, zero, CHECKER_SET_ALIGNED(bytes->count) - bytes->count);
}

static int begin(struct checker_set *set, const struct config_tls_client *tls)
{
	struct checker_set_header header = {.layout = CHECKER_LAYOUT};
	int error = definition_append(&set->bytes, &header, sizeof(header));

	if (!error)
		error = add_tls(set, tls);
	if (error)
		return error;
	header.tls_length = (uint32_t)(set->bytes.count - sizeof(header));
	memcpy(set->bytes.start, &header, sizeof(header));
	set->bucket_count = BUCKETS_AT_FIRST;
	set->buckets = calloc(set->bucket_count, sizeof(*set->buckets));
	return set->buckets ? align(&set->bytes) : -ENOMEM;
}

struct checker_set *checker_set_new(const struct config_tls_client *tls)
{
	struct checker_set *set = calloc(1, sizeof(*set));

	if (set && begin(set, tls)) {
		checker_set_free(set);
		set = NULL;
	}
	return set;
}

void checker_set_free(struct checker_set *set)
{
	if (!set)
		return;
	free(set->bytes.start);
	free(set->checks);
	free(set->buckets);
	free(set->presets);
	free(set);
}

struct checker_set_entry *set_entry(const struct checker_set *set, uint32_t check)
{
	return (struct checker_set_entry *)(void *)(set->bytes.start + set->checks[check].entry);
}

/* FNV-1a, eight bytes at a time: who chooses addresses gains nothing from equal hashes but time in a
 * reload. */
static uint64_t hash_bytes(const uint8_t *bytes, size_t count)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; count >= 8; bytes += 8, count -= 8) {
		uint64_t word;

		memcpy(&word, bytes, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	while (count--)
		hash = (hash ^ *bytes++) * UINT64_C(0x100000001b3);
	return hash ^ (hash >> 32);
}

bool set_same_identity(const struct checker_set_entry *one, const struct checker_set_entry *other)
{
	return one->identity_length == other->identity_length &&
	       !memcmp(one + 1, other + 1, one->identity_length);
}

bool set_same_rules(const struct checker_set_entry *one, const struct checker_set_entry *other)
{
	return check_rules_equal(&one->rules, &other->rules);
}

static uint32_t *bucket_of(const struct checker_set *set, uint64_t hash)
{
	return &set->buckets[hash & (set->bucket_count - 1)];
}

static void put_in_bucket(struct checker_set *set, uint32_t check)
{
	uint32_t *bucket = bucket_of(set, set->checks[check].hash);

	set->checks[check].next = *bucket;
	*bucket = check + 1;
}

static int grow_buckets(struct checker_set *set)
{
	uint32_t *buckets = calloc((size_t)set->bucket_count * 2, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	free(set->buckets);
	set->buckets = buckets;
	set->bucket_count *= 2;
	for (uint32_t i = 0; i < set->count; i++)
		put_in_bucket(set, i);
	return 0;
}

static int make_room(struct checker_set *set)
{
	struct set_check *grown;
	uint32_t room = set->room ? set->room * 2 : 64;

	if (set->count == set->bucket_count && grow_buckets(set))
		return -ENOMEM;
	if (set->count < set->room)
		return 0;
	grown = realloc(set->checks, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->checks = grown;
	set->room = room;
	return 0;
}

/* Returns the index of the check that is the same in all, with these rules, or -1. */
static int64_t find_equal(const struct checker_set *set, uint64_t hash,
			  const struct checker_set_entry *wanted)
{
	for (uint32_t next = *bucket_of(set, hash); next; next = set->checks[next - 1].next) {
		const struct checker_set_entry *entry = set_entry(set, next - 1);

		if (set->checks[next - 1].hash == hash && set_same_identity(entry, wanted) &&
		    set_same_rules(entry, wanted))
			return next - 1;
	}
	return -1;
}

/* Appends entry and identity. Returns 0 or a negative errno. */
static int append_entry(struct checker_set *set, const struct config_check *check)
{
	static const struct checker_set_entry empty;
	size_t before = set->bytes.count;
	struct checker_set_entry *entry;
	int error = definition_append(&set->bytes, &empty, sizeof(empty));

	if (!error)
		error = definition_encode(&set->bytes, check);
	if (error)
		return error;
	entry = (struct checker_set_entry *)(void *)(set->bytes.start + before);
	entry->rules = check->rules;
	entry->previous = CHECKER_NO_PREVIOUS;
	entry->identity_length = (uint32_t)(set->bytes.count - before - sizeof(*entry));
	return align(&set->bytes);
}

/* Returns the index of what was appended from there on, which goes away if it is not new. */
static uint32_t take_entry(struct checker_set *set, size_t before)
{
	struct checker_set_entry *entry = (void *)(set->bytes.start + before);
	uint64_t hash = hash_bytes((const uint8_t *)(entry + 1), entry->identity_length);
	int64_t equal = find_equal(set, hash, entry);

	if (equal >= 0) {
		set->bytes.count = before;
		return (uint32_t)equal;
	}
	set->checks[set->count] = (struct set_check){.hash = hash, .entry = before};
	put_in_bucket(set, set->count);
	return set->count++;
}

int64_t checker_set_add(struct checker_set *set, const struct config_check *check)
{
	size_t before = set->bytes.count;
	int error = make_room(set);

	if (!error)
		error = append_entry(set, check);
	if (error) {
		set->bytes.count = before;
		return error;
	}
	set->needs_raw = set->needs_raw || check->kind == CONFIG_CHECK_PING || check->mark;
	return take_entry(set, before);
}

void checker_set_preset(struct checker_set *set, uint32_t check, const struct check_state *state)
{
	if (!set->presets)
		set->presets = calloc(set->count, sizeof(*set->presets));
	if (!set->presets)
		return;
	set->presets[check] = *state;
	set->checks[check].has_preset = true;
}
