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

static int create_ordinary(pthread_t *thread, size_t stack_bytes, void *(*run)(void *),
			   void *context)
{
	struct sched_param ordinary = {.sched_priority = 0};
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, stack_bytes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &ordinary);
	error = pthread_create(thread, &attributes, run, context);
	pthread_attr_destroy(&attributes);
	return error;
}

typedef int create_thread(pthread_t *thread, size_t stack_bytes, void *(*run)(void *),
			  void *context);

struct thread_start {
	const char *name;
	size_t stack_bytes;
	void *(*run)(void *);
	void *context;
};

static int start(create_thread *make, pthread_t *thread, const struct thread_start *how)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = make(thread, how->stack_bytes, how->run, how->context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_setname_np(*thread, how->name);
	return -error;
}

int thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*run)(void *),
		 void *context)
{
	const struct thread_start how = {name, stack_bytes, run, context};

	return start(create, thread, &how);
}

int thread_start_ordinary(pthread_t *thread, const char *name, size_t stack_bytes,
			  void *(*run)(void *), void *context)
{
	const struct thread_start how = {name, stack_bytes, run, context};

	return start(create_ordinary, thread, &how);
}
