/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many processes there are of a name or of a command line. What counts is a look through /proc; the
 * kernel's process events only say when to look; where they are not to be had (another network
 * namespace, a container) it is done every LOOK_SPACING_NS. Looking takes at most one part in COST_FACTOR
 * of a processor: with very many processes it is done less often.
 */
#include "user/lib/clock.h"
#include "user/runner/child/proc_connector.h"
#include "user/runner/child/procfs.h"
#include "user/runner/child/side.h"
#include "user/runner/child/words.h"
#include <stdlib.h>
#include <string.h>

#define LOOK_SPACING_NS (100 * NS_PER_MS)
#define CAREFUL_SPACING_NS (10 * NS_PER_SECOND) /* even if no event has said so */
#define COST_FACTOR 20
#define COMMAND_BYTES 4096

struct process_watch {
	struct process_watch *next;
	const struct runner_side *side;
	struct runner_request *request;
	struct event *delay; /* until a change counts */
	bool known, up;
	uint32_t count, seen; /* the last look's; what this look has found so far */
};

struct process_watches {
	const struct runner_side *side;
	struct event *look;
	uint64_t not_before_ns; /* of the next look */
	bool events; /* somebody says when to look */
	struct process_watch *list;
};

static bool wanted(const struct process_watch *watch, uint32_t count)
{
	return count >= watch->request->process.quorum &&
	       count <= watch->request->process.quorum_max;
}

static void tell(struct process_watch *watch)
{
	struct runner_reply reply = {.type = RUNNER_SIGHTING, .number = watch->request->number};
	uint32_t quorum_max = watch->request->process.quorum_max;
	char most[32] = "";

	watch->known = true;
	watch->up = wanted(watch, watch->count);
	reply.sighting.up = watch->up;
	reply.sighting.value = (int32_t)watch->count;
	if (quorum_max != UINT32_MAX)
		snprintf(most, sizeof(most), ", at most %u", quorum_max);
	snprintf(reply.sighting.reason, sizeof(reply.sighting.reason),
		 "%u processes of %.80s, wanted at least %u%s", watch->count, watch->request->words,
		 watch->request->process.quorum, most);
	runner_reply(watch->side, &reply);
}

static void on_delay(evutil_socket_t fd, short what, void *context)
{
	struct process_watch *watch = context;

	(void)fd;
	(void)what;
	if (watch->up != wanted(watch, watch->count))
		tell(watch);
}

/* The delay is that of the change that crossed the border, and runs on while it lasts. */
static void settle(struct process_watch *watch)
{
	uint64_t delay_ns = watch->seen > watch->count ? watch->request->process.fork_delay_ns
						       : watch->request->process.terminate_delay_ns;
	bool changed = !watch->known || watch->up != wanted(watch, watch->seen);

	watch->count = watch->seen;
	if (!changed)
		event_del(watch->delay);
	else if (!watch->known || !delay_ns)
		tell(watch);
	else if (!evtimer_pending(watch->delay, NULL))
		clock_arm(watch->delay, clock_now_ns() + delay_ns);
}

/* Whether the parameters are those that are wanted, each with its NUL. */
static bool parameters_match(const struct runner_request *request, const char *actual,
			     size_t length)
{
	size_t wanted_length = request->words_length;
	const char *rest = actual + wanted_length - 1;

	if (request->process.longer_last)
		return length >= wanted_length &&
		       !memcmp(request->words, actual, wanted_length - 1) &&
		       memchr(rest, '\0', length - wanted_length + 1) == actual + length - 1;
	if (request->process.more_parameters ? length < wanted_length : length != wanted_length)
		return false;
	return !memcmp(request->words, actual, wanted_length);
}

static bool command_matches(const struct runner_request *request, pid_t pid)
{
	char actual[COMMAND_BYTES];
	size_t length = proc_read_arguments(pid, actual, sizeof(actual));

	if (!length || strcmp(actual, request->words) != 0)
		return false;
	return !request->process.parameters || parameters_match(request, actual, length);
}

static bool matches(const struct process_watch *watch, pid_t pid, const char *name)
{
	if (watch->request->process.command_line)
		return command_matches(watch->request, pid);
	return !strncmp(watch->request->words, name, PROC_NAME_BYTES - 1);
}

/* A zombie does not run. */
static bool is_alive(pid_t pid)
{
	bool alive;
	pid_t group;

	return proc_read_state(pid, &alive, &group) && alive;
}

static void visit(void *context, pid_t pid)
{
	const struct process_watches *processes = context;
	char name[PROC_NAME_BYTES];

	if (!proc_read_name(pid, name))
		return;
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		if (matches(watch, pid, name) && is_alive(pid))
			watch->seen++;
}

static uint64_t look_again_ns(const struct process_watches *processes, uint64_t now_ns)
{
	uint64_t due_ns = now_ns + (processes->events ? CAREFUL_SPACING_NS : LOOK_SPACING_NS);

	return time_reached(due_ns, processes->not_before_ns) ? due_ns : processes->not_before_ns;
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct process_watches *processes = context;
	uint64_t began_ns = clock_now_ns(), now_ns;

	(void)fd;
	(void)what;
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		watch->seen = 0;
	proc_each(visit, processes);
	for (struct process_watch *watch = processes->list; watch; watch = watch->next)
		settle(watch);
	now_ns = clock_now_ns();
	processes->not_before_ns = now_ns + COST_FACTOR * (now_ns - began_ns);
	if (processes->list)
		clock_arm(processes->look, look_again_ns(processes, now_ns));
}

/* Something happened to a process; many at once are one look. */
static void on_process_event(void *context)
{
	const struct process_watches *processes = context;

	if (processes->list)
		clock_arm(processes->look, processes->not_before_ns);
}

static struct process_watches *watches_new(const struct runner_side *side)
{
	struct process_watches *processes = calloc(1, sizeof(*processes));

	if (!processes)
		return NULL;
	processes->side = side;
	processes->look = evtimer_new(side->base, on_look, processes);
	if (!processes->look) {
		free(processes);
		return NULL;
	}
	processes->events = proc_events_start(side->base, on_process_event, processes) == 0;
	return processes;
}

static void watch_free(struct process_watch *watch)
{
	if (watch->delay)
		event_free(watch->delay);
	free(watch->request);
	free(watch);
}

static struct process_watch *watch_new(const struct runner_side *side,
				       const struct runner_request *request)
{
	struct process_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->side = side;
	watch->request = malloc(sizeof(*request));
	watch->delay = evtimer_new(side->base, on_delay, watch);
	if (!watch->request || !watch->delay) {
		watch_free(watch);
		return NULL;
	}
	memcpy(watch->request, request, runner_request_length(request));
	return watch;
}

void processes_watch(struct runner_side *side, const struct runner_request *request)
{
	struct process_watch *watch = watch_new(side, request);

	if (!side->processes)
		side->processes = watches_new(side);
	if (!watch || !side->processes) {
		runner_say(side, LOG_ERR, "cannot watch processes of %.160s: no memory",
			   request->words);
		if (watch)
			watch_free(watch);
		return;
	}
	watch->next = side->processes->list;
	side->processes->list = watch;
	clock_arm(side->processes->look, clock_now_ns());
}

void processes_unwatch(struct runner_side *side, uint32_t number)
{
	struct process_watch **link = side->processes ? &side->processes->list : NULL;

	while (link && *link && (*link)->request->number != number)
		link = &(*link)->next;
	if (link && *link) {
		struct process_watch *watch = *link;

		*link = watch->next;
		watch_free(watch);
	}
}
