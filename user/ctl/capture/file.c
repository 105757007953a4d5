// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes what was captured; see file.h. */
#include "user/ctl/capture/file.h"
#include "user/ctl/capture/packet.h"
#include "user/ctl/capture/pcapng.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <net/if.h>
#include <string.h>

#define APPLICATION "xbeatctl " XBEAT_VERSION
#define OFFSET_TRIES 8

void capture_file_begin(struct capture_file *file, FILE *stream)
{
	file->stream = stream;
	file->start_unix_ns = clock_unix_ns();
	pcapng_section(stream, APPLICATION);
}

/* Returns its index in the file, or FILE_INTERFACES_MAX. */
static size_t find_interface(const struct capture_file *file, unsigned index)
{
	for (size_t i = 0; i < file->interface_count; i++)
		if (file->interfaces[i].index == index)
			return i;
	return FILE_INTERFACES_MAX;
}

static size_t add_interface(struct capture_file *file, unsigned index, const char *name, bool bare)
{
	if (file->interface_count == FILE_INTERFACES_MAX)
		return FILE_INTERFACES_MAX;
	file->interfaces[file->interface_count] = (struct capture_interface){.index = index};
	pcapng_interface(file->stream, name, bare ? PCAPNG_RAW_IP : PCAPNG_ETHERNET,
			 XB_CAPTURE_DATA_BYTES);
	return file->interface_count++;
}

/* The difference of the clocks, read while nothing came between. Both are slewed alike, so it stays
 * the same unless the clock is set. */
static uint64_t read_unix_offset_ns(void)
{
	uint64_t best_ns = UINT64_MAX, offset_ns = 0;

	for (int i = 0; i < OFFSET_TRIES; i++) {
		uint64_t before_ns = clock_now_ns(), unix_ns = clock_unix_ns();
		uint64_t took_ns = clock_now_ns() - before_ns;

		if (took_ns < best_ns) {
			best_ns = took_ns;
			offset_ns = unix_ns - before_ns - took_ns / 2;
		}
	}
	return offset_ns;
}

void capture_file_session(struct capture_file *file, const json_t *interfaces)
{
	const json_t *interface;
	size_t i;

	file->unix_offset_ns = read_unix_offset_ns();
	json_array_foreach(interfaces, i, interface)
	{
		unsigned index = (unsigned)json_integer_value(json_object_get(interface, "index"));
		const char *name = json_string_value(json_object_get(interface, "name"));

		if (name && find_interface(file, index) == FILE_INTERFACES_MAX)
			add_interface(file, index, name,
				      json_is_true(json_object_get(interface, "ip_only")));
	}
}

/* One that was attached to during the capture is added then. */
static size_t interface_of(struct capture_file *file, const struct xb_captured *record)
{
	size_t found = find_interface(file, record->interface_index);
	char name[IF_NAMESIZE + 16];

	if (found < FILE_INTERFACES_MAX)
		return found;
	if (!if_indextoname(record->interface_index, name))
		snprintf(name, sizeof(name), "interface %u", record->interface_index);
	return add_interface(file, record->interface_index, name, record->bare);
}

static const char *comment_on(const struct capture_file *file, const struct xb_captured *record,
			      char text[static WORDS_BYTES + 64])
{
	char verdict[WORDS_BYTES];

	words_verdict(&file->names, record, verdict);
	snprintf(text, WORDS_BYTES + 64, "%s%s", verdict,
		 file->interrupted ? "; the capture was interrupted before" : "");
	return text;
}

static void write_packet(struct capture_file *file, const struct xb_captured *record,
			 size_t interface)
{
	char comment[WORDS_BYTES + 64];
	bool outbound = record->verdict == XB_CAPTURED_ANSWER;
	const struct pcapng_packet packet = {
		.interface = (uint32_t)interface,
		.time_unix_ns = record->time_ns + file->unix_offset_ns,
		.data = record->data,
		.data_bytes = record->data_bytes,
		.packet_bytes = record->packet_bytes,
		.direction = outbound ? PCAPNG_OUTBOUND : PCAPNG_INBOUND,
		.unseen_count = record->unseen_count - file->unseen_count,
		.comment = comment_on(file, record, comment),
	};

	pcapng_packet(file->stream, &packet);
	file->interfaces[interface].written_count++;
	file->written_count++;
	file->unseen_count = record->unseen_count;
	file->interrupted = false;
}

/* At once: later calls change errno. */
static bool check_error(struct capture_file *file)
{
	if (!file->error && ferror(file->stream))
		file->error = errno;
	return !file->error;
}

void capture_file_flush(struct capture_file *file)
{
	fflush(file->stream);
	if (check_error(file))
		file->flushed_count = file->written_count;
}

static bool is_full(const struct capture_file *file)
{
	return file->limit_count && file->written_count >= file->limit_count;
}

bool capture_file_take(void *context, const void *record, size_t bytes)
{
	struct capture_file *file = context;
	struct xb_captured captured;
	size_t interface;

	if (bytes < sizeof(captured) || is_full(file))
		return !is_full(file);
	memcpy(&captured, record, sizeof(captured));
	if (captured.data_bytes > sizeof(captured.data))
		return true;
	if (captured.bare && captured.verdict == XB_CAPTURED_ANSWER)
		packet_swap_addresses(captured.data, captured.data_bytes);
	interface = interface_of(file, &captured);
	if (interface < FILE_INTERFACES_MAX)
		write_packet(file, &captured, interface);
	return check_error(file) && !is_full(file);
}

void capture_file_interrupt(struct capture_file *file)
{
	file->unseen_before_count += file->unseen_count;
	file->unseen_count = 0;
	file->interrupted = true;
}

void capture_file_end(struct capture_file *file, uint64_t unseen_count)
{
	char comment[WORDS_BYTES];

	if (unseen_count > file->unseen_count)
		file->unseen_count = unseen_count;
	snprintf(comment, sizeof(comment), "%llu packets, %llu more on all interfaces not captured",
		 (unsigned long long)file->written_count,
		 (unsigned long long)(file->unseen_before_count + file->unseen_count));
	for (size_t i = 0; i < file->interface_count; i++)
		pcapng_statistics(file->stream,
				  &(const struct pcapng_statistics){
					  .interface = (uint32_t)i,
					  .start_unix_ns = file->start_unix_ns,
					  .end_unix_ns = clock_unix_ns(),
					  .written_count = file->interfaces[i].written_count,
					  .comment = i ? NULL : comment,
				  });
	capture_file_flush(file);
}
