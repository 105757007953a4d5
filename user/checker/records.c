/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that the process gets, and what it writes and sends. It may be in the hands of a server,
 * so each value is checked.
 */
#include "user/checker/parts.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_TRIES 4

void checker_close_files(struct checker *checker)
{
	if (checker->definitions_fd >= 0)
		close(checker->definitions_fd);
	if (checker->records_fd >= 0)
		close(checker->records_fd);
	checker->definitions_fd = checker->records_fd = -1;
}

int checker_make_files(struct checker *checker)
{
	int definitions_fd, records_fd, error;

	if (checker->definitions_fd >= 0)
		return 0;
	error = set_make_files(checker->set, checker->records_fd, &definitions_fd, &records_fd);
	if (error)
		return error;
	checker_close_files(checker);
	checker->definitions_fd = definitions_fd;
	checker->records_fd = records_fd;
	return 0;
}

/* The bytes of another process as a bool of ours. */
static void repair_bool(bool *value)
{
	uint8_t byte;

	memcpy(&byte, value, sizeof(byte));
	*value = byte != 0;
}

static void limit(uint64_t *value, uint64_t most)
{
	if (*value > most)
		*value = most;
}

/* Nothing was in the future; numbers fit the integers of JSON. */
static void repair_numbers(struct checker_record *record)
{
	uint64_t now_ns = clock_now_ns();

	limit(&record->ended_ns, now_ns);
	limit(&record->began_ns, record->ended_ns);
	limit(&record->state.changed_ns, now_ns);
	limit(&record->state.last_good_ns, now_ns);
	limit(&record->state.held_until_ns, INT64_MAX);
	limit(&record->good_total, INT64_MAX);
	limit(&record->bad_total, INT64_MAX);
	limit(&record->stalled_total, INT64_MAX);
	limit(&record->local_error_total, INT64_MAX);
}

/* Brings each value within its type. */
static void repair(struct checker_record *record)
{
	char reason[CHECKER_REASON_BYTES];

	repair_numbers(record);
	if (record->outcome > CHECK_STALLED)
		record->outcome = CHECK_LOCAL_ERROR;
	if (record->agent > CHECKER_AGENT_UP)
		record->agent = CHECKER_AGENT_NONE;
	if (record->agent_health > CHECKER_AGENT_UP)
		record->agent_health = CHECKER_AGENT_NONE;
	if (record->has_weight > CHECKER_WEIGHT_ABSOLUTE)
		record->has_weight = CHECKER_WEIGHT_SAME;
	repair_bool(&record->state.up);
	repair_bool(&record->state.has_run);
	record->reason[sizeof(record->reason) - 1] = '\0';
	printable_copy(reason, sizeof(reason), record->reason, PRINTABLE_LINE);
	memcpy(record->reason, reason, sizeof(reason));
}

/* Returns whether the record is whole. */
static bool read_once(const struct checker *checker, uint32_t check, struct checker_record *record)
{
	off_t start = (off_t)(check * sizeof(*record));
	uint32_t after;

	return pread(checker->records_fd, record, sizeof(*record), start) == sizeof(*record) &&
	       pread(checker->records_fd, &after, sizeof(after), start) == sizeof(after) &&
	       record->sequence == after && after % 2 == 0;
}

int checker_read(const struct checker *checker, uint32_t check, struct checker_record *record)
{
	bool whole = false;

	if (check >= checker->set->count || checker->definitions_fd < 0)
		return -ENOENT;
	for (int i = 0; i < READ_TRIES && !whole; i++)
		whole = read_once(checker, check, record);
	if (!whole)
		return -EAGAIN;
	if (!record->sequence)
		return -ENOENT;
	repair(record);
	return 0;
}

/* What is taken may bring another set into use. */
static void take_checks(struct checker *checker, const struct checker_reply *reply,
			void (*take)(void *context, uint32_t check))
{
	for (uint32_t i = 0; i < reply->count && reply->generation == checker->generation; i++)
		if (reply->checks[i] < checker->set->count)
			take(checker->setup.context, reply->checks[i]);
}

static void explain_start(struct checker *checker, const char *text)
{
	char line[CHECKER_PROBLEM_BYTES - 32];

	printable_copy(line, sizeof(line), text, PRINTABLE_LINE);
	snprintf(checker->problem, sizeof(checker->problem), "cannot be started: %s", line);
	checker->has_explained = true;
}

/* An error before it greets is why it cannot start, which is reported once, when it ends. */
static void take_line(struct checker *checker, const struct checker_reply *reply)
{
	char text[sizeof(reply->text)];

	memcpy(text, reply->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	if (!checker->greeted && reply->value == LOG_ERR)
		explain_start(checker, text);
	else if (reply->value >= LOG_ERR && reply->value <= LOG_DEBUG && !checker->failed)
		log_message((int)reply->value, "xbeat-checker: %s", text);
}

static bool reply_is_whole(const struct checker_reply *reply, size_t length)
{
	const size_t fixed = offsetof(struct checker_reply, checks);

	return length >= fixed && reply->count <= CHECKER_CHANGES_MAX &&
	       (reply->type == CHECKER_LOG ? length == sizeof(*reply)
					   : length >= fixed + reply->count * sizeof(uint32_t));
}

void checker_take_reply(struct checker *checker, const struct checker_reply *reply, size_t length)
{
	if (!reply_is_whole(reply, length))
		return;
	switch (reply->type) {
	case CHECKER_CHANGES:
		take_checks(checker, reply, checker->setup.changed);
		break;
	case CHECKER_RUN:
		take_checks(checker, reply, checker->setup.run);
		break;
	case CHECKER_LOG:
		take_line(checker, reply);
		break;
	}
}
