/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a statement: records of a type, a length and so many bytes, numbers big-endian. What
 * comes after the known part of a record, and records of unknown types, are skipped. */
#include "user/core/statement.h"
#include "user/core/statement_record.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/siphash.h>

#define IPV4_BYTES 4
#define IPV6_BYTES 16

enum flags { FLAG_WITNESS = 1, FLAG_SHORTENED = 2 };
enum key_flags { FLAG_SIGNS = 1 };

static const uint8_t setting_ids[] = {
#define X(id, name, keyword, scope, kind) [STATEMENT_##name] = id,
	STATEMENT_SETTINGS(X)
#undef X
};

static size_t address_bytes(bool ipv4)
{
	return ipv4 ? IPV4_BYTES : IPV6_BYTES;
}

static void put_address(struct record_writer *writer, const struct xb_address *address,
			size_t bytes)
{
	record_put(writer, address->bytes + sizeof(address->bytes) - bytes, bytes);
}

static void write_settings(struct record_writer *writer, const struct statement_settings *settings)
{
	for (size_t i = 0; i < STATEMENT_SETTING_COUNT; i++) {
		uint64_t value = htobe64(settings->values[i]);
		size_t zeros = 0;

		if (!setting_ids[i] || !statement_has(settings, (enum statement_setting)i))
			continue;
		while (zeros < sizeof(value) - 1 && !((const uint8_t *)&value)[zeros])
			zeros++;
		record_put_u8(writer, setting_ids[i]);
		record_put(writer, (const uint8_t *)&value + zeros, sizeof(value) - zeros);
		record_end(writer, RECORD_SETTING);
	}
}

/* Those of one family. */
static void write_addresses(struct record_writer *writer, const struct statement_instance *instance,
			    bool ipv4)
{
	size_t bytes = address_bytes(ipv4);

	for (size_t i = 0; i < instance->address_count; i++) {
		if (address_is_ipv4(&instance->addresses[i]) != ipv4)
			continue;
		if (!writer->payload_length)
			record_put_u8(writer, bytes);
		put_address(writer, &instance->addresses[i], bytes);
		if (writer->payload_length + bytes > RECORD_PAYLOAD_MAX)
			record_end(writer, RECORD_ADDRESSES);
	}
	if (writer->payload_length)
		record_end(writer, RECORD_ADDRESSES);
}

static void write_instance(struct record_writer *writer, const struct statement_instance *instance,
			   bool shortened)
{
	record_put_u8(writer, instance->vrid);
	record_put_u8(writer, instance->family);
	record_put_u8(writer, instance->priority);
	record_put(writer, instance->name, strlen(instance->name));
	record_end(writer, RECORD_INSTANCE);
	write_settings(writer, &instance->settings);
	if (shortened)
		return;
	write_addresses(writer, instance, true);
	write_addresses(writer, instance, false);
}

static void write_node(struct record_writer *writer, const struct statement_node *node)
{
	record_put_u16(writer, node->id);
	record_put_u8(writer, node->witness ? FLAG_WITNESS : 0);
	record_put_u8(writer, node->address_count);
	for (size_t i = 0; i < node->address_count; i++) {
		size_t bytes = address_bytes(address_is_ipv4(&node->addresses[i]));

		record_put_u8(writer, bytes);
		put_address(writer, &node->addresses[i], bytes);
	}
	record_put(writer, node->name, strlen(node->name));
	record_end(writer, RECORD_NODE);
}

static void write_key(struct record_writer *writer, const struct statement_key *key)
{
	record_put_u8(writer, key->id);
	record_put_u8(writer, key->signs ? FLAG_SIGNS : 0);
	record_put_u64(writer, key->fingerprint);
	record_end(writer, RECORD_KEY);
}

static struct record_writer encode(const struct statement *statement, bool shortened)
{
	struct record_writer writer = {0};

	record_put_u16(&writer, statement->node_id);
	record_put_u8(&writer,
		      (statement->witness ? FLAG_WITNESS : 0U) | (shortened ? FLAG_SHORTENED : 0U));
	record_put(&writer, statement->name, strlen(statement->name));
	record_end(&writer, RECORD_SELF);
	record_put(&writer, statement->version, strlen(statement->version));
	record_end(&writer, RECORD_VERSION);
	write_settings(&writer, &statement->settings);
	for (size_t i = 0; i < statement->app_count; i++) {
		record_put(&writer, statement->apps[i], strlen(statement->apps[i]));
		record_end(&writer, RECORD_APP);
	}
	for (size_t i = 0; i < statement->key_count; i++)
		write_key(&writer, &statement->keys[i]);
	for (size_t i = 0; i < statement->instance_count; i++)
		write_instance(&writer, &statement->instances[i], shortened);
	for (size_t i = 0; i < statement->node_count; i++)
		write_node(&writer, &statement->nodes[i]);
	statement_write_pools(&writer, statement);
	return writer;
}

uint8_t *statement_encode(const struct statement *statement, size_t *length)
{
	struct record_writer writer = encode(statement, statement->shortened);

	if (writer.length > STATEMENT_BYTES_MAX) {
		free(writer.bytes);
		writer = encode(statement, true);
	}
	*length = writer.length < STATEMENT_BYTES_MAX ? writer.length : STATEMENT_BYTES_MAX;
	return writer.bytes;
}

static struct xb_address get_address(struct record_reader *reader, size_t bytes)
{
	struct xb_address address = {{0}};

	if (bytes == IPV4_BYTES)
		memset(address.bytes + 10, 0xff, 2);
	record_get(reader, address.bytes + sizeof(address.bytes) - bytes, bytes);
	return address;
}

static void read_self(struct record_reader *reader, struct statement *statement)
{
	uint8_t flags;

	statement->node_id = record_get_u16(reader);
	flags = record_get_u8(reader);
	statement->witness = flags & FLAG_WITNESS;
	statement->shortened = flags & FLAG_SHORTENED;
	record_get_text(reader, statement->name, sizeof(statement->name));
}

static void read_setting(struct record_reader *reader, struct statement_settings *settings)
{
	uint8_t id = record_get_u8(reader);
	uint64_t value = 0;

	if (reader->length > sizeof(value))
		reader->bad = true;
	while (reader->length && !reader->bad)
		value = value << 8 | record_get_u8(reader);
	for (size_t i = 0; id && i < STATEMENT_SETTING_COUNT; i++)
		if (setting_ids[i] == id)
			statement_set(settings, (enum statement_setting)i, value);
}

static void read_instance(struct record_reader *reader, struct statement *statement)
{
	struct statement_instance instance = {.vrid = record_get_u8(reader)};
	char name[RECORD_PAYLOAD_MAX + 1];

	instance.family = record_get_u8(reader);
	instance.priority = record_get_u8(reader);
	record_get_text(reader, name, sizeof(name));
	if (instance.family != 4 && instance.family != 6)
		reader->bad = true;
	if (reader->bad)
		return;
	instance.name = text_copy(name);
	statement->instances =
		array_grow(statement->instances, &statement->instance_count, sizeof(instance));
	statement->instances[statement->instance_count - 1] = instance;
}

static void read_addresses(struct record_reader *reader, struct statement_instance *instance)
{
	size_t bytes = record_get_u8(reader), count;
	struct xb_address *addresses;

	if (bytes != IPV4_BYTES && bytes != IPV6_BYTES) {
		reader->bad = true;
		return;
	}
	count = reader->length / bytes;
	addresses = reallocarray(instance->addresses, instance->address_count + count + 1,
				 sizeof(*addresses));
	if (!addresses)
		limits_out_of_memory();
	instance->addresses = addresses;
	while (count--)
		addresses[instance->address_count++] = get_address(reader, bytes);
}

static void read_node(struct record_reader *reader, struct statement *statement)
{
	struct statement_node node = {.id = record_get_u16(reader)};
	size_t count;

	node.witness = record_get_u8(reader) & FLAG_WITNESS;
	count = record_get_u8(reader);
	if (count > XB_LINKS_MAX)
		reader->bad = true;
	while (node.address_count < count && !reader->bad) {
		size_t bytes = record_get_u8(reader);

		if (bytes != IPV4_BYTES && bytes != IPV6_BYTES)
			reader->bad = true;
		else
			node.addresses[node.address_count++] = get_address(reader, bytes);
	}
	record_get_text(reader, node.name, sizeof(node.name));
	statement->nodes = array_grow(statement->nodes, &statement->node_count, sizeof(node));
	statement->nodes[statement->node_count - 1] = node;
}

static void read_key(struct record_reader *reader, struct statement *statement)
{
	struct statement_key key = {.id = record_get_u8(reader)};

	key.signs = record_get_u8(reader) & FLAG_SIGNS;
	key.fingerprint = record_get_u64(reader);
	if (!reader->bad && statement->key_count < XB_KEYS_MAX)
		statement->keys[statement->key_count++] = key;
}

static void read_record(struct record_reader *reader, uint8_t type, struct statement *statement)
{
	struct statement_instance *last =
		statement->instance_count ? &statement->instances[statement->instance_count - 1]
					  : NULL;

	switch ((enum record)type) {
	case RECORD_SELF:
		read_self(reader, statement);
		break;
	case RECORD_VERSION:
		record_get_text(reader, statement->version, sizeof(statement->version));
		break;
	case RECORD_SETTING:
		read_setting(reader, last ? &last->settings : &statement->settings);
		break;
	case RECORD_INSTANCE:
		read_instance(reader, statement);
		break;
	case RECORD_ADDRESSES:
		if (last)
			read_addresses(reader, last);
		break;
	case RECORD_NODE:
		read_node(reader, statement);
		break;
	case RECORD_APP:
		if (statement->app_count < XB_APPS_MAX)
			record_get_text(reader, statement->apps[statement->app_count++],
					XB_NAME_BYTES);
		break;
	case RECORD_KEY:
		read_key(reader, statement);
		break;
	case RECORD_POOLS:
	case RECORD_POOL:
	case RECORD_DOWN:
	case RECORD_ORDER:
		statement_read_pools(reader, (enum record)type, statement);
		break;
	}
}

int statement_decode(const uint8_t *bytes, size_t length, struct statement *statement)
{
	struct record_reader reader = {bytes, length, false};

	*statement = (struct statement){0};
	while (reader.length && !reader.bad) {
		uint8_t type = record_get_u8(&reader);
		struct record_reader record = {.length = record_get_u8(&reader)};

		if (record.length > reader.length)
			return -EBADMSG;
		record.bytes = reader.bytes;
		reader.bytes += record.length;
		reader.length -= record.length;
		read_record(&record, type, statement);
		reader.bad |= record.bad;
	}
	statement_sort(statement);
	return reader.bad ? -EBADMSG : 0;
}

uint64_t statement_digest(const uint8_t *bytes, size_t length)
{
	static const __u64 zeros[2];
	struct xb_siphash hash;
	size_t whole = length / sizeof(uint64_t) * sizeof(uint64_t);
	uint64_t word, rest = 0;

	xb_siphash_init(&hash, zeros);
	for (size_t i = 0; i < whole; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		xb_siphash_word(&hash, le64toh(word));
	}
	memcpy(&rest, bytes + whole, length - whole);
	return xb_siphash_finish(&hash, length, le64toh(rest));
}
