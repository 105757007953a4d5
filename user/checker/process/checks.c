/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of checks, from the two memory files of xbeatd. What is in the set before stays as it is,
 * with its run in progress, and gets other rules and another record.
 */
#include "user/checker/http/http.h"
#include "user/checker/process/process.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* The definitions while they are read. */
struct reader {
	const uint8_t *start;
	size_t length, next;
	struct checker_set_header header;
	struct checker_tls tls;
};

static size_t file_length(int fd)
{
	struct stat status;

	return fstat(fd, &status) || status.st_size < 0 ? 0 : (size_t)status.st_size;
}

/* Returns NULL and sets errno, or the file's memory. An empty file has none. */
static void *map_file(int fd, size_t length, int protection)
{
	void *memory = mmap(NULL, length, protection,
			    protection & PROT_WRITE ? MAP_SHARED : MAP_PRIVATE, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Returns the next bytes, or NULL: there are not so many. */
static const uint8_t *take(struct reader *reader, size_t count)
{
	const uint8_t *taken = reader->start + reader->next;

	if (count > reader->length - reader->next)
		return NULL;
	reader->next = CHECKER_SET_ALIGNED(reader->next + count);
	if (reader->next > reader->length)
		reader->next = reader->length;
	return taken;
}

static int read_header(struct reader *reader)
{
	const uint8_t *bytes = take(reader, sizeof(reader->header));

	if (!bytes)
		return -EINVAL;
	memcpy(&reader->header, bytes, sizeof(reader->header));
	if (reader->header.layout != CHECKER_LAYOUT || reader->header.length != reader->length)
		return -EINVAL;
	bytes = take(reader, reader->header.tls_length);
	return bytes ? definition_decode_tls(bytes, reader->header.tls_length, &reader->tls)
		     : -EINVAL;
}

static int read_entry(struct reader *reader, struct checker_set_entry *entry,
		      const uint8_t **identity)
{
	const uint8_t *bytes = take(reader, sizeof(*entry));

	if (!bytes)
		return -EINVAL;
	memcpy(entry, bytes, sizeof(*entry));
	*identity = take(reader, entry->identity_length);
	return *identity ? 0 : -EINVAL;
}

static void free_check(struct check *check)
{
	config_check_free(&check->definition);
	free(check);
}

/* Returns 0 or a negative errno. */
static int new_check(struct process *process, const struct checker_set_entry *entry,
		     const uint8_t *identity, struct check **made)
{
	struct check *check = calloc(1, sizeof(*check));
	int error = check ? definition_decode(identity, entry->identity_length, &check->definition)
			  : -ENOMEM;

	if (!error) {
		check->process = process;
		check->run.check = &check->definition;
		check->run.owner = &process->owner;
		check->run.method = method_of(check->definition.kind);
		error = check->run.method ? 0 : -EPROTONOSUPPORT;
	}
	if (!error)
		*made = check;
	else if (check)
		free_check(check);
	return error;
}

/* The check that was here before, or NULL. xbeatd names each once. */
static struct check *find_previous(const struct process *process, const struct reader *reader,
				   const struct checker_set_entry *entry)
{
	return reader->header.previous_generation == process->set.generation &&
			       entry->previous < process->set.count
		       ? process->set.checks[entry->previous]
		       : NULL;
}

static int read_checks(struct process *process, struct reader *reader, struct check_set *set,
		       struct check_rules *rules)
{
	int error = 0;

	for (uint32_t i = 0; i < set->count && !error; i++) {
		struct checker_set_entry entry;
		const uint8_t *identity;

		error = read_entry(reader, &entry, &identity);
		if (error)
			break;
		rules[i] = entry.rules;
		set->checks[i] = find_previous(process, reader, &entry);
		if (!set->checks[i])
			error = new_check(process, &entry, identity, &set->checks[i]);
	}
	return error;
}

/* One that is in no set has no record. */
static bool is_new(const struct check *check)
{
	return !check->record;
}

static void free_new(struct check_set *set)
{
	for (uint32_t i = 0; i < set->count && set->checks; i++)
		if (set->checks[i] && is_new(set->checks[i]))
			free_check(set->checks[i]);
	free(set->checks);
}

static void remove_gone(struct process *process)
{
	for (uint32_t i = 0; i < process->set.count; i++) {
		struct check *check = process->set.checks[i];

		if (!check)
			continue;
		schedule_remove(check);
		free_check(check);
	}
	free(process->set.checks);
	if (process->set.records)
		munmap(process->set.records, process->set.count * sizeof(*process->set.records));
}

static void keep(struct check *check, uint32_t index, struct checker_record *record,
		 const struct check_rules *rules)
{
	check->process->set.checks[check->index] = NULL;
	check->index = index;
	check->definition.rules = *rules;
	if (record_move(check, record))
		replies_changed(check);
	schedule_rules_changed(check);
}

static void add(struct check *check, uint32_t index, struct checker_record *record,
		const struct check_rules *rules)
{
	bool known = record_read(record, &check->state);

	check->index = index;
	check->record = record;
	check->definition.rules = *rules;
	if (!known) {
		check->state = check_start(rules);
		record_write_state(check);
	}
	schedule_add(check, known && check->record->ended_ns);
	if (known)
		replies_changed(check);
}

static void use(struct process *process, const struct check_set *set,
		const struct check_rules *rules)
{
	replies_forget(process);
	for (uint32_t i = 0; i < set->count; i++)
		if (!is_new(set->checks[i]))
			keep(set->checks[i], i, &set->records[i], &rules[i]);
	remove_gone(process);
	process->set = *set;
	for (uint32_t i = 0; i < set->count; i++)
		if (is_new(set->checks[i]))
			add(set->checks[i], i, &set->records[i], &rules[i]);
}

static int make_lists(struct process *process, uint32_t count)
{
	uint32_t *changed = calloc(count + 1, sizeof(*changed));
	uint32_t *programs = calloc(count + 1, sizeof(*programs));

	if (!changed || !programs) {
		free(changed);
		free(programs);
		return -ENOMEM;
	}
	free(process->changed);
	free(process->programs);
	process->changed = changed;
	process->programs = programs;
	process->changed_count = process->program_count = 0;
	return 0;
}

/* Of a header that is valid. */
static int read_set(struct process *process, struct reader *reader, struct check_set *set,
		    int records_fd)
{
	size_t records_length = file_length(records_fd);
	struct check_rules *rules;
	int error;

	set->count = reader->header.count;
	if (!set->count || records_length / sizeof(*set->records) != set->count)
		return -EINVAL;
	set->checks = calloc(set->count, sizeof(struct check *));
	rules = calloc(set->count, sizeof(*rules));
	error = set->checks && rules ? read_checks(process, reader, set, rules) : -ENOMEM;
	if (!error)
		error = make_lists(process, set->count);
	if (!error) {
		set->records = map_file(records_fd, records_length, PROT_READ | PROT_WRITE);
		error = set->records ? 0 : -errno;
	}
	if (set->records)
		use(process, set, rules);
	else
		free_new(set);
	free(rules);
	return error;
}

int checks_use(struct process *process, uint32_t generation, int definitions_fd, int records_fd)
{
	struct reader reader = {.length = file_length(definitions_fd)};
	struct check_set set = {.generation = generation};
	int error;

	reader.start = map_file(definitions_fd, reader.length, PROT_READ);
	if (!reader.start)
		return -errno;
	error = read_header(&reader);
	if (!error)
		error = read_set(process, &reader, &set, records_fd);
	munmap((void *)reader.start, reader.length);
	if (error) {
		checker_tls_free(&reader.tls);
		return error;
	}
	checker_tls_free(&process->tls);
	process->tls = reader.tls;
	http_tls_changed(&process->owner);
	return 0;
}

void checks_stop(struct process *process)
{
	remove_gone(process);
	process->set = (struct check_set){0};
}

struct check *checks_find(const struct process *process, uint32_t generation, uint32_t index)
{
	return generation == process->set.generation && index < process->set.count
		       ? process->set.checks[index]
		       : NULL;
}
