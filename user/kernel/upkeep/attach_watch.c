/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thread has a copy of the attachments; see attach_watch.h. */
#include "user/kernel/upkeep/attach_watch.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include <errno.h>
#include <net/if.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_BYTES (128 * 1024)

/* Whose turn it is: the loop writes what is asked while the thread waits, and the reverse. */
enum turn { TURN_LOOP, TURN_THREAD, TURN_ANSWERED, TURN_END };

struct attach_watch {
	pthread_t thread;
	sem_t asked;
	int answered_fd; /* eventfd */
	_Atomic enum turn turn;
	struct attach_answer list[KERNEL_INTERFACES_MAX];
	size_t count;
	uint64_t asked_ns;
};

/* A descriptor that was closed meanwhile, or used again, gives a false answer, which the loop
 * ignores: then the attachment is another one. */
static void find_state(struct attach_answer *answer)
{
	const struct attachment *asked = &answer->asked;

	answer->on = attach_is_on(asked);
	answer->missing = !answer->on && if_nametoindex(asked->interface) != asked->interface_index;
	if (!answer->on && !answer->missing)
		answer->taken = attach_is_taken(asked, answer->reason);
}

static void find_answer(struct attach_answer *answer)
{
	if (!answer->asked.mode_switch)
		find_state(answer);
	if (answer->missing)
		return;
	vlan_keep(&answer->asked, &answer->vlan);
	foreign_programs_find(&answer->asked, &answer->foreign);
}

static void *run(void *context)
{
	struct attach_watch *watch = context;
	enum turn asked = TURN_THREAD;

	for (;;) {
		while (sem_wait(&watch->asked) < 0 && errno == EINTR)
			;
		if (atomic_load(&watch->turn) == TURN_END)
			return NULL;
		for (size_t i = 0; i < watch->count; i++)
			find_answer(&watch->list[i]);
		atomic_compare_exchange_strong(&watch->turn, &asked, TURN_ANSWERED);
		asked = TURN_THREAD;
		eventfd_write(watch->answered_fd, 1);
	}
}

bool attach_watch_ask(struct attach_watch *watch, const struct attachment *attachments,
		      size_t count)
{
	if (atomic_load(&watch->turn) != TURN_LOOP)
		return false;
	for (size_t i = 0; i < count; i++)
		watch->list[i] = (struct attach_answer){.asked = attachments[i]};
	watch->count = count;
	watch->asked_ns = clock_now_ns();
	atomic_store(&watch->turn, TURN_THREAD);
	sem_post(&watch->asked);
	return true;
}

const struct attach_answer *attach_watch_take(struct attach_watch *watch, size_t *count,
					      uint64_t *asked_ns)
{
	eventfd_t answers;

	if (atomic_load(&watch->turn) != TURN_ANSWERED)
		return NULL;
	eventfd_read(watch->answered_fd, &answers);
	*count = watch->count;
	*asked_ns = watch->asked_ns;
	return watch->list;
}

static void release_answers(struct attach_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		json_decref(watch->list[i].foreign.json);
	watch->count = 0;
}

void attach_watch_done(struct attach_watch *watch)
{
	release_answers(watch);
	atomic_store(&watch->turn, TURN_LOOP);
}

int attach_watch_fd(const struct attach_watch *watch)
{
	return watch->answered_fd;
}

struct attach_watch *attach_watch_start(void)
{
	struct attach_watch *watch = calloc(1, sizeof(*watch));
	int error = -ENOMEM;

	if (watch) {
		watch->answered_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		error = watch->answered_fd < 0 || sem_init(&watch->asked, 0, 0) < 0 ? -errno : 0;
	}
	if (!error)
		error = thread_start(&watch->thread, "xbeat-upkeep", STACK_BYTES, run, watch);
	if (!error)
		return watch;
	log_error("cannot watch the XDP programs: no thread: %s", limits_strerror(-error));
	if (watch && watch->answered_fd >= 0)
		close(watch->answered_fd);
	free(watch);
	return NULL;
}

void attach_watch_stop(struct attach_watch *watch)
{
	if (!watch)
		return;
	atomic_store(&watch->turn, TURN_END);
	sem_post(&watch->asked);
	pthread_join(watch->thread, NULL);
	release_answers(watch);
	sem_destroy(&watch->asked);
	close(watch->answered_fd);
	free(watch);
}
