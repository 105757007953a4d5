/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads maps: slots under their sequence number, counters of all processors. */
#include "user/kernel/kernel.h"
#include "user/kernel/layout/slot.h"
#include "user/kernel/maps/routers.h"
#include "user/lib/cleanup.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

void kernel_read_peer(const struct kernel *kernel, size_t slot, struct xb_peer *copy)
{
	slot_read(copy, &kernel->peers[slot], sizeof(*copy), &kernel->peers[slot].lock_sequence);
}

void kernel_read_router(const struct kernel *kernel, size_t slot, struct xb_vrrp *copy)
{
	slot_read(copy, &kernel->routers[slot], sizeof(*copy),
		  &kernel->routers[slot].lock_sequence);
}

int kernel_read_histogram(const struct kernel *kernel, uint32_t slot, struct xb_rtt_hist *histogram)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_rtt_hist);

	return bpf_map_lookup_elem(fd, &slot, histogram) ? -errno : 0;
}

int kernel_read_gaps(const struct kernel *kernel, uint32_t slot, struct xb_gap_hist *histogram)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_gap_hist);

	return bpf_map_lookup_elem(fd, &slot, histogram) ? -errno : 0;
}

int kernel_read_drops(const struct kernel *kernel, uint64_t counts[static XB_DROP_COUNT])
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_drops);
	int processors = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *values = NULL;
	uint32_t zero = 0;

	if (processors <= 0)
		return -EINVAL;
	values = calloc((size_t)processors, sizeof(struct xb_drops));
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, values))
		return -errno;
	memset(counts, 0, XB_DROP_COUNT * sizeof(*counts));
	for (size_t i = 0; i < (size_t)processors * XB_DROP_COUNT; i++)
		counts[i % XB_DROP_COUNT] += values[i];
	counts[XB_DROP_VRRP_NOT_A_NODE] += kernel_refuted_count(kernel);
	return 0;
}

int kernel_events_fd(const struct kernel *kernel)
{
	return ring_buffer__epoll_fd(kernel->ring);
}

void kernel_consume(struct kernel *kernel)
{
	ring_buffer__consume(kernel->ring);
}
