/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record: a file that names what of the kernel's IPVS is ours, so that a daemon knows what one
 * left that was killed. A line each: "service tcp 10.0.0.1 80", "service mark 7 4" (its family),
 * "timeouts 900 120 300" (those before ours), "sync" (the sync daemons are ours), "nftables TABLE",
 * "mark 1000 POOL".
 */
#ifndef XBEAT_PLANE_IPVS_RECORD_H
#define XBEAT_PLANE_IPVS_RECORD_H

#include "user/plane/ipvs/state.h"

/* Takes what an earlier daemon wrote: its services are what is left. */
void ipvs_record_read(struct ipvs_plane *plane);

/* Writes it if it has changed. */
void ipvs_record_write(struct ipvs_plane *plane);

/* Nothing is ours any more. */
void ipvs_record_remove(const struct ipvs_plane *plane);

#endif
