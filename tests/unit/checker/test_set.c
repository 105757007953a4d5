/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which checks are the same, in one set and in the next; what is read of records and packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/checker/parts.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY 3000

static struct config_check tcp(uint16_t port, unsigned interval_s)
{
	struct config_check check = {.kind = CONFIG_CHECK_TCP, .target = {.port = port}};

	check.rules.interval_ns = interval_s * NS_PER_SECOND;
	return check;
}

static int64_t add(struct checker_set *set, uint16_t port, unsigned interval_s)
{
	const struct config_check check = tcp(port, interval_s);

	return checker_set_add(set, &check);
}

static void equal_checks_are_one(void **state)
{
	struct checker_set *set = checker_set_new(NULL);

	(void)state;
	assert_int_equal(add(set, 1, 1), 0);
	assert_int_equal(add(set, 2, 1), 1);
	assert_int_equal(add(set, 1, 2), 2);
	assert_int_equal(add(set, 1, 1), 0);
	assert_int_equal(add(set, 1, 2), 2);
	assert_int_equal(set->count, 3);
	checker_set_free(set);
}

static void many_are_found(void **state)
{
	struct checker_set *set = checker_set_new(NULL);

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(add(set, (uint16_t)i, 1), i);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(add(set, (uint16_t)i, 1), i);
	assert_int_equal(set->count, MANY);
	checker_set_free(set);
}

static void ping_and_marks_need_a_capability(void **state)
{
	struct config_check check = tcp(1, 1);
	struct checker_set *set = checker_set_new(NULL);

	(void)state;
	checker_set_add(set, &check);
	assert_false(set->needs_raw);
	check.mark = 1;
	checker_set_add(set, &check);
	assert_true(set->needs_raw);
	checker_set_free(set);
}

static uint32_t previous(const struct checker_set *set, uint32_t check)
{
	return set_entry(set, check)->previous;
}

/* The one with the same rules, else any that is left. */
static void the_next_set_finds_what_was_before(void **state)
{
	struct checker_set *one = checker_set_new(NULL), *next = checker_set_new(NULL);

	(void)state;
	add(one, 1, 1);
	add(one, 2, 1);
	add(one, 2, 5);
	add(one, 3, 1);
	add(next, 9, 1);
	add(next, 3, 7);
	add(next, 2, 5);
	add(next, 2, 6);
	add(next, 2, 7);
	set_compare(next, one, 1);
	assert_int_equal(previous(next, 0), CHECKER_NO_PREVIOUS);
	assert_int_equal(previous(next, 1), 3);
	assert_int_equal(previous(next, 2), 2);
	assert_int_equal(previous(next, 3), 1);
	assert_int_equal(previous(next, 4), CHECKER_NO_PREVIOUS);
	checker_set_free(one);
	checker_set_free(next);
}

/* A checker without a process: its set is in use, and its records can be written. */
static struct checker make_checker(struct checker_set *set)
{
	struct checker checker = {.set = set, .generation = 1, .socket_fd = -1};

	assert_int_equal(set_make_files(set, -1, &checker.definitions_fd, &checker.records_fd), 0);
	return checker;
}

static void free_checker(struct checker *checker)
{
	close(checker->definitions_fd);
	close(checker->records_fd);
	checker_set_free(checker->set);
}

static void write_record(const struct checker *checker, uint32_t check,
			 const struct checker_record *record)
{
	assert_int_equal(pwrite(checker->records_fd, record, sizeof(*record),
				(off_t)(check * sizeof(*record))),
			 sizeof(*record));
}

static void records_go_to_the_next_set(void **state)
{
	struct checker_set *one = checker_set_new(NULL), *next = checker_set_new(NULL);
	struct checker checker;
	struct checker_record record = {.sequence = 4};
	int definitions_fd, records_fd;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		add(one, (uint16_t)i, 1);
	checker = make_checker(one);
	for (unsigned i = 0; i < MANY; i++) {
		record.good_total = i;
		write_record(&checker, i, &record);
	}
	for (unsigned i = 0; i < MANY; i++)
		add(next, (uint16_t)(i < MANY / 2 ? i + 1 : 2 * MANY - i), 1);
	set_compare(next, one, 1);
	assert_int_equal(set_make_files(next, checker.records_fd, &definitions_fd, &records_fd), 0);
	free_checker(&checker);
	checker = (struct checker){
		.set = next, .definitions_fd = definitions_fd, .records_fd = records_fd};
	assert_int_equal(checker_read(&checker, 5, &record), 0);
	assert_int_equal(record.good_total, 6);
	assert_int_equal(checker_read(&checker, MANY - 1, &record), -ENOENT);
	assert_int_equal(checker_read(&checker, MANY - 1000, &record), -ENOENT);
	assert_int_equal(checker_read(&checker, MANY, &record), -ENOENT);
	free_checker(&checker);
}

static void a_preset_is_a_state(void **state)
{
	const struct check_state preset = {.up = true, .bad_count = 3};
	struct checker_set *set = checker_set_new(NULL);
	struct checker_record record;
	struct checker checker;

	(void)state;
	add(set, 1, 1);
	add(set, 2, 1);
	checker_set_preset(set, 1, &preset);
	checker = make_checker(set);
	assert_int_equal(checker_read(&checker, 0, &record), -ENOENT);
	assert_int_equal(checker_read(&checker, 1, &record), 0);
	assert_true(record.state.up);
	assert_int_equal(record.state.bad_count, 3);
	free_checker(&checker);
}

/* Whatever the process wrote. */
static void records_are_not_trusted(void **state)
{
	struct checker_set *set = checker_set_new(NULL);
	struct checker_record record;
	struct checker checker;

	(void)state;
	add(set, 1, 1);
	checker = make_checker(set);
	memset(&record, 0xff, sizeof(record));
	write_record(&checker, 0, &record);
	assert_int_equal(checker_read(&checker, 0, &record), -EAGAIN); /* an odd sequence */
	memset(&record, 0xff, sizeof(record));
	record.sequence = 2;
	strcpy(record.reason, "\x1b[2J");
	write_record(&checker, 0, &record);
	assert_int_equal(checker_read(&checker, 0, &record), 0);
	assert_true(record.outcome <= CHECK_STALLED);
	assert_true(record.agent <= CHECKER_AGENT_UP && record.agent_health <= CHECKER_AGENT_UP);
	assert_true(record.has_weight < CHECKER_WEIGHT_NONE);
	assert_true(record.state.up && record.state.has_run);
	assert_string_equal(record.reason, "\\x1b[2J");
	memset(record.reason, 'x', sizeof(record.reason));
	write_record(&checker, 0, &record);
	assert_int_equal(checker_read(&checker, 0, &record), 0);
	assert_int_equal(strlen(record.reason), sizeof(record.reason) - 1);
	free_checker(&checker);
}

static unsigned changed_count, run_count;

static void count_changed(void *context, uint32_t check)
{
	(void)context;
	assert_int_equal(check, 0);
	changed_count++;
}

static void count_run(void *context, uint32_t check)
{
	(void)context;
	assert_int_equal(check, 0);
	run_count++;
}

/* Whatever it sends. */
static void packets_are_not_trusted(void **state)
{
	static struct checker_reply reply;
	const size_t fixed = offsetof(struct checker_reply, checks);
	const struct checker_record record = {.sequence = 2};
	struct checker_set *set = checker_set_new(NULL);
	struct checker checker;

	(void)state;
	add(set, 1, 1);
	checker = make_checker(set);
	checker.setup.changed = count_changed;
	checker.setup.run = count_run;
	write_record(&checker, 0, &record);
	for (uint32_t type = 0; type < 9; type++) {
		reply = (struct checker_reply){.type = type, .generation = 1, .count = 3};
		reply.checks[0] = 0;
		reply.checks[1] = 1;
		reply.checks[2] = UINT32_MAX;
		checker_take_reply(&checker, &reply, fixed + 12);
		checker_take_reply(&checker, &reply, fixed + 11); /* too short */
		checker_take_reply(&checker, &reply, 3);
		reply.count = CHECKER_CHANGES_MAX + 1;
		checker_take_reply(&checker, &reply, sizeof(reply));
		reply.count = UINT32_MAX / 4;
		checker_take_reply(&checker, &reply, sizeof(reply));
		reply.count = 3;
		reply.generation = 2;
		checker_take_reply(&checker, &reply, sizeof(reply));
	}
	assert_int_equal(changed_count, 1);
	assert_int_equal(run_count, 1);
	free_checker(&checker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_checks_are_one),
		cmocka_unit_test(many_are_found),
		cmocka_unit_test(ping_and_marks_need_a_capability),
		cmocka_unit_test(the_next_set_finds_what_was_before),
		cmocka_unit_test(records_go_to_the_next_set),
		cmocka_unit_test(a_preset_is_a_state),
		cmocka_unit_test(records_are_not_trusted),
		cmocka_unit_test(packets_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
