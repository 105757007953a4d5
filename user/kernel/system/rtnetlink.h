/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists what rtnetlink knows, for those who need no privileges. */
#ifndef XBEAT_KERNEL_SYSTEM_RTNETLINK_H
#define XBEAT_KERNEL_SYSTEM_RTNETLINK_H

#include <libmnl/libmnl.h>

/* Sends a request, with NLM_F_DUMP set here, and passes each answer to take. Returns 0 or a
 * negative errno. */
int rtnetlink_dump(struct nlmsghdr *request, mnl_cb_t take, void *context);

#endif
