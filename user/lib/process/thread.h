/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads for what would keep the loop waiting in the kernel. */
#ifndef XBEAT_LIB_PROCESS_THREAD_H
#define XBEAT_LIB_PROCESS_THREAD_H

#include <pthread.h>
#include <stddef.h>

/* Starts a thread with SCHED_FIFO 99 where that is permitted, so that no other real-time task keeps
 * it from running, and without signals, which are the loop's. The whole stack is locked into memory.
 * name: at most 15 characters. Returns 0 or a negative errno. */
int thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*run)(void *),
		 void *context);

/* The same with ordinary priority, for what may take as long as it likes. */
int thread_start_ordinary(pthread_t *thread, const char *name, size_t stack_bytes,
			  void *(*run)(void *), void *context);

#endif
