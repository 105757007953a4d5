/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantiles of the round-trip histograms that the XDP program keeps (struct xb_rtt_hist). */
#ifndef XBEAT_CORE_HISTOGRAM_H
#define XBEAT_CORE_HISTOGRAM_H

#include <stdint.h>
#include <xbeat/map.h>

/*
 * Returns the quantile (0 to 1) in ns, linear within its bucket and kept between minimum_ns and
 * maximum_ns, which are exact; 0 for an empty histogram.
 */
uint64_t histogram_quantile_ns(const struct xb_rtt_hist *histogram, double quantile,
			       uint64_t minimum_ns, uint64_t maximum_ns);

/* Where bucket n starts, in ns; 0 for the first, which counts all that is less. */
uint64_t histogram_start_ns(unsigned bucket);

#endif
