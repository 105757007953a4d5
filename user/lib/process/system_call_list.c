// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of system calls as rules of libseccomp; see system_call_list.h. */
#include "user/lib/process/system_call_list.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

int system_call_allow(void *filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

int system_call_refuse_clone3(void *filter)
{
	int number = seccomp_syscall_resolve_name("clone3");

	return number == __NR_SCMP_ERROR
		       ? 0
		       : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0);
}

static int allow_names(scmp_filter_ctx filter, const char *names)
{
	_cleanup_free_ char *copy = strdup(names);
	char *rest = copy;
	const char *name;
	int error = copy ? 0 : -ENOMEM;

	while (!error && (name = strsep(&rest, " ")))
		error = system_call_allow(filter, name);
	return error;
}

/* Allows a call if its first argument has one of these values. */
static int allow_values(scmp_filter_ctx filter, int number, const int *values, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
					 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)values[i], 0));
	return error;
}

/* Threads, no processes. */
static int allow_threads(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

int system_call_list_allow(void *filter, const struct system_call_list *list)
{
	int error = 0;

	for (size_t i = 0; i < list->name_count && !error; i++)
		error = allow_names(filter, list->names[i]);
	if (!error)
		error = allow_values(filter, SCMP_SYS(socket), list->families, list->family_count);
	if (!error)
		error = allow_values(filter, SCMP_SYS(prctl), list->options, list->option_count);
	return error ? error : allow_threads(filter);
}
