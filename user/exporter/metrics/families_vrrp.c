/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of VRRP instances, and of what they track. */
#include "user/core/vrrp/cause.h"
#include "user/exporter/metrics/families.h"
#include <string.h>

/* keepalived's FAULT is Initialize because of an inhibitor: for an operator a state of its own. */
static void family_instance_state(const struct metrics_writer *writer, const struct family *family,
				  const json_t *object, const struct metrics_label *labels)
{
	const char *kept = json_string_value(walk_member(object, "keepalived_state"));
	json_t *fault = json_pack("{s:s}", family->member, "fault");

	family_state(writer, family, kept && !strcmp(kept, "FAULT") ? fault : object, labels);
	json_decref(fault);
}

/* Unknown without heartbeats on a node that hears no adverts. */
static void family_owners(const struct metrics_writer *writer, const struct family *family,
			  const json_t *object, const struct metrics_label *labels)
{
	if (walk_member(object, family->member))
		family_size(writer, family, object, labels);
}

/* Entries of a list whose cause this is. */
static int64_t count_of(const json_t *list, const char *name)
{
	int64_t count = 0;
	json_t *entry;
	size_t index;

	json_array_foreach(list, index, entry)
	{
		const char *cause = json_string_value(json_object_get(entry, "cause"));

		if (cause && !strcmp(cause, name))
			count += json_integer_value(json_object_get(entry, "count"));
	}
	return count;
}

static void family_guard_expiries(const struct metrics_writer *writer, const struct family *family,
				  const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels,
		      count_of(walk_member(object, family->member),
			       fence_cause_name(FENCE_GUARD_EXPIRED)));
}

static void write_cause(const struct metrics_writer *writer, const struct family *family,
			const json_t *object, const struct metrics_label *labels, const char *cause)
{
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};

	*family_copy_labels(extended, labels) = (struct metrics_label){"cause", cause};
	metrics_count(writer, extended, count_of(walk_member(object, family->member), cause));
}

/* One for each cause, also of those that have not been: increase() sees the first one only then. */
static void family_fences(const struct metrics_writer *writer, const struct family *family,
			  const json_t *object, const struct metrics_label *labels)
{
	for (enum fence_cause cause = 0; cause < FENCE_CAUSE_COUNT; cause++)
		write_cause(writer, family, object, labels, fence_cause_name(cause));
}

/* Likewise. A sync group is a cause of both takeovers and releases. */
static void range_of_causes(const struct metrics_writer *writer, const struct family *family,
			    const json_t *object, const struct metrics_label *labels,
			    enum vrrp_cause first, enum vrrp_cause last)
{
	for (enum vrrp_cause cause = first; cause <= last; cause++)
		write_cause(writer, family, object, labels, vrrp_cause_name(cause));
	write_cause(writer, family, object, labels, vrrp_cause_name(VRRP_CAUSE_GROUP));
}

static void family_takeovers(const struct metrics_writer *writer, const struct family *family,
			     const json_t *object, const struct metrics_label *labels)
{
	range_of_causes(writer, family, object, labels, VRRP_CAUSE_OWNER, VRRP_CAUSE_COLD_START);
}

static void family_releases(const struct metrics_writer *writer, const struct family *family,
			    const json_t *object, const struct metrics_label *labels)
{
	range_of_causes(writer, family, object, labels, VRRP_CAUSE_HIGHER_PRIORITY,
			VRRP_CAUSE_ISOLATED);
}

const struct family families_vrrp[] = {
	FAMILY("xbeat_instance_state", GAUGE, routers, instance_state, "state",
	       "Whether an instance is in this state.", "initialize", "backup", "active", "fault"),
	FAMILY("xbeat_instance_priority", GAUGE, instances, number, "effective_priority",
	       "The priority that counts.", NULL),
	FAMILY("xbeat_instance_configured_priority", GAUGE, instances, number, "priority",
	       "The configured priority.", NULL),
	FAMILY("xbeat_instance_owners", GAUGE, instances, owners, "owners",
	       "How many nodes are known to be Active, this one included.", NULL),
	FAMILY("xbeat_adverts_sent", COUNTER, instances, number, "adverts.sent", "Adverts sent.",
	       NULL),
	FAMILY("xbeat_adverts_received", COUNTER, instances, number, "adverts.received",
	       "Adverts received and accepted.", NULL),
	FAMILY("xbeat_takeovers", COUNTER, instances, takeovers, "takeovers",
	       "Takeovers by this node.", NULL),
	FAMILY("xbeat_takeover_seconds", SUMMARY, takeovers, sum, "count",
	       "From the cause of a takeover until all addresses were added.", "total_ns"),
	FAMILY("xbeat_takeover_last_seconds", GAUGE, takeovers, seconds, "last_ns",
	       "The same of the last takeover.", NULL),
	FAMILY("xbeat_releases", COUNTER, instances, releases, "releases",
	       "How often this node stopped being Active.", NULL),
	FAMILY("xbeat_fences", COUNTER, instances, fences, "fences",
	       "How often the kernel fenced the addresses.", NULL),
	FAMILY("xbeat_guard_expiries", COUNTER, instances, guard_expiries, "fences",
	       "How often it fenced them because the guard expired: this node stalled.", NULL),
	FAMILY("xbeat_tracked_up", GAUGE, tracked, is, "status", "Whether what is tracked is up.",
	       "up"),
	FAMILY("xbeat_app_late", GAUGE, apps, is, "status",
	       "Whether an application has not beaten in time.", "down"),
	{0},
};
