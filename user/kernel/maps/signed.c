/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes xb_signed, xb_signed_keys and xb_signed_marks; see signed.h. */
#include "user/kernel/maps/signed.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

static int keys_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->skeleton->maps.xb_signed_keys);
}

static int marks_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->skeleton->maps.xb_signed_marks);
}

int kernel_signed_set_key(struct kernel *kernel, size_t slot, const struct vrrp_signing_key *key)
{
	struct xb_signed_key name = {.slot = (uint32_t)slot, .id = key->id};

	return bpf_map_update_elem(keys_fd(kernel), &name, &key->states, BPF_ANY) ? -errno : 0;
}

void kernel_signed_forget_keys(struct kernel *kernel, size_t slot,
			       const bool keep[static UINT8_MAX + 1])
{
	struct xb_signed_key key, next;
	bool any = bpf_map_get_next_key(keys_fd(kernel), NULL, &next) == 0;

	while (any) {
		key = next;
		any = bpf_map_get_next_key(keys_fd(kernel), &key, &next) == 0;
		if (key.slot == slot && !keep[key.id & UINT8_MAX])
			bpf_map_delete_elem(keys_fd(kernel), &key);
	}
}

int kernel_signed_remember(struct kernel *kernel, size_t slot, const struct xb_address *peer)
{
	struct xb_vrrp_peer_key key = {.slot = (uint32_t)slot, .address = *peer};
	struct xb_signed_mark none = {0};

	if (bpf_map_update_elem(marks_fd(kernel), &key, &none, BPF_NOEXIST) && errno != EEXIST)
		return -errno;
	return 0;
}

static void forget_marks(const struct kernel *kernel, size_t slot)
{
	struct xb_vrrp_peer_key key, next;
	bool any = bpf_map_get_next_key(marks_fd(kernel), NULL, &next) == 0;

	while (any) {
		key = next;
		any = bpf_map_get_next_key(marks_fd(kernel), &key, &next) == 0;
		if (key.slot == slot)
			bpf_map_delete_elem(marks_fd(kernel), &key);
	}
}

static int64_t realtime_offset_ns(void)
{
	return (int64_t)(clock_unix_ns() - clock_now_ns());
}

static void set_clock(struct kernel *kernel, size_t slot)
{
	__atomic_store_n(&kernel->signed_states[slot].realtime_offset_ns, realtime_offset_ns(),
			 __ATOMIC_RELEASE);
}

void kernel_signed_set_floor(struct kernel *kernel, uint64_t sequence)
{
	kernel->signed_floor = sequence;
}

uint64_t kernel_signed_floor(const struct kernel *kernel)
{
	return kernel->signed_floor;
}

/* The instance had no number since the floor was set. */
static void start_at_floor(const struct kernel *kernel, struct xb_signed *state)
{
	if (state->window_s || state->has_sent || !kernel->signed_floor)
		return;
	state->sent_sequence = kernel->signed_floor;
	state->has_sent = true;
}

static void raise_floor(struct kernel *kernel, const struct xb_signed *state)
{
	if (!state->window_s && state->has_sent &&
	    (!kernel->signed_floor ||
	     xb_signed_is_after(state->sent_sequence, kernel->signed_floor)))
		kernel->signed_floor = state->sent_sequence;
}

void kernel_signed_check(struct kernel *kernel, size_t slot, enum xb_signed_mode mode,
			 uint16_t window_s)
{
	kernel->signed_states[slot].window_s = window_s;
	kernel->signed_states[slot].in_use |= mode != XB_SIGNED_NONE;
	start_at_floor(kernel, &kernel->signed_states[slot]);
	set_clock(kernel, slot);
	/* Afterwards: the kernel side reads the rest if there is a mode. */
	__atomic_store_n(&kernel->routers[slot].signed_mode, (uint8_t)mode, __ATOMIC_SEQ_CST);
	kernel_signed_want_notes(kernel, slot);
}

uint64_t kernel_signed_next(struct kernel *kernel, size_t slot)
{
	struct xb_signed *state = &kernel->signed_states[slot];

	state->sent_sequence =
		vrrp_sequence_next(state->has_sent, state->sent_sequence,
				   vrrp_sequence_at(clock_unix_ns()), state->window_s);
	state->has_sent = true;
	return state->sent_sequence;
}

void kernel_signed_set_clock(struct kernel *kernel)
{
	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++)
		if (kernel->routers[i].signed_mode)
			set_clock(kernel, i);
}

const struct xb_signed *kernel_signed_state(const struct kernel *kernel, size_t slot)
{
	return &kernel->signed_states[slot];
}

bool kernel_signed_peer_mark(const struct kernel *kernel, size_t slot,
			     const struct xb_address *peer, struct xb_signed_mark *mark)
{
	struct xb_vrrp_peer_key key = {.slot = (uint32_t)slot, .address = *peer};

	return !bpf_map_lookup_elem(marks_fd(kernel), &key, mark) && mark->arrival_ns;
}

void kernel_signed_want_notes(struct kernel *kernel, size_t slot)
{
	struct xb_signed *state = &kernel->signed_states[slot];

	for (size_t i = 0; i <= XB_SIGNED_REASON_COUNT; i++)
		__atomic_store_n(&state->notes[i].is_set, 0, __ATOMIC_RELAXED);
}

void kernel_signed_release(struct kernel *kernel, size_t slot)
{
	const bool none[UINT8_MAX + 1] = {false};

	if (!kernel->signed_states[slot].in_use)
		return;
	raise_floor(kernel, &kernel->signed_states[slot]);
	kernel_signed_forget_keys(kernel, slot, none);
	forget_marks(kernel, slot);
	memset(&kernel->signed_states[slot], 0, sizeof(kernel->signed_states[slot]));
}
