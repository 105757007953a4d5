/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of other nodes, and of the links to them. */
#include "user/core/liveness.h"
#include "user/exporter/metrics/families.h"

#define NAME(id, name, when) name,

const struct family families_heartbeat[] = {
	FAMILY("xbeat_peer", INFO, nodes, info, NULL, "Another node.", "id=id", "witness=witness",
	       "version=version"),
	FAMILY("xbeat_peer_verdict", GAUGE, peers, state, "verdict",
	       "Whether this is the verdict on another node.", LIVENESS_VERDICTS(NAME)),
	FAMILY("xbeat_peer_verdict_changes", COUNTER, peers, each, "verdict_changes",
	       "How often the verdict on another node became this one.", "verdict"),
	FAMILY("xbeat_peer_degraded", GAUGE, peers, flag, "degraded",
	       "Whether a node is up, but not on all its links.", NULL),
	{0},
};

const struct family families_links[] = {
	FAMILY("xbeat_link_up", GAUGE, links, is, "verdict",
	       "Whether another node is up on this link.", "up"),
	FAMILY("xbeat_probes_sent", COUNTER, links, number, "sent",
	       "PROBEs sent on a link to another node.", NULL),
	FAMILY("xbeat_replies_received", COUNTER, links, number, "received", "REPLYs received.",
	       NULL),
	FAMILY("xbeat_probes_lost", COUNTER, links, number, "lost",
	       "PROBEs to which no REPLY came within the detection time.", NULL),
	FAMILY("xbeat_rtt_seconds", HISTOGRAM, link_histograms, times, "rtt_counts",
	       "Round trips from PROBE to REPLY.", "histograms.rtt_bounds_ns"),
	FAMILY("xbeat_gap_seconds", HISTOGRAM, link_histograms, times, "gap_counts",
	       "Gaps between arrivals of evidence, with multiplier auto.",
	       "histograms.gap_bounds_ns"),
	{0},
};
