/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's checks: sets, records and what the process reports; see checker.h. */
#include "user/checker/checker.h"
#include "user/checker/parts.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct checker *checker_start(const struct checker_setup *setup)
{
	struct checker *checker = calloc(1, sizeof(*checker));

	if (checker) {
		checker->setup = *setup;
		checker->set = checker_set_new(NULL);
		checker->definitions_fd = checker->records_fd = checker->socket_fd = -1;
		checker->namespace_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	}
	if (checker && checker->set && checker->namespace_fd >= 0)
		return checker;
	log_error("cannot check servers: %s", limits_strerror(checker ? errno : ENOMEM));
	checker_stop(checker);
	return NULL;
}

void checker_stop(struct checker *checker)
{
	if (!checker)
		return;
	process_stop(checker);
	checker_close_files(checker);
	if (checker->namespace_fd >= 0)
		close(checker->namespace_fd);
	if (checker->restart)
		event_free(checker->restart);
	if (checker->watch)
		event_free(checker->watch);
	free(checker->waiting);
	free(checker->user);
	checker_set_free(checker->set);
	free(checker);
}

/* Returns whether it is another user than before. */
static bool set_user(struct checker *checker, const char *user)
{
	bool changed = !checker->user || strcmp(checker->user, user) != 0;

	if (changed) {
		free(checker->user);
		checker->user = text_copy(user);
	}
	return changed;
}

void checker_use(struct checker *checker, struct checker_set *set, const char *user)
{
	set_compare(set, checker->set, checker->generation);
	if (checker->definitions_fd < 0)
		checker_close_files(checker); /* of a set before that one */
	else
		close(checker->definitions_fd);
	checker->definitions_fd = -1;
	checker_set_free(checker->set);
	checker->set = set;
	checker->generation++;
	process_use(checker, set_user(checker, user));
}

uint32_t checker_previous(const struct checker *checker, uint32_t check)
{
	return check < checker->set->count ? set_entry(checker->set, check)->previous
					   : CHECKER_NO_PREVIOUS;
}

void checker_ran(struct checker *checker, uint32_t check, int32_t status)
{
	process_request(checker, CHECKER_RAN, check, status);
}

void checker_suspend(struct checker *checker, uint32_t check, bool suspended)
{
	if (check >= checker->set->count || checker->set->checks[check].suspended == suspended)
		return;
	checker->set->checks[check].suspended = suspended;
	process_request(checker, suspended ? CHECKER_SUSPEND : CHECKER_RESUME, check, 0);
}

pid_t checker_pid(const struct checker *checker)
{
	return checker->pid;
}

const char *checker_problem(const struct checker *checker)
{
	return checker->problem;
}

unsigned checker_start_count(const struct checker *checker)
{
	return checker->start_count;
}
