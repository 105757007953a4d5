/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins and BPF links that another program removes are made again; see upkeep.h. */
#include "user/kernel/upkeep/upkeep.h"
#include "user/kernel/attach.h"
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/interfaces/mode_switch.h"
#include "user/kernel/interfaces/vlan.h"
#include "user/kernel/load/pins.h"
#include "user/kernel/system/tc_filter.h"
#include "user/kernel/upkeep/attach_watch.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "xbeat.skel.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything must be noticed within a second. A check is about 25 system calls, 30 us. */
#define CHECK_SPACING_NS (300 * NS_PER_MS)
/* Something may remove filters again and again. */
#define FILTER_REPORT_SPACING_NS (10 * NS_PER_SECOND)
#define REASON_REPORT_SPACING_NS (10 * NS_PER_SECOND)
#define BYPASS_REPORT_SPACING_NS (600 * NS_PER_SECOND)
/* Where pins cannot be made, a try leaves a line in the log. */
#define RETRY_SPACING_NS (10 * NS_PER_SECOND)
/* What something detaches again within this time after it was attached is attached at once a few
 * times, then less and less often: each time leaves lines in the log. */
#define STEADY_NS (10 * NS_PER_SECOND)
#define AGAIN_AT_ONCE 3
/* While a thread attaches a program again. */
#define AGAIN_SPACING_NS (10 * NS_PER_MS)

struct kernel_upkeep {
	struct kernel_upkeep_handlers handlers;
	struct event *timer;
	struct attach_watch *watch;
	struct event *answered;
	uint64_t answered_ns; /* when the last question was asked that is answered; 0: none */
	uint64_t wanted_ns; /* since when a later answer is waited for; 0: none is */
	uint64_t retry_ns; /* no pins are made before; 0: the last ones could be made */
};

static bool may_report_reason(struct attachment *attachment, uint64_t now_ns)
{
	if (attachment->reason_reported_ns &&
	    time_since_ns(now_ns, attachment->reason_reported_ns) < REASON_REPORT_SPACING_NS)
		return false;
	attachment->reason_reported_ns = now_ns;
	return true;
}

static void set_off(struct kernel *kernel, struct attachment *attachment, const char *reason)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	bool off = reason[0];
	bool news = off != attachment->off || (strcmp(reason, attachment->off_reason) != 0 &&
					       may_report_reason(attachment, clock_now_ns()));

	if (off != attachment->off)
		attachment->off_changed_ns = clock_now_ns();
	attachment->off = off;
	snprintf(attachment->off_reason, sizeof(attachment->off_reason), "%s", reason);
	handlers->on_attachment(handlers->context, attachment, news);
}

bool kernel_changes_mode(const struct kernel *kernel)
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
		attachment->again_ns = clock_now_ns();
		attachment->restored_count++;
	}
	set_off(kernel, attachment, reason);
	return false;
}

/* Returns how long to wait before it is attached again. */
static uint64_t again_wait_ns(struct attachment *attachment, uint64_t now_ns)
{
	unsigned doublings;

	if (attachment->again_ns && time_since_ns(now_ns, attachment->again_ns) < STEADY_NS)
		attachment->again_count++;
	else
		attachment->again_count = 0;
	if (attachment->again_count < AGAIN_AT_ONCE)
		return 0;
	doublings = attachment->again_count - AGAIN_AT_ONCE;
	return doublings < 3 ? NS_PER_SECOND << doublings : RETRY_SPACING_NS;
}

static void note_detached(struct kernel *kernel, struct attachment *attachment)
{
	uint64_t now_ns = clock_now_ns(), wait_ns = again_wait_ns(attachment, now_ns);
	char reason[ATTACH_REASON_BYTES] = "something else detached the XDP program";

	if (wait_ns) {
		attachment->again_due_ns = now_ns + wait_ns;
		snprintf(
			reason, sizeof(reason),
			"something else detaches the XDP program again and again: %u times in a row, the next try is in %u s",
			attachment->again_count + 1, (unsigned)(wait_ns / NS_PER_SECOND));
	}
	set_off(kernel, attachment, reason);
}

static void take_state(struct kernel *kernel, struct attachment *attachment,
		       const struct attach_answer *answer)
{
	/* It was deleted or replaced, which user/daemon/interfaces.c follows. */
	if (answer->missing || attachment->mode_switch)
		return;
	if (answer->on && attachment->off)
		set_off(kernel, attachment, "");
	if (answer->on)
		return;
	if (attachment->joined)
		set_off(kernel, attachment,
			"something unloaded the program from libxdp's dispatcher; restart xbeatd to attach it again");
	else if (answer->taken)
		set_off(kernel, attachment, answer->reason);
	else if (!attachment->off)
		note_detached(kernel, attachment);
	if (!answer->taken && !attachment->joined)
		attach_again(kernel, attachment);
}

static void take_tags(struct kernel *kernel, struct attachment *attachment,
		      const struct vlan_result *result)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	uint64_t now_ns = clock_now_ns();

	if (!result->changed)
		return;
	if (vlan_take(kernel, attachment, result)) {
		handlers->on_tags(handlers->context, attachment);
		return;
	}
	if (attachment->tc_reported_ns &&
	    time_since_ns(now_ns, attachment->tc_reported_ns) < FILTER_REPORT_SPACING_NS)
		return;
	attachment->tc_reported_ns = now_ns;
	handlers->on_filter(handlers->context, attachment, result->error);
}

/* Returns what was asked about, or NULL if it is gone. */
static struct attachment *find_asked(struct kernel *kernel, const struct attachment *asked)
{
	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		if (attachment->interface_index == asked->interface_index)
			return attachment;
	}
	return NULL;
}

static void take_answer(struct kernel *kernel, const struct attach_answer *answer)
{
	struct attachment *attachment = find_asked(kernel, &answer->asked);

	/* The thread attached to tc while the loop let the interface go. */
	if (!attachment && answer->vlan.changed)
		tc_filter_detach(answer->asked.interface_index);
	if (!attachment)
		return;
	if (answer->asked.vlan_due)
		attachment->vlan_due = false;
	take_tags(kernel, attachment, &answer->vlan);
	foreign_programs_take(attachment, &answer->foreign);
	/* Else its link has been replaced, and the descriptor that was asked about may be
	 * another. */
	if (attachment->attached_ns == answer->asked.attached_ns)
		take_state(kernel, attachment, answer);
}

static void ask(struct kernel *kernel)
{
	if (!attach_watch_ask(kernel->upkeep->watch, kernel->attachments, kernel->attachment_count))
		return;
	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		attachment->programs_due = false;
		if (attachment->vlan_due)
			attachment->tc_changed = attachment->tags_changed = false;
	}
}

static void on_answered(evutil_socket_t fd, short what, void *context)
{
	struct kernel *kernel = context;
	struct kernel_upkeep *upkeep = kernel->upkeep;
	uint64_t asked_ns;
	size_t count;
	const struct attach_answer *answers = attach_watch_take(upkeep->watch, &count, &asked_ns);

	(void)fd;
	(void)what;
	if (!answers)
		return;
	upkeep->answered_ns = asked_ns;
	for (size_t i = 0; i < count; i++)
		take_answer(kernel, &answers[i]);
	attach_watch_done(upkeep->watch);
	if (!upkeep->wanted_ns)
		return;
	if (time_reached(asked_ns, upkeep->wanted_ns))
		upkeep->wanted_ns = 0;
	else
		ask(kernel);
}

uint64_t kernel_programs_unknown_ns(struct kernel *kernel, uint64_t since_ns, uint64_t now_ns)
{
	struct kernel_upkeep *upkeep = kernel->upkeep;

	if (!upkeep || (upkeep->answered_ns && time_reached(upkeep->answered_ns, since_ns)))
		return 0;
	if (!upkeep->wanted_ns) {
		upkeep->wanted_ns = now_ns;
		ask(kernel);
	}
	return time_since_ns(now_ns, upkeep->wanted_ns) + 1;
}

void kernel_driver_changed(struct kernel *kernel, const struct attachment *changed)
{
	(void)kernel;
	((struct attachment *)changed)->tags_changed = true;
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

static void check_bypassed(struct kernel *kernel, uint64_t now_ns)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;

	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		/* The tc program may have been removed. */
		if (attachment->vlan_due)
			continue;
		if (!vlan_is_bypassed(kernel, attachment) ||
		    (attachment->untaken_reported_ns &&
		     time_since_ns(now_ns, attachment->untaken_reported_ns) <
			     BYPASS_REPORT_SPACING_NS))
			continue;
		attachment->untaken_reported_ns = now_ns;
		handlers->on_bypassed(handlers->context, attachment);
	}
}

static void check_chain(struct kernel *kernel)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	struct chain_change change;

	while (chain_check(&kernel->chain, &change))
		handlers->on_chain(handlers->context, &change);
}

static void try_waiting(struct kernel *kernel, uint64_t now_ns)
{
	const struct kernel_upkeep_handlers *handlers = &kernel->upkeep->handlers;
	const char *due = attach_wait_due(kernel, now_ns);
	char interface[XB_NAME_BYTES];

	if (!due)
		return;
	snprintf(interface, sizeof(interface), "%s", due); /* its entry goes */
	handlers->on_attach_due(handlers->context, interface);
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
	bool attaching;

	(void)fd;
	(void)what;
	attaching = any_attaching(kernel);
	if (!kernel_changes_mode(kernel)) {
		vlan_note_changes(kernel);
		check_bypassed(kernel, now_ns);
		check_chain(kernel);
		ask(kernel);
		check_pins(kernel, now_ns);
		try_waiting(kernel, now_ns);
	}
	clock_arm(kernel->upkeep->timer,
		  now_ns + (attaching ? AGAIN_SPACING_NS : CHECK_SPACING_NS));
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
	upkeep->answered = event_new(base, attach_watch_fd(upkeep->watch), EV_READ | EV_PERSIST,
				     on_answered, kernel);
	if (!upkeep->answered || event_add(upkeep->answered, NULL))
		return -ENOMEM;
	clock_arm(upkeep->timer, clock_now_ns() + CHECK_SPACING_NS);
	return 0;
}

void kernel_upkeep_stop(struct kernel *kernel)
{
	if (!kernel->upkeep)
		return;
	if (kernel->upkeep->answered)
		event_free(kernel->upkeep->answered);
	attach_watch_stop(kernel->upkeep->watch);
	if (kernel->upkeep->timer)
		event_free(kernel->upkeep->timer);
	free(kernel->upkeep);
	kernel->upkeep = NULL;
}
