/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number of processes with a name or a command line, found by scanning /proc. The kernel's
 * process events only trigger a scan; where there are none (another network namespace, a
 * container), a scan starts every SCAN_SPACING_NS. Scanning takes at most 1/COST_FACTOR of a
 * processor: with very many processes it is done less often.
 */
#include "user/runner/child/watch_process.h"
#include "user/lib/clock.h"
#include "user/runner/child/proc_connector.h"
#include "user/runner/child/procfs.h"
#include <stdlib.h>
#include <string.h>

#define SCAN_SPACING_NS (100 * NS_PER_MS)
#define EVENTLESS_SPACING_NS (10 * NS_PER_SECOND) /* in case that an event was lost */
#define COST_FACTOR 20
#define COMMAND_BYTES 4096

struct process_watch {
	struct process_watch *next;
	const struct runner_child *child;
	struct runner_request *request;
	struct event *delay; /* until a change counts */
	bool known, up;
	uint32_t count; /* of the last scan */
	uint32_t seen; /* so far in this scan */
};

struct process_watches {
	const struct runner_child *child;
	struct event *scan;
	uint64_t not_before_ns; /* of the next scan */
	bool events; /* the kernel reports process events */
	struct process_watch *list;
};

static bool wanted(const struct process_watch *watch, uint32_t count)
{
	return count >= watch->request->process.quorum &&
	       count <= watch->request->process.quorum_max;
}

static void report(struct process_watch *watch)
{
	struct runner_reply reply = {.type = RUNNER_SIGHTING, .number = watch->request->number};
	uint32_t quorum_max = watch->request->process.quorum_max;
	char limit[32] = "";

	watch->known = true;
	watch->up = wanted(watch, watch->count);
	reply.sighting.up = watch->up;
	reply.sighting.value = (int32_t)watch->count;
	if (quorum_max != UINT32_MAX)
		snprintf(limit, sizeof(limit), ", at most %u", quorum_max);
	snprintf(reply.sighting.reason, sizeof(reply.sighting.reason),
		 "%u processes of %.80s, wanted at least %u%s", watch->count,
		 watch->request->strings.bytes, watch->request->process.quorum, limit);
	child_reply(watch->child, &reply);
}

static void on_delay(evutil_socket_t fd, short what, void *context)
{
	struct process_watch *watch = context;

	(void)fd;
	(void)what;
	if (watch->up != wanted(watch, watch->count))
		report(watch);
}

/*
 * Takes over the count of a scan. A change that crosses the quorum counts once it has lasted for
 * its delay.
 */
static void finish_scan(struct process_watch *watch)
{
	uint64_t delay_ns = watch->seen > watch->count ? watch->request->process.fork_delay_ns
						       : watch->request->process.terminate_delay_ns;
	bool changed = !watch->known || watch->up != wanted(watch, watch->seen);

	watch->count = watch->seen;
	if (!changed)
		event_del(watch->delay);
	else if (!watch->known || !delay_ns)
		report(watch);
	else if (!evtimer_pending(watch->delay, NULL))
		clock_arm(watch->delay, clock_now_ns() + delay_ns);
}

/* Compares the parameters, each with its NUL. */
static bool parameters_match(const struct runner_request *request, const char *actual,
			     size_t length)
{
	size_t wanted_length = request->strings.length;
	const char *rest = actual + wanted_length - 1;

	if (request->process.longer_last)
		return length >= wanted_length &&
		       !memcmp(request->strings.bytes, actual, wanted_length - 1) &&
		       memchr(rest, '\0', length - wanted_length + 1) == actual + length - 1;
	if (request->process.more_parameters ? length < wanted_length : length != wanted_length)
		return false;
	return !memcmp(request->strings.bytes, actual, wanted_length);
}

static bool command_matches(const struct runner_request *request, pid_t pid)
{
	char actual[COMMAND_BYTES];
	size_t length = procfs_read_arguments(pid, actual, sizeof(actual));

	if (!length || strcmp(actual, request->strings.bytes) != 0)
		return false;
	return !request->process.parameters || parameters_match(request, actual, length);
}

static bool matches(const struct process_watch *watch, pid_t pid, const char *name)
{
	if (watch->request->process.command_line)
		return command_matches(watch->request, pid);
	return !strncmp(watch->request->strings.bytes, name, PROCFS_NAME_BYTES - 1);
}

/* A zombie does not run. */
static bool is_alive(pid_t pid)
{
	bool alive;
	pid_t group;

	return procfs_read_state(pid, &alive, &group) && alive;
}

static void visit(void *context, pid_t pid)
{
	const struct process_watches *processes = context;
	char name[PROCFS_NAME_BYTES];

	if (!procfs_read_name(pid, name))
		return;
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		if (matches(watch, pid, name) && is_alive(pid))
			watch->seen++;
}

static uint64_t next_scan_ns(const struct process_watches *processes, uint64_t now_ns)
{
	uint64_t due_ns = now_ns + (processes->events ? EVENTLESS_SPACING_NS : SCAN_SPACING_NS);

	return time_reached(due_ns, processes->not_before_ns) ? due_ns : processes->not_before_ns;
}

static void on_scan(evutil_socket_t fd, short what, void *context)
{
	struct process_watches *processes = context;
	uint64_t began_ns = clock_now_ns(), now_ns;

	(void)fd;
	(void)what;
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		watch->seen = 0;
	procfs_each_process(visit, processes);
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		finish_scan(watch);
	now_ns = clock_now_ns();
	processes->not_before_ns = now_ns + COST_FACTOR * (now_ns - began_ns);
	if (processes->list)
		clock_arm(processes->scan, next_scan_ns(processes, now_ns));
}

/* Many events at once cause one scan. */
static void on_process_event(void *context)
{
	const struct process_watches *processes = context;

	if (processes->list)
		clock_arm(processes->scan, processes->not_before_ns);
}

static struct process_watches *watches_new(const struct runner_child *child)
{
	struct process_watches *processes = calloc(1, sizeof(*processes));

	if (!processes)
		return NULL;
	processes->child = child;
	processes->scan = evtimer_new(child->base, on_scan, processes);
	if (!processes->scan) {
		free(processes);
		return NULL;
	}
	processes->events = proc_connector_start(child->base, on_process_event, processes) == 0;
	return processes;
}

static void watch_free(struct process_watch *watch)
{
	if (watch->delay)
		event_free(watch->delay);
	free(watch->request);
	free(watch);
}

static struct process_watch *watch_new(const struct runner_child *child,
				       const struct runner_request *request)
{
	struct process_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->child = child;
	watch->request = malloc(sizeof(*request));
	watch->delay = evtimer_new(child->base, on_delay, watch);
	if (!watch->request || !watch->delay) {
		watch_free(watch);
		return NULL;
	}
	memcpy(watch->request, request, runner_request_length(request));
	return watch;
}

void watch_process_add(struct runner_child *child, const struct runner_request *request)
{
	struct process_watch *watch = watch_new(child, request);

	if (!child->processes)
		child->processes = watches_new(child);
	if (!watch || !child->processes) {
		child_log(child, LOG_ERR, "cannot watch processes of %.160s: out of memory",
			  request->strings.bytes);
		if (watch)
			watch_free(watch);
		return;
	}
	watch->next = child->processes->list;
	child->processes->list = watch;
	clock_arm(child->processes->scan, clock_now_ns());
}

void watch_process_remove(struct runner_child *child, uint32_t number)
{
	struct process_watch **link = child->processes ? &child->processes->list : NULL;

	while (link && *link && (*link)->request->number != number)
		link = &(*link)->next;
	if (link && *link) {
		struct process_watch *watch = *link;

		*link = watch->next;
		watch_free(watch);
	}
}
