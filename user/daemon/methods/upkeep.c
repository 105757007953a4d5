/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins and XDP programs that another program removed: reports them, and notifies the instances. The
 * methods about next programs. */
#include "user/kernel/upkeep/upkeep.h"
#include "user/daemon/daemon.h"
#include "user/daemon/sharing/chain.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include "user/vrrp/events.h"
#include <stdio.h>
#include <string.h>

/* Repeated removals of pins are reported this often. */
#define PINS_SPACING_NS (10 * NS_PER_SECOND)

/* First the event, because it is why instances change. */
static void on_attachment(void *context, const struct attachment *attachment, bool news)
{
	struct daemon *daemon = context;

	if (news && attachment->off)
		event_log_add(
			&daemon->event_log, "program", attachment->interface, "attached",
			"detached",
			"%s: this node receives no heartbeats and no adverts on it, and nothing fences addresses there",
			attachment->off_reason);
	else if (news)
		event_log_add(&daemon->event_log, "program", attachment->interface, "detached",
			      "attached",
			      "this daemon attached it again (number %u since it started)",
			      attachment->restored_count);
	instances_program(door_enter(daemon->vrrp), attachment->interface_index);
}

static void on_pins(void *context, unsigned count, int error)
{
	struct daemon *daemon = context;
	uint64_t now_ns = clock_now_ns();

	daemon->restored_pins_count += count;
	daemon->unreported_pins_count += count;
	if (error) {
		event_log_add(
			&daemon->event_log, "pins", "self", "missing", "missing",
			"they cannot be made again (%s): nothing fences addresses after this daemon's death",
			limits_strerror(-error));
		return;
	}
	if (daemon->pins_reported_ns &&
	    time_since_ns(now_ns, daemon->pins_reported_ns) < PINS_SPACING_NS)
		return;
	daemon->pins_reported_ns = now_ns;
	event_log_add(
		&daemon->event_log, "pins", "self", "missing", "restored",
		"something else removed %u pins of /sys/fs/bpf/xbeat/%s, which keep the fence if this daemon dies; they were made again",
		daemon->unreported_pins_count, daemon->daemon_name);
	daemon->unreported_pins_count = 0;
}

static void on_filter(void *context, const struct attachment *attachment, int error)
{
	struct daemon *daemon = context;

	if (error)
		event_log_add(
			&daemon->event_log, "filter", attachment->interface, "attached", "removed",
			"something else removed the program in tc, which knows VLAN tags, and it cannot be attached again: %s",
			limits_strerror(-error));
	else
		event_log_add(
			&daemon->event_log, "filter", attachment->interface, "removed", "attached",
			"something else removed the program in tc, which knows VLAN tags; this daemon attached it again");
}

static void on_tags(void *context, const struct attachment *attachment)
{
	struct daemon *daemon = context;

	if (daemon->prober.links)
		prober_interface_changed(&daemon->prober, attachment->interface);
}

static void on_bypassed(void *context, const struct attachment *attachment)
{
	struct daemon *daemon = context;

	event_log_add(
		&daemon->event_log, "filter", attachment->interface, "attached", "bypassed",
		"other programs in tc decide before this daemon's, which knows VLAN tags: adverts from other networks than the interface's are ignored; give those filters a higher pref (tc filter show dev %s ingress)",
		attachment->interface);
}

static void on_chain(void *context, const struct chain_change *change)
{
	struct daemon *daemon = context;

	chain_report(&daemon->event_log, change);
}

json_t *daemon_chain(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;

	(void)call;
	return chain_json(&daemon->kernel.chain, NULL);
}

json_t *daemon_chain_add(void *context, struct control_call *call)
{
	struct daemon *daemon = context;

	return chain_call_add(&daemon->kernel, &daemon->event_log, call);
}

json_t *daemon_chain_remove(void *context, struct control_call *call)
{
	struct daemon *daemon = context;

	return chain_call_remove(&daemon->kernel, &daemon->event_log, call);
}

static void on_attach_due(void *context, const char *interface)
{
	struct daemon *daemon = context;

	daemon_follow_interface(daemon, interface);
	daemon_report_waits(daemon);
}

int daemon_start_upkeep(struct daemon *daemon)
{
	const struct kernel_upkeep_handlers handlers = {.on_attachment = on_attachment,
							.on_pins = on_pins,
							.on_filter = on_filter,
							.on_tags = on_tags,
							.on_bypassed = on_bypassed,
							.on_chain = on_chain,
							.on_attach_due = on_attach_due,
							.context = daemon};

	return kernel_upkeep_start(&daemon->kernel, daemon->base, &handlers);
}
