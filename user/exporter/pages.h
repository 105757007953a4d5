/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages for programs: /metrics, /healthz, /readyz. */
#ifndef XBEAT_EXPORTER_PAGES_H
#define XBEAT_EXPORTER_PAGES_H

#include "user/exporter/http/server.h"

extern const struct http_route pages_routes[]; /* with a struct exporter as context */

#endif
