/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probes of Kubernetes' Pods, Deployments and others as vrrp_check blocks. */
#ifndef XBEAT_CTL_CONVERT_KUBERNETES_KUBERNETES_H
#define XBEAT_CTL_CONVERT_KUBERNETES_KUBERNETES_H

#include "user/ctl/convert/blocks/conversion.h"
#include <stddef.h>

void kubernetes_convert(struct conversion *conversion, const char *text, size_t length);

#endif
