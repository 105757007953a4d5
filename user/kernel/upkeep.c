/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins and BPF links that another program removes are made again; see upkeep.h. */
#include "user/kernel/upkeep.h"
#include "user/kernel/attach.h"
#include "user/kernel/attach_watch.h"
#include "user/kernel/mode_switch.h"
#include "user/kernel/pins.h"
#include "user/kernel/vlan.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "xbeat.skel.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything must be noticed within a second. A check is about 25 system calls, 30 us. */
#define CHECK_SPACING_NS (300 * NS_PER_MS)
/* Something may remove filters again and again. */
#define FILTER_REPORT_SPACING_NS (10 * NS_PER_SECOND)
#define BYPASS_REPORT_SPACING_NS (600 * NS_PER_SECOND)
/* Where pins cannot be made, a try leaves a line in the log. */
#define RETRY_SPACING_NS (10 * NS_PER_SECOND)
/* While a thread attaches a program again. */
#define AGAIN_SPACING_NS (10 * NS_PER_MS)
/* The thread needs less to answer, if nothing holds the lock. */
#define ANSWER_NS (3 * NS_PER_MS)
#define SUSPICION_SPACING_NS (50 * NS_PER_MS)

struct kernel_upkeep {
	struct kernel_upkeep_handlers handlers;
	struct event *timer;
	struct attach_watch *watch;
	uint64_t suspected_ns; /* when silence last led to a question; 0: never */
	uint64_t retry_ns; /* no pins are made before; 0: the last ones could be made */
};

static void set_off(struct kernel *kernel, struct attachment *attachment, const char *reason)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	bool off = reason[0];
	bool news = off != attachment->off || strcmp(reason, attachment->off_reason) != 0;

	if (off != attachment->off)
		attachment->off_changed_ns = clock_now_ns();
	attachment->off = off;
	snprintf(attachment->off_reason, sizeof(attachment->off_reason), "%s", reason);
	handlers->on_attachment(handlers->context, attachment, news);
}

/* Until that is done, every question about an XDP program waits for it in the kernel. */
static bool changes_mode(const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->attachment_count; i++)
		if (kernel->attachments[i].mode_switch)
			return true;
	return false;
}

uint64_t kernel_program_changed_ns(const struct attachment *attachment)
{
	struct attachment *changed = (struct attachment *)attachment;

	if (!attachment)
		return 0;
	if (mode_switch_in_progress(changed))
		changed->off_changed_ns = clock_now_ns();
	return attachment->off_changed_ns;
}

/* A driver may need tens of milliseconds to attach; the loop goes on sending PROBEs. */
static void attach_again(struct kernel *kernel, struct attachment *attachment)
{
	uint64_t now_ns = clock_now_ns();

	if (attachment->again_due_ns && !time_reached(now_ns, attachment->again_due_ns))
		return;
	attachment->again_due_ns = now_ns + RETRY_SPACING_NS;
	attachment->attaches_again = mode_switch_start(kernel, attachment, attachment->native) == 0;
	clock_arm(kernel->upkeep->timer, now_ns + AGAIN_SPACING_NS);
}

/* Returns whether a thread still attaches it. */
static bool is_attaching(struct kernel *kernel, struct attachment *attachment)
{
	char reason[ATTACH_REASON_BYTES] = "";

	if (!attachment->attaches_again)
		return false;
	if (mode_switch_in_progress(attachment))
		return true;
	attachment->attaches_again = false;
	if (attachment->switch_error) {
		snprintf(reason, sizeof(reason), "the XDP program cannot be attached again: %s",
			 limits_strerror(-attachment->switch_error));
	} else {
		attachment->again_due_ns = 0;
		attachment->restored_count++;
	}
	set_off(kernel, attachment, reason);
	return false;
}

static void check_attachment(struct kernel *kernel, struct attachment *attachment)
{
	char reason[ATTACH_REASON_BYTES] = "something else detached the XDP program";
	bool taken;

	if (attach_is_on(attachment)) {
		if (attachment->off)
			set_off(kernel, attachment, "");
		return;
	}
	/* It was deleted or replaced, which user/daemon/interfaces.c follows. */
	if (if_nametoindex(attachment->interface) != attachment->interface_index)
		return;
	taken = attach_is_taken(attachment, reason);
	if (taken || !attachment->off)
		set_off(kernel, attachment, reason);
	if (!taken)
		attach_again(kernel, attachment);
}

/* Whether evidence arrived there since then. */
static bool is_receiving(const struct kernel *kernel, const struct attachment *attachment,
			 uint64_t since_ns)
{
	for (size_t slot = 0; slot < kernel->slot_count; slot++) {
		const struct xb_peer *peer = &kernel->peers[slot];

		if (!strcmp(peer->interface, attachment->interface) &&
		    time_reached(__atomic_load_n(&peer->last_evidence_ns, __ATOMIC_RELAXED),
				 since_ns))
			return true;
	}
	return false;
}

bool kernel_check_attachments(struct kernel *kernel, uint64_t interval_ns)
{
	bool as_known = true;

	for (size_t i = 0; kernel->upkeep && i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];
		uint64_t before_ns = attachment->off_changed_ns;

		kernel_program_changed_ns(attachment);
		if (!is_attaching(kernel, attachment) && !changes_mode(kernel) &&
		    (attachment->off || !interval_ns ||
		     !is_receiving(kernel, attachment, clock_now_ns() - interval_ns)))
			check_attachment(kernel, attachment);
		as_known &= attachment->off_changed_ns == before_ns;
	}
	return as_known;
}

static void check_pins(struct kernel *kernel, uint64_t now_ns)
{
	struct kernel_upkeep *upkeep = kernel->upkeep;
	unsigned count = 0;
	int error;

	if (upkeep->retry_ns && !time_reached(now_ns, upkeep->retry_ns))
		return;
	error = pins_restore(kernel, &count);
	upkeep->retry_ns = error ? now_ns + RETRY_SPACING_NS : 0;
	if (count || error)
		upkeep->handlers.on_pins(upkeep->handlers.context, count, error);
}

static void check_filters(struct kernel *kernel, uint64_t now_ns)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	struct attachment *restored;
	int error;

	while ((restored = vlan_restore(kernel, &error))) {
		if (restored->tc_reported_ns &&
		    time_since_ns(now_ns, restored->tc_reported_ns) < FILTER_REPORT_SPACING_NS)
			continue;
		restored->tc_reported_ns = now_ns;
		handlers->on_filter(handlers->context, restored, error);
	}
}

static void check_bypassed(struct kernel *kernel, uint64_t now_ns)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;

	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		if (!vlan_is_bypassed(kernel, attachment) ||
		    (attachment->untaken_reported_ns &&
		     time_since_ns(now_ns, attachment->untaken_reported_ns) <
			     BYPASS_REPORT_SPACING_NS))
			continue;
		attachment->untaken_reported_ns = now_ns;
		handlers->on_bypassed(handlers->context, attachment);
	}
}

static bool any_attaching(struct kernel *kernel)
{
	bool any = false;

	for (size_t i = 0; i < kernel->attachment_count; i++)
		any |= is_attaching(kernel, &kernel->attachments[i]);
	return any;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct kernel *kernel = context;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	if (attach_watch_turn(kernel->upkeep->watch, kernel->attachments, kernel->attachment_count))
		kernel_check_attachments(kernel, 0);
	if (!changes_mode(kernel)) {
		check_pins(kernel, now_ns);
		check_filters(kernel, now_ns);
		check_bypassed(kernel, now_ns);
	}
	clock_arm(kernel->upkeep->timer,
		  now_ns + (any_attaching(kernel) ? AGAIN_SPACING_NS : CHECK_SPACING_NS));
}

void kernel_suspect_programs(struct kernel *kernel, uint64_t now_ns)
{
	struct kernel_upkeep *upkeep = kernel->upkeep;

	if (!upkeep || (upkeep->suspected_ns &&
			time_since_ns(now_ns, upkeep->suspected_ns) < SUSPICION_SPACING_NS))
		return;
	upkeep->suspected_ns = now_ns;
	if (attach_watch_turn(upkeep->watch, kernel->attachments, kernel->attachment_count))
		kernel_check_attachments(kernel, 0);
	clock_arm(upkeep->timer, now_ns + ANSWER_NS);
}

int kernel_upkeep_start(struct kernel *kernel, struct event_base *base,
			const struct kernel_upkeep_handlers *handlers)
{
	struct kernel_upkeep *upkeep = calloc(1, sizeof(*upkeep));

	if (!upkeep)
		return -ENOMEM;
	upkeep->handlers = *handlers;
	upkeep->timer = evtimer_new(base, on_timer, kernel);
	upkeep->watch = attach_watch_start();
	kernel->upkeep = upkeep;
	if (!upkeep->timer || !upkeep->watch)
		return -ENOMEM;
	clock_arm(upkeep->timer, clock_now_ns() + CHECK_SPACING_NS);
	return 0;
}

void kernel_upkeep_stop(struct kernel *kernel)
{
	if (!kernel->upkeep)
		return;
	attach_watch_stop(kernel->upkeep->watch);
	if (kernel->upkeep->timer)
		event_free(kernel->upkeep->timer);
	free(kernel->upkeep);
	kernel->upkeep = NULL;
}
