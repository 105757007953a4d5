/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts threads; see thread.h. */
#include "user/lib/process/thread.h"
#include <errno.h>
#include <signal.h>

struct thread_body {
	size_t stack_bytes;
	void *(*run)(void *);
	void *context;
};

/* The scheduling is set before the thread first runs: with that of the loop, which is reset for new
 * threads, it might not get to set its own. */
static int create(pthread_t *thread, const struct thread_body *body, int policy)
{
	struct sched_param parameters = {.sched_priority = sched_get_priority_max(policy)};
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, body->stack_bytes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, policy);
	pthread_attr_setschedparam(&attributes, &parameters);
	error = pthread_create(thread, &attributes, body->run, body->context);
	if (error == EPERM) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_INHERIT_SCHED);
		error = pthread_create(thread, &attributes, body->run, body->context);
	}
	pthread_attr_destroy(&attributes);
	return error;
}

static int start(pthread_t *thread, const char *name, const struct thread_body *body, int policy)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = create(thread, body, policy);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_setname_np(*thread, name);
	return -error;
}

int thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*run)(void *),
		 void *context)
{
	const struct thread_body body = {stack_bytes, run, context};

	return start(thread, name, &body, SCHED_FIFO);
}

int thread_start_ordinary(pthread_t *thread, const char *name, size_t stack_bytes,
			  void *(*run)(void *), void *context)
{
	const struct thread_body body = {stack_bytes, run, context};

	return start(thread, name, &body, SCHED_OTHER);
}
