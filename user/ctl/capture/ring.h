/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading end of a BPF ring buffer (linux/bpf.h, BPF_MAP_TYPE_RINGBUF), whose descriptor came
 * from the daemon. Mapped by hand, so that it needs mmap() only: a container's filter of
 * system calls may forbid bpf().
 */
#ifndef XBEAT_CTL_CAPTURE_RING_H
#define XBEAT_CTL_CAPTURE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumed; /* NULL: not open */
	const uint64_t *produced;
	const uint8_t *data; /* twice in a row, so that no record is in two pieces */
	size_t bytes;
};

/* bytes: its size, a power of two. The descriptor may be closed afterwards. Returns 0 or a negative
 * errno. */
int ring_open(struct ring *ring, int fd, size_t bytes);

/* Hands over the records that are complete, in their order, until take returns false. Returns how
 * many it handed over. */
size_t ring_read(const struct ring *ring,
		 bool (*take)(void *context, const void *record, size_t bytes), void *context);

void ring_close(struct ring *ring);

#endif
