/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces that cannot be attached to yet; see attach_wait.h. */
#include "user/kernel/attach_wait.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define SPACING_MIN_NS (NS_PER_SECOND / 2)
#define SPACING_MAX_NS (8 * NS_PER_SECOND)

bool attach_wait_may_change(int error)
{
	return error == -ENODEV || error == -EBUSY || error == -EEXIST;
}

static struct attach_wait *find(struct kernel *kernel, const char *interface)
{
	for (size_t i = 0; i < kernel->wait_count; i++)
		if (!strcmp(kernel->waits[i].interface, interface))
			return &kernel->waits[i];
	return NULL;
}

const struct attach_wait *attach_wait_of(const struct kernel *kernel, const char *interface)
{
	return find((struct kernel *)kernel, interface);
}

static struct attach_wait *add(struct kernel *kernel, const char *interface)
{
	struct attach_wait *wait = NULL;

	if (kernel->wait_count == KERNEL_INTERFACES_MAX)
		return NULL;
	wait = &kernel->waits[kernel->wait_count++];
	*wait = (struct attach_wait){.since_ns = clock_now_ns(), .spacing_ns = SPACING_MIN_NS};
	snprintf(wait->interface, sizeof(wait->interface), "%s", interface);
	return wait;
}

int attach_wait_note(struct kernel *kernel, const char *interface,
		     const struct attach_failure *failure)
{
	struct attach_wait *wait = find(kernel, interface);

	if (!wait)
		wait = add(kernel, interface);
	if (!wait) {
		log_error("%s", failure->reason);
		return failure->error;
	}
	wait->due_ns = clock_now_ns() + wait->spacing_ns;
	wait->error = failure->error;
	if (failure->program_id && failure->program_id == wait->program_id)
		return failure->error;
	wait->reported &= !strcmp(wait->reason, failure->reason);
	wait->program_id = failure->program_id;
	snprintf(wait->reason, sizeof(wait->reason), "%s", failure->reason);
	return failure->error;
}

void attach_wait_end(struct kernel *kernel, const char *interface)
{
	struct attach_wait *wait = find(kernel, interface);

	if (wait)
		*wait = kernel->waits[--kernel->wait_count];
}

void attach_wait_hint(struct kernel *kernel, const char *interface)
{
	struct attach_wait *wait = find(kernel, interface);

	if (!wait)
		return;
	wait->spacing_ns = SPACING_MIN_NS;
	wait->due_ns = clock_now_ns();
	wait->hinted = true;
}

/* Whether what prevented it is still so. An attempt would remove and add the tc program. */
static bool is_prevented(const struct attach_wait *wait)
{
	struct attachment there = {.interface_index = if_nametoindex(wait->interface)};
	char reason[ATTACH_REASON_BYTES];

	return !there.interface_index || (wait->error == -EBUSY && attach_is_taken(&there, reason));
}

const char *attach_wait_due(struct kernel *kernel, uint64_t now_ns)
{
	for (size_t i = 0; i < kernel->wait_count; i++) {
		struct attach_wait *wait = &kernel->waits[i];

		if (!time_reached(now_ns, wait->due_ns) ||
		    !(wait->hinted || attach_wait_may_change(wait->error)))
			continue;
		wait->hinted = false;
		wait->spacing_ns *= 2;
		if (wait->spacing_ns > SPACING_MAX_NS)
			wait->spacing_ns = SPACING_MAX_NS;
		wait->due_ns = now_ns + wait->spacing_ns;
		if (!is_prevented(wait))
			return wait->interface;
	}
	return NULL;
}

const struct attach_wait *attach_wait_unreported(struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->wait_count; i++) {
		struct attach_wait *wait = &kernel->waits[i];

		if (wait->reported)
			continue;
		wait->reported = true;
		return wait;
	}
	return NULL;
}

json_t *attach_waits_json(const struct kernel *kernel)
{
	json_t *array = json_array();
	uint64_t now_ns = clock_now_ns();

	for (size_t i = 0; i < kernel->wait_count; i++) {
		const struct attach_wait *wait = &kernel->waits[i];

		json_array_append_new(array,
				      json_pack("{s:s, s:o, s:I}", "interface", wait->interface,
						"reason", json_text(wait->reason), "age_ns",
						(json_int_t)time_since_ns(now_ns, wait->since_ns)));
	}
	return array;
}
