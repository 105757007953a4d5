/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the state machine waits, in ns. */
#ifndef XBEAT_CORE_VRRP_TIMING_H
#define XBEAT_CORE_VRRP_TIMING_H

#include "user/core/vrrp/vrrp.h"

/* The interval that the advert makes Active_Adver_Interval. */
uint64_t vrrp_timing_interval_ns(const struct vrrp *vrrp, const struct vrrp_advert *advert);

/* Whether the sender's Active_Down_Interval has not passed since the advert. */
bool vrrp_timing_stands(const struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns);

/* After how long without our adverts a Backup of priority timer_expired_priority takes over. */
uint64_t vrrp_timing_succession_ns(const struct vrrp *vrrp);

/* What a Backup's timer is set to: Active_Down_Interval, or Skew_Time in a vacancy. */
uint64_t vrrp_timing_backup_wait_ns(const struct vrrp *vrrp);

#endif
