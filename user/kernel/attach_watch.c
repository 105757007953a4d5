/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thread has a copy of the attachments; see attach_watch.h. */
#include "user/kernel/attach_watch.h"
#include "user/kernel/kernel.h"
#include "user/lib/log.h"
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The whole stack is locked into memory. */
#define STACK_BYTES (128 * 1024)

/* Whose turn it is: the loop writes what is asked while the thread waits, and the reverse. */
enum turn { TURN_LOOP, TURN_THREAD, TURN_END };

struct attach_watch {
	pthread_t thread;
	sem_t asked;
	_Atomic enum turn turn;
	struct attachment list[KERNEL_INTERFACES_MAX];
	size_t count;
	bool any; /* the answer */
};

/* A descriptor that was closed meanwhile, or used again, only leads to a needless check. */
static bool has_changed(const struct attachment *attachment)
{
	char text[ATTACH_REASON_BYTES];

	if (attachment->mode_switch)
		return false;
	if (!attachment->off)
		return !attach_is_on(attachment);
	return attach_is_on(attachment) || !attach_is_taken(attachment, text);
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
		watch->any = false;
		for (size_t i = 0; i < watch->count; i++)
			watch->any |= has_changed(&watch->list[i]);
		atomic_compare_exchange_strong(&watch->turn, &asked, TURN_LOOP);
		asked = TURN_THREAD;
	}
}

bool attach_watch_turn(struct attach_watch *watch, const struct attachment *attachments,
		       size_t count)
{
	bool any;

	if (atomic_load(&watch->turn) != TURN_LOOP)
		return false;
	any = watch->any;
	memcpy(watch->list, attachments, count * sizeof(*attachments));
	watch->count = count;
	watch->any = false;
	atomic_store(&watch->turn, TURN_THREAD);
	sem_post(&watch->asked);
	return any;
}

/* It inherits the mask: signals are the loop's. */
static int start_thread(struct attach_watch *watch)
{
	struct sched_param ordinary = {.sched_priority = 0};
	pthread_attr_t attributes;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &ordinary);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watch->thread, &attributes, run, watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (!error)
		pthread_setname_np(watch->thread, "xbeat-upkeep");
	return error;
}

struct attach_watch *attach_watch_start(void)
{
	struct attach_watch *watch = calloc(1, sizeof(*watch));
	int error = watch ? 0 : ENOMEM;

	if (!error && sem_init(&watch->asked, 0, 0) < 0)
		error = errno;
	if (!error)
		error = start_thread(watch);
	if (!error)
		return watch;
	log_error("cannot watch the XDP programs: no thread: %s", strerror(error));
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
	sem_destroy(&watch->asked);
	free(watch);
}
