/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the page shows, from xbeatd's snapshot: less than the snapshot, so that a stream stays small
 * with many nodes and instances. The names of fields are those of the snapshot.
 */
#ifndef XBEAT_EXPORTER_PAGE_VIEW_H
#define XBEAT_EXPORTER_PAGE_VIEW_H

#include <jansson.h>

/*
 * Returns a new object: taken_unix_ns, status, peers (with version and witness, links with
 * rtt_now_ns), vrrp (with nodes: what each reports of the instance; elsewhere: true if only other
 * nodes run it) and health. before: the histograms of the snapshot before; NULL: none.
 */
json_t *view_make(const json_t *snapshot, const json_t *before);

#endif
