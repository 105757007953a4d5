/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS_CHECK: a query over UDP. */
#ifndef XBEAT_CHECKER_DNS_DNS_H
#define XBEAT_CHECKER_DNS_DNS_H

#include "user/checker/methods/method.h"

extern const struct method dns_method;

#endif
