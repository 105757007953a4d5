/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the owner of an instance's addresses has changed, in words with figures. */
#ifndef XBEAT_VRRP_OWNERS_REASON_H
#define XBEAT_VRRP_OWNERS_REASON_H

#include "user/vrrp/state/instance.h"

#define OWNER_REASON_BYTES 240
#define OWNER_LEFT_BYTES 184

/* Why those of before, which are no longer the owners, or not alone: "" if that is unknown. */
void owner_reason_left(const struct instance *instance, const char *before,
		       char text[static OWNER_LEFT_BYTES]);

/* Why the one that has the addresses now took them. */
void owner_reason_taken(const struct instance *instance, char text[static OWNER_REASON_BYTES]);

/* Why there is no owner, or more than one. */
void owner_reason_no_single(const struct instance *instance, char text[static OWNER_REASON_BYTES]);

#endif
