/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The round-trip time of each link since the snapshot before, from the histograms of both. */
#ifndef XBEAT_EXPORTER_PAGE_RTT_H
#define XBEAT_EXPORTER_PAGE_RTT_H

#include <jansson.h>

/*
 * Returns the median in ns of what came between two snapshots over the link of a peer, by
 * "histograms" of both; -1: nothing came, or that is unknown. The true median is in the same
 * bucket.
 */
json_int_t rtt_between(const json_t *before, const json_t *now, const char *peer,
		       const json_t *link);

#endif
