/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process may still call, as rules of a filter of libseccomp (scmp_filter_ctx). */
#ifndef XBEAT_LIB_PROCESS_SYSTEM_CALL_LIST_H
#define XBEAT_LIB_PROCESS_SYSTEM_CALL_LIST_H

#include <stddef.h>

struct system_call_list {
	const char *const *names; /* of calls; in each several, separated by spaces */
	size_t name_count;
	const int *families; /* of socket(2) */
	size_t family_count;
	const int *options; /* of prctl(2) */
	size_t option_count;
};

/* Allows what is listed, and threads. Returns 0 or a negative errno. */
int system_call_list_allow(void *filter, const struct system_call_list *list);

/* Allows a call by its name; one that this library or this machine does not have is no error.
 * Returns 0 or a negative errno. */
int system_call_allow(void *filter, const char *name);

/*
 * Lets clone3(2) fail with ENOSYS: its flags are in memory, which a filter does not see, and the C
 * library then uses clone(2). Not for a filter that does so with all that it does not list. Returns
 * 0 or a negative errno.
 */
int system_call_refuse_clone3(void *filter);

#endif
