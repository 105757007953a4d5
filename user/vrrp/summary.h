/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All instances in a few words, for the service manager. */
#ifndef XBEAT_VRRP_SUMMARY_H
#define XBEAT_VRRP_SUMMARY_H

#include <stddef.h>

struct vrrp_room;

/* Writes "VI_1 Active, VI_2 Backup", of many only "12 Active, 88 Backup", and " (drained)"; what
 * does not fit is cut off. Names are not escaped. Without instances: "". */
void instances_summarize(const struct vrrp_room *room, char *text, size_t bytes);

#endif
