/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of xbeatd itself: version, start, interfaces, what it refused, what is wrong. */
#include "user/exporter/metrics/families.h"
#include "user/health/health.h"
#include "user/lib/time.h"
#include <string.h>

/* In whole seconds: two clocks are read, which differ a little each time. */
static void family_start_time(const struct metrics_writer *writer, const struct family *family,
			      const json_t *object, const struct metrics_label *labels)
{
	int64_t taken_ns = json_integer_value(walk_member(object, "taken_unix_ns"));
	int64_t uptime_ns = json_integer_value(walk_member(object, family->member));
	const int64_t second_ns = (int64_t)NS_PER_SECOND;

	metrics_count(writer, labels, (taken_ns - uptime_ns + second_ns / 2) / second_ns);
}

/* The same judgement as that of xbeatctl health. */
static void family_problems(const struct metrics_writer *writer, const struct family *family,
			    const json_t *object, const struct metrics_label *labels)
{
	json_t *health = health_judge(object);
	json_t *problem;
	size_t index;

	(void)labels;
	for (const char *const *name = family->names; *name; name++) {
		const struct metrics_label severity[] = {{family->member, *name}, {0}};
		int64_t count = 0;

		json_array_foreach(json_object_get(health, "problems"), index, problem) count +=
			!strcmp(json_string_value(json_object_get(problem, family->member)), *name);
		metrics_count(writer, severity, count);
	}
	json_decref(health);
}

const struct family families_daemon[] = {
	FAMILY("xbeat_build", INFO, snapshot, info, NULL, "The version of xbeatd.",
	       "version=status.version"),
	FAMILY("xbeat_start_time_seconds", GAUGE, snapshot, start_time, "status.uptime_ns",
	       "When xbeatd started, since 1970.", NULL),
	FAMILY("xbeat_node", INFO, snapshot, info, NULL,
	       "The node that xbeatd runs on, and its daemon name.", "node=status.node.name",
	       "id=status.node.id", "witness=status.node.witness", "daemon=status.instance"),
	FAMILY("xbeat_problems", GAUGE, snapshot, problems, "severity",
	       "How many problems xbeatctl health reports.", "error", "warning", "info"),
	FAMILY("xbeat_isolated", GAUGE, snapshot, flag, "status.isolated",
	       "Whether this node hears no other node on any link.", NULL),
	FAMILY("xbeat_interface", INFO, interfaces, info, NULL, "How the XDP program is attached.",
	       "mode=mode", "attached_by=attached_by"),
	FAMILY("xbeat_interface_attached", GAUGE, interfaces, absent, "detached_reason",
	       "Whether the XDP program is attached.", NULL),
	FAMILY("xbeat_interfaces_waiting", GAUGE, snapshot, size, "status.waiting_interfaces",
	       "How many interfaces xbeatd waits for.", NULL),
	FAMILY("xbeat_reattached", COUNTER, interfaces, number, "reattached_count",
	       "How often the program was found detached, and attached again.", NULL),
	FAMILY("xbeat_restored_pins", COUNTER, snapshot, number, "status.restored_pins_count",
	       "How many pins were removed by something else, and made again.", NULL),
	FAMILY("xbeat_own_link_bad", GAUGE, own_links, flag, "bad",
	       "Whether a link of this node is bad: no other node is heard on it.", NULL),
	FAMILY("xbeat_foreign_addresses", GAUGE, snapshot, size, "status.foreign_addresses",
	       "How many addresses of instances this node has although it is not Active.", NULL),
	FAMILY("xbeat_disagreements", GAUGE, snapshot, size, "status.disagreements",
	       "How many settings differ between the nodes of the cluster.", NULL),
	FAMILY("xbeat_guard_refused", GAUGE, snapshot, present, "status.guard_refused_reason",
	       "Whether addresses are not guarded: their kernel does not fence them when xbeatd hangs.",
	       NULL),
	FAMILY("xbeat_drops", COUNTER, snapshot, each, "drops", "Packets refused, by reason.",
	       "reason"),
	FAMILY("xbeat_refused", COUNTER, snapshot, each, "status.refused",
	       "What the control socket refused.", "kind"),
	FAMILY("xbeat_reloads", COUNTER, snapshot, each, "status.reloads",
	       "Reloads of the configuration.", "result"),
	FAMILY("xbeat_own_stalls", COUNTER, snapshot, number, "status.loop.stall_count",
	       "How often this node stalled, so that it judged no peer.", NULL),
	FAMILY("xbeat_own_stall_seconds", COUNTER, snapshot, seconds, "status.loop.stalled_ns",
	       "How long this node stalled.", NULL),
	FAMILY("xbeat_loop_lateness_seconds", HISTOGRAM, snapshot, times,
	       "histograms.loop_lateness_counts", "How late the ticks of the loop ran.",
	       "histograms.rtt_bounds_ns", "status.loop.late_ns"),
	{0},
};
