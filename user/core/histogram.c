/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantiles of log2 histograms: bucket n covers 2^n to 2^(n+1)-1 ns. */
#include "user/core/histogram.h"

static uint64_t clamp_ns(double value_ns, uint64_t minimum_ns, uint64_t maximum_ns)
{
	if (value_ns < (double)minimum_ns)
		return minimum_ns;
	if (value_ns > (double)maximum_ns)
		return maximum_ns;
	return (uint64_t)value_ns;
}

uint64_t histogram_quantile_ns(const struct xb_rtt_hist *histogram, double quantile,
			       uint64_t minimum_ns, uint64_t maximum_ns)
{
	double total = 0, below = 0;

	for (unsigned i = 0; i < XB_RTT_BUCKETS; i++)
		total += (double)histogram->bucket_count[i];
	if (total <= 0)
		return 0;
	for (unsigned i = 0; i < XB_RTT_BUCKETS; i++) {
		double count = (double)histogram->bucket_count[i];

		if (count > 0 && below + count >= quantile * total) {
			double start_ns = (double)(UINT64_C(1) << i);
			double share = (quantile * total - below) / count;

			return clamp_ns(start_ns * (1 + share), minimum_ns, maximum_ns);
		}
		below += count;
	}
	return maximum_ns;
}

uint64_t histogram_start_ns(unsigned bucket)
{
	return bucket ? UINT64_C(1) << bucket : 0;
}
