/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes xb_statement and reads xb_compare; see statement.h. */
#include "user/kernel/maps/statement.h"
#include "user/kernel/kernel.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

int kernel_set_statement(struct kernel *kernel, const uint8_t *bytes, size_t length,
			 uint64_t digest)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_statement);
	size_t count = (length + XB_PAGE_DATA_BYTES - 1) / XB_PAGE_DATA_BYTES;

	for (uint32_t i = 0; i < XB_PAGES_MAX; i++) {
		struct xb_page page = {.page = htobe16((uint16_t)i)};
		size_t offset = (size_t)i * XB_PAGE_DATA_BYTES, left = length - offset;

		if (i < count) {
			page.page_count = htobe16((uint16_t)count);
			page.statement_bytes = htobe32((uint32_t)length);
			page.digest = htobe64(digest);
			memcpy(page.data, bytes + offset,
			       left < XB_PAGE_DATA_BYTES ? left : XB_PAGE_DATA_BYTES);
		}
		if (bpf_map_update_elem(fd, &i, &page, BPF_ANY))
			return -errno;
	}
	return 0;
}

int kernel_read_compare(const struct kernel *kernel, uint32_t slot, struct xb_compare *compare)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_compare);

	return bpf_map_lookup_elem(fd, &slot, compare) ? -errno : 0;
}
