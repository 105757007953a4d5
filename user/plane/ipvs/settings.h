/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What belongs to IPVS as a whole: lvs_timeouts and lvs_sync_daemon. Requests are answered at once. */
#ifndef XBEAT_PLANE_IPVS_SETTINGS_H
#define XBEAT_PLANE_IPVS_SETTINGS_H

#include "user/plane/ipvs/state.h"

/* Sets what the settings have; what they do not have any more is put back. */
void ipvs_timeouts_apply(struct ipvs_plane *plane);

/* As it was before this daemon, and the one before it. */
void ipvs_timeouts_restore(struct ipvs_plane *plane);

/* Starts and stops sync daemons; also from time to time, in case one has ended. */
void ipvs_sync_apply(struct ipvs_plane *plane);
void ipvs_sync_stop(struct ipvs_plane *plane);

#endif
