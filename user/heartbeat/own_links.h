/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This node's own links, judged from what is heard on them. A link is bad if no peer is up on it,
 * but at least one is up on another link, for a detection time: a node that dies is lost link by
 * link. So the node whose interface is cut off finds its link bad, and the others, which still hear
 * each other on that link, do not. Of two nodes both find it bad. If no peer is up at all, nothing
 * can be concluded, and the link counts as good. A bad link becomes good when a peer has been up on
 * it for a second.
 */
#ifndef XBEAT_HEARTBEAT_OWN_LINKS_H
#define XBEAT_HEARTBEAT_OWN_LINKS_H

#include "user/heartbeat/peers.h"
#include "user/tracking/effect.h"

/* Judges this node's links after those of all peers, reports what changed and calls on_links. */
void peers_links_judge(struct peers *peers, uint64_t now_ns);

/* Returns the status of the link on an interface: up unless it is bad. *reason: in words,
 * borrowed. */
struct track_status peers_link_status(const struct peers *peers, const char *interface,
				      const char **reason);

/* Returns what to do if packets are not sent because of this errno, to follow its text. */
const char *peers_send_remedy(int error);

/* Returns a new JSON array of the links. */
json_t *peers_links_json(const struct peers *peers);

#endif
