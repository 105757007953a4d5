/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts threads; see thread.h. */
#include "user/lib/thread.h"
#include <errno.h>
#include <signal.h>

/* The scheduling is set before the thread first runs: with that of the loop, which is reset for new
 * threads, it might not get to set its own. */
static int create(pthread_t *thread, size_t stack_bytes, void *(*run)(void *), void *context)
{
	struct sched_param highest = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, stack_bytes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &highest);
	error = pthread_create(thread, &attributes, run, context);
	if (error == EPERM) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_INHERIT_SCHED);
		error = pthread_create(thread, &attributes, run, context);
	}
	pthread_attr_destroy(&attributes);
	return error;
}

int thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*run)(void *),
		 void *context)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = create(thread, stack_bytes, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_setname_np(*thread, name);
	return -error;
}
