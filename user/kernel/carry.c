/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies slots between maps; see carry.h. */
#include "user/kernel/carry.h"
#include "user/kernel/layout/slot.h"
#include "user/kernel/layout/version5.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t mapped_bytes(const struct carry *carry)
{
	return carry->from_count * carry->value_bytes;
}

/* Only what all versions have may be read. */
static const struct xb_peer *slot_at(const struct carry *carry, size_t index)
{
	return (const struct xb_peer *)((const char *)carry->from + index * carry->value_bytes);
}

static int map_peers(struct carry *carry, int peers_fd)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);
	void *memory;

	if (bpf_obj_get_info_by_fd(peers_fd, &info, &length))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY ||
	    (info.value_size != sizeof(struct xb_peer) && info.value_size != VERSION5_PEER_BYTES))
		return -ENOENT;
	carry->from_count = info.max_entries;
	carry->value_bytes = info.value_size;
	memory = mmap(NULL, mapped_bytes(carry), PROT_READ, MAP_SHARED, peers_fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	carry->from = memory;
	carry->copied = calloc(carry->from_count, sizeof(*carry->copied));
	return carry->copied ? 0 : -ENOMEM;
}

int carry_open(struct carry *carry, int peers_fd, const int values[static CARRY_VALUES])
{
	int error;

	*carry = (struct carry){0};
	memcpy(carry->values, values, sizeof(carry->values));
	error = map_peers(carry, peers_fd);
	if (error)
		carry_close(carry);
	return error;
}

void carry_close(struct carry *carry)
{
	if (carry->from)
		munmap(carry->from, mapped_bytes(carry));
	for (size_t i = 0; i < CARRY_VALUES; i++)
		if (carry->values[i] > 0)
			close(carry->values[i]);
	free(carry->copied);
	*carry = (struct carry){0};
}

bool carry_is_needless(const struct carry *carry, const struct xb_peer *slots, size_t count)
{
	/* Without peers the map has one unused slot. */
	if (carry->from_count != (count ? count : 1) ||
	    carry->value_bytes != sizeof(struct xb_peer))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!slot_is_identical(slot_at(carry, i), &slots[i]))
			return false;
	return count || !slot_at(carry, 0)->node_id;
}

/* Returns the slot of the earlier map for the same node and link, or from_count. */
static size_t find(const struct carry *carry, const struct xb_peer *slot)
{
	size_t i = 0;

	while (i < carry->from_count && !slot_is_same(slot_at(carry, i), slot))
		i++;
	return i;
}

static void read_from(const struct carry *carry, size_t index, struct xb_peer *copy)
{
	const struct xb_peer *slot = slot_at(carry, index);

	*copy = (struct xb_peer){0};
	slot_read(copy, slot, carry->value_bytes, &slot->lock_sequence);
}

static void copy_values(const struct carry *carry, const struct xbeat_bpf *skeleton, size_t from,
			size_t slot)
{
	const struct bpf_map *const to[CARRY_VALUES] = {[CARRY_RTT] = skeleton->maps.xb_rtt_hist,
							[CARRY_GAP] = skeleton->maps.xb_gap_hist,
							[CARRY_COMPARE] =
								skeleton->maps.xb_compare};
	union {
		struct xb_rtt_hist rtt;
		struct xb_gap_hist gap;
		struct xb_compare compare;
	} value;
	uint32_t from_key = (uint32_t)from, to_key = (uint32_t)slot;

	for (size_t i = 0; i < CARRY_VALUES; i++)
		if (carry->values[i] > 0 &&
		    bpf_map_lookup_elem(carry->values[i], &from_key, &value) == 0)
			bpf_map_update_elem(bpf_map__fd(to[i]), &to_key, &value, BPF_ANY);
}

void carry_first(struct carry *carry, struct kernel *kernel)
{
	for (size_t i = 0; carry->from && i < kernel->slot_count; i++) {
		size_t from = find(carry, &kernel->peers[i]);

		if (from == carry->from_count)
			continue;
		read_from(carry, from, &carry->copied[from]);
		slot_take(&kernel->peers[i], &carry->copied[from]);
		copy_values(carry, kernel->skeleton, from, i);
	}
}

void carry_rest(struct carry *carry, struct kernel *kernel)
{
	for (size_t i = 0; carry->from && i < kernel->slot_count; i++) {
		size_t from = find(carry, &kernel->peers[i]);
		struct xb_peer now;

		if (from == carry->from_count)
			continue;
		read_from(carry, from, &now);
		slot_merge(&kernel->peers[i], &now, &carry->copied[from]);
		carry->copied[from] = now;
	}
}

size_t carry_slot(const struct carry *carry, const struct kernel *kernel, size_t from)
{
	size_t i = 0;

	while (i < kernel->slot_count && (from >= carry->from_count ||
					  !slot_is_same(slot_at(carry, from), &kernel->peers[i])))
		i++;
	return i;
}
