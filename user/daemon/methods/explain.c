/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain" of this node: its condition and its last events. */
#include "user/vrrp/report/explain.h"
#include "user/core/names.h"
#include "user/daemon/daemon.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>

#define EVENTS_SHOWN_MAX 5

static void explain_links(const struct peers *peers, const struct config_heartbeat *heartbeat,
			  json_t *lines)
{
	for (size_t i = 0; i < heartbeat->interface_count; i++)
		if (peers->lacks_address[i])
			json_say(
				lines,
				"Its link %s waits: this node's address is not on this machine. Add it to %s.",
				heartbeat->interfaces[i], heartbeat->interfaces[i]);
		else if (peers->own_links[i].bad)
			json_say(
				lines,
				"Its link %s is bad: %s. Check this interface, its cable and its switch port.",
				heartbeat->interfaces[i], peers->own_links[i].reason);
}

static void explain_waits(const struct kernel *kernel, json_t *lines)
{
	for (size_t i = 0; i < kernel->wait_count; i++)
		json_say(lines, "It waits for interface %s: %s.", kernel->waits[i].interface,
			 kernel->waits[i].reason);
}

static void explain_peers(const struct peers *peers, json_t *lines)
{
	size_t up_count = 0;

	for (size_t i = 0; i < peers->count; i++)
		up_count += peers->list[i].liveness.verdict == VERDICT_UP;
	json_say(lines, "Of %zu other node%s, %zu %s up%s", peers->count,
		 peers->count == 1 ? "" : "s", up_count, up_count == 1 ? "is" : "are",
		 up_count == peers->count ? "." : "; xbeatctl peers shows all of them.");
	if (peers->isolated)
		json_say(
			lines,
			"It is isolated: %s. The fault may be at this node: check its interfaces, cables, switch ports and packet filters.",
			peers->isolated_reason);
}

/* The last events with their ages. */
static json_t *last_events_json(const struct event_log *event_log)
{
	size_t count = event_log->count,
	       first = count > EVENTS_SHOWN_MAX ? count - EVENTS_SHOWN_MAX : 0;
	uint64_t now_ns = clock_now_ns();
	json_t *lines = json_array();

	for (size_t i = first; i < count; i++) {
		const struct event_log_entry *entry = event_log_at(event_log, i);
		uint64_t age_ns = time_since_ns(now_ns, entry->time_ns);

		json_say(lines, "%.1f s ago: %s %s %s%s%s: %s", duration_s(age_ns), entry->kind,
			 entry->subject, entry->from, event_log_arrow(entry), entry->to,
			 entry->reason);
	}
	return lines;
}

json_t *daemon_explain(const struct daemon *daemon)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	enum xb_node_state state = kernel_self_state(&daemon->kernel);
	json_t *lines = json_array();

	if (heartbeat->nodes[daemon->own_node].witness)
		json_say(lines,
			 "It is a witness: it runs no instances with heartbeats (%zu in its file).",
			 daemon->config->witnessed_count);
	if (state == XB_NODE_DRAINING)
		json_say(lines, "It is drained and out of elections; to rejoin: xbeatctl resume");
	explain_peers(&daemon->peers, lines);
	explain_links(&daemon->peers, heartbeat, lines);
	explain_waits(&daemon->kernel, lines);
	instances_explain(door_enter(daemon->vrrp), lines);
	return json_pack("{s:o, s:s, s:o, s:o}", "node",
			 json_text(heartbeat->nodes[daemon->own_node].name), "state",
			 node_state_name(state), "lines", lines, "lately",
			 last_events_json(&daemon->event_log));
}
