/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether this node's own answers arrive, for each of its links: peers report that they do not
 * (replies.c). Then another way is tried: from XDP_TX in native mode to a redirect, from that to
 * generic mode. If answers are lost in each of them, the network loses them, and the first way is
 * as good as any. When the device has changed, the first way is tried again, unless this node
 * holds a guarded address, and less and less often.
 */
#ifndef XBEAT_HEARTBEAT_ANSWERS_H
#define XBEAT_HEARTBEAT_ANSWERS_H

#include "user/heartbeat/peers.h"

/* Judges all links, and changes their ways. Each tick calls it. */
void peers_answers_judge(struct peers *peers, uint64_t now_ns);

/* An interface has come up, or its MTU has changed. */
void peers_device_changed(struct peers *peers, const char *interface);

#endif
