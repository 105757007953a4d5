/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backends of an HAProxy configuration as virtual servers. */
#ifndef XBEAT_CTL_CONVERT_HAPROXY_HAPROXY_H
#define XBEAT_CTL_CONVERT_HAPROXY_HAPROXY_H

#include "user/ctl/convert/blocks/conversion.h"

/* text changes. Blocks while names of hosts are resolved. */
void haproxy_convert(struct conversion *conversion, char *text);

#endif
