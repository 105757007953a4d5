/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What another program has changed, in words: "weight 5 instead of 3, uthreshold 0 instead of 10". */
#ifndef XBEAT_PLANE_IPVS_DIFFERENCE_H
#define XBEAT_PLANE_IPVS_DIFFERENCE_H

#include "user/plane/ipvs/entry.h"

#define IPVS_DIFFERENCE_BYTES 200

/* Return whether there is a difference. */
bool ipvs_service_difference(const struct ipvs_service_settings *found,
			     const struct ipvs_service_settings *expected,
			     char what[static IPVS_DIFFERENCE_BYTES]);
bool ipvs_server_difference(const struct ipvs_server_settings *found,
			    const struct ipvs_server_settings *expected,
			    char what[static IPVS_DIFFERENCE_BYTES]);

#endif
