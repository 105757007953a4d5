/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of the exporter itself. */
#ifndef XBEAT_EXPORTER_OWN_METRICS_H
#define XBEAT_EXPORTER_OWN_METRICS_H

#include "user/exporter/exporter.h"
#include "user/exporter/metrics/writer.h"

void own_metrics_write(struct metrics_writer *writer, const struct exporter *exporter);

#endif
