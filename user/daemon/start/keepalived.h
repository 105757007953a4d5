/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keepalived that still runs here, when xbeatd is to take its place. */
#ifndef XBEAT_DAEMON_START_KEEPALIVED_H
#define XBEAT_DAEMON_START_KEEPALIVED_H

struct config;

/*
 * Refuses the start while another VRRP daemon of this network namespace serves what the
 * configuration has: xbeatd would take its addresses for leftovers and remove them. May block for
 * some seconds. Returns 0, or -EADDRINUSE after logging what to do.
 */
int keepalived_check(const struct config *config);

#endif
