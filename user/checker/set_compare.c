/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a set of checks takes over from the one before, and its memory files. */
#include "user/checker/set.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RECORDS_AT_ONCE 128

/* Of several with this identity the one with the same rules, else the first that no other check has
 * taken. Returns its index + 1; 0: none. */
static uint32_t find_previous(const struct checker_set *earlier, uint64_t hash,
			      const struct checker_set_entry *entry)
{
	uint32_t next = earlier->buckets[hash & (earlier->bucket_count - 1)], found = 0;

	for (; next; next = earlier->checks[next - 1].next) {
		const struct checker_set_entry *other = set_entry(earlier, next - 1);

		if (earlier->checks[next - 1].taken || earlier->checks[next - 1].hash != hash ||
		    !set_same_identity(other, entry))
			continue;
		if (set_same_rules(other, entry))
			return next;
		found = next;
	}
	return found;
}

void set_compare(struct checker_set *set, struct checker_set *earlier, uint32_t generation)
{
	struct checker_set_header header;

	memcpy(&header, set->bytes.start, sizeof(header));
	header.previous_generation = generation;
	memcpy(set->bytes.start, &header, sizeof(header));
	for (uint32_t i = 0; i < earlier->count; i++)
		earlier->checks[i].taken = false;
	for (uint32_t i = 0; i < set->count; i++) {
		struct checker_set_entry *entry = set_entry(set, i);
		uint32_t found = find_previous(earlier, set->checks[i].hash, entry);

		if (!found)
			continue;
		entry->previous = found - 1;
		earlier->checks[found - 1].taken = true;
		set->checks[i].suspended = earlier->checks[found - 1].suspended;
	}
}

static void complete_header(struct checker_set *set)
{
	struct checker_set_header header;

	memcpy(&header, set->bytes.start, sizeof(header));
	header.count = set->count;
	header.length = set->bytes.count;
	memcpy(set->bytes.start, &header, sizeof(header));
}

static int write_all(int fd, const uint8_t *bytes, size_t count)
{
	while (count) {
		ssize_t written = write(fd, bytes, count);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			count -= (size_t)written;
		}
	}
	return 0;
}

/* Returns a descriptor or a negative errno. */
static int make_definitions(struct checker_set *set)
{
	int fd = memfd_create("xbeat-checks", MFD_CLOEXEC | MFD_ALLOW_SEALING), error;

	if (fd < 0)
		return -errno;
	complete_header(set);
	error = write_all(fd, set->bytes.start, set->bytes.count);
	if (!error &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		error = -errno;
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* How many checks from this one on have records that follow each other in the earlier file, too. */
static uint32_t count_adjacent(const struct checker_set *set, uint32_t first)
{
	uint32_t count = 1, before = set_entry(set, first)->previous;

	while (count < RECORDS_AT_ONCE && first + count < set->count &&
	       set_entry(set, first + count)->previous == before + count)
		count++;
	return count;
}

/* Returns 0 or a negative errno; what cannot be read begins as new. */
static int copy_records(const struct checker_set *set, uint32_t first, uint32_t count,
			int earlier_fd, int fd)
{
	static struct checker_record records[RECORDS_AT_ONCE];
	const size_t bytes = count * sizeof(*records);
	off_t from = (off_t)(set_entry(set, first)->previous * sizeof(*records));

	if (pread(earlier_fd, records, bytes, from) != (ssize_t)bytes)
		return 0;
	return pwrite(fd, records, bytes, (off_t)(first * sizeof(*records))) == (ssize_t)bytes
		       ? 0
		       : -ENOMEM;
}

static int write_preset(const struct checker_set *set, uint32_t check, int fd)
{
	const struct checker_record record = {.sequence = 2, .state = set->presets[check]};

	return pwrite(fd, &record, sizeof(record), (off_t)(check * sizeof(record))) ==
			       sizeof(record)
		       ? 0
		       : -ENOMEM;
}

static int fill_records(const struct checker_set *set, int earlier_fd, int fd)
{
	uint32_t count;
	int error = 0;

	for (uint32_t i = 0; i < set->count && !error; i += count) {
		count = 1;
		if (set_entry(set, i)->previous != CHECKER_NO_PREVIOUS && earlier_fd >= 0) {
			count = count_adjacent(set, i);
			error = copy_records(set, i, count, earlier_fd, fd);
		} else if (set->checks[i].has_preset) {
			error = write_preset(set, i, fd);
		}
	}
	return error;
}

/* Returns a descriptor or a negative errno. */
static int make_records(const struct checker_set *set, int earlier_fd)
{
	int fd = memfd_create("xbeat-records", MFD_CLOEXEC | MFD_ALLOW_SEALING), error = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)(set->count * sizeof(struct checker_record))) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		error = -errno;
	if (!error)
		error = fill_records(set, earlier_fd, fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int set_make_files(struct checker_set *set, int earlier_fd, int *definitions_fd, int *records_fd)
{
	int records, definitions = make_definitions(set);

	if (definitions < 0)
		return definitions;
	records = make_records(set, earlier_fd);
	if (records < 0) {
		close(definitions);
		return records;
	}
	*definitions_fd = definitions;
	*records_fd = records;
	return 0;
}
