/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /metrics answers, made of a snapshot of xbeatd. */
#ifndef XBEAT_EXPORTER_METRICS_METRICS_H
#define XBEAT_EXPORTER_METRICS_METRICS_H

#include "user/exporter/metrics/writer.h"
#include <jansson.h>

#define METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_OPEN_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* The format that an Accept header asks for; NULL: none. */
enum metrics_format metrics_choose(const char *accept);

/* Writes all families of xbeatd. snapshot: NULL while it is away. */
void metrics_write(struct metrics_writer *writer, const json_t *snapshot);

#endif
