// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps and reads a BPF ring buffer; see ring.h. */
#include "user/ctl/capture/ring.h"
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t produced_bytes(const struct ring *ring)
{
	return page_bytes() + 2 * ring->bytes;
}

int ring_open(struct ring *ring, int fd, size_t bytes)
{
	struct ring opened = {.bytes = bytes};
	uint8_t *memory;

	opened.consumed = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (opened.consumed == MAP_FAILED)
		return -errno;
	memory =
		mmap(NULL, produced_bytes(&opened), PROT_READ, MAP_SHARED, fd, (off_t)page_bytes());
	if (memory == MAP_FAILED) {
		int error = -errno;

		munmap(opened.consumed, page_bytes());
		return error;
	}
	opened.produced = (const uint64_t *)memory;
	opened.data = memory + page_bytes();
	*ring = opened;
	return 0;
}

/* With its header, in steps of 8. */
static uint64_t record_bytes(uint32_t length)
{
	return (BPF_RINGBUF_HDR_SZ + (uint64_t)length + 7) & ~7ULL;
}

size_t ring_read(const struct ring *ring,
		 bool (*take)(void *context, const void *record, size_t bytes), void *context)
{
	uint64_t consumed = __atomic_load_n(ring->consumed, __ATOMIC_ACQUIRE);
	size_t count = 0;
	bool more = true;

	while (more && consumed < __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE)) {
		const uint8_t *record = ring->data + (consumed & (ring->bytes - 1));
		uint32_t header = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		uint32_t length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			more = take(context, record + BPF_RINGBUF_HDR_SZ, length);
			count++;
		}
		consumed += record_bytes(length);
		__atomic_store_n(ring->consumed, consumed, __ATOMIC_RELEASE);
	}
	return count;
}

void ring_close(struct ring *ring)
{
	if (!ring->consumed)
		return;
	munmap(ring->consumed, page_bytes());
	munmap((void *)ring->produced, produced_bytes(ring));
	*ring = (struct ring){0};
}
