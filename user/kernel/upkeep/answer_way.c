/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes how answers leave an interface; see answer_way.h. */
#include "user/kernel/upkeep/answer_way.h"
#include "user/kernel/interfaces/mode_switch.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *answer_way_name(enum answer_way way)
{
	static const char *const names[ANSWER_WAYS] = {
		[ANSWER_BY_TX] = "native",
		[ANSWER_BY_REDIRECT] = "native, redirect",
		[ANSWER_GENERIC] = "generic",
	};

	return names[way];
}

static bool is_redirecting(const struct kernel *kernel, const char *interface)
{
	for (size_t slot = 0; slot < kernel->slot_count; slot++)
		if (!strcmp(kernel->peers[slot].interface, interface))
			return kernel->peers[slot].redirect;
	return false;
}

static struct attachment *find(struct kernel *kernel, const char *interface)
{
	return (struct attachment *)kernel_attachment(kernel, interface);
}

enum answer_way kernel_answer_way(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find(kernel, interface);

	if (!attachment->native)
		return ANSWER_GENERIC;
	attachment->redirect = is_redirecting(kernel, interface);
	return attachment->redirect ? ANSWER_BY_REDIRECT : ANSWER_BY_TX;
}

static void set_redirect(struct kernel *kernel, struct attachment *attachment, bool redirect)
{
	attachment->redirect = redirect;
	for (size_t slot = 0; slot < kernel->slot_count; slot++)
		if (!strcmp(kernel->peers[slot].interface, attachment->interface))
			__atomic_store_n(&kernel->peers[slot].redirect, redirect, __ATOMIC_RELAXED);
}

int kernel_set_answer_way(struct kernel *kernel, const char *interface, enum answer_way way,
			  const char *reason)
{
	struct attachment *attachment = find(kernel, interface);
	bool native = way != ANSWER_GENERIC;
	int error = 0;

	if (!attachment)
		return -ENODEV;
	if (attachment->native != native)
		error = mode_switch_start(kernel, attachment, native);
	if (error)
		return error;
	set_redirect(kernel, attachment, way == ANSWER_BY_REDIRECT);
	kernel_set_mode_reason(kernel, interface, reason);
	return 0;
}

void kernel_set_mode_reason(struct kernel *kernel, const char *interface, const char *reason)
{
	struct attachment *attachment = find(kernel, interface);

	if (attachment)
		snprintf(attachment->reason, sizeof(attachment->reason), "%s", reason);
}

bool kernel_changes_way(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find(kernel, interface);

	return attachment && mode_switch_in_progress(attachment);
}

bool kernel_holds_nothing(const struct kernel *kernel)
{
	return !__atomic_load_n(&kernel->self->guard_due_ns, __ATOMIC_RELAXED);
}
