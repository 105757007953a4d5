/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This node's own links, judged from what is heard over them. One is bad if no node is up over it while at least one
 * is over another link, and that has been so for a detection time: a node that dies is lost link by link. That holds for
 * the node whose interface is cut off: the others still hear each other over the link. Of two nodes both find it bad.
 * If nobody is up at all, there is nothing to tell it by, and it counts as good. A bad one is good again when
 * somebody has been up over it for a second.
 */
#ifndef XBEAT_HEARTBEAT_OWN_LINKS_H
#define XBEAT_HEARTBEAT_OWN_LINKS_H

#include "user/heartbeat/peers.h"
#include "user/tracking/effect.h"

/* Everybody's links have been judged: judges this node's, reports what changed and calls on_links. */
void peers_links_judge(struct peers *peers, uint64_t now_ns);

/* Returns what a link is like, by its interface: up unless it is bad. *reason: in words, borrowed. */
struct track_status peers_link_status(const struct peers *peers, const char *interface,
				      const char **reason);

/* Returns a new JSON array of the links. */
json_t *peers_links_json(const struct peers *peers);

#endif
