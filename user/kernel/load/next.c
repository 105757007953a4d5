/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces programs and the maps of slots; see next.h. */
#include "user/kernel/load/next.h"
#include "user/kernel/attach_wait.h"
#include "user/kernel/carry.h"
#include "user/kernel/interfaces/replace.h"
#include "user/kernel/layout/slot.h"
#include "user/kernel/load/capture.h"
#include "user/kernel/load/pins.h"
#include "user/kernel/load_ip.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/skeleton.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Programs and the maps of their slots: those of another setup, until they are taken; then those
 * that were replaced. */
struct kernel_next {
	struct carry carry; /* out of what was replaced */
	struct xbeat_bpf *skeleton, *ip_skeleton;
	struct ring_buffer *ring;
	struct xb_peer *peers; /* mapped */
	size_t slot_count;
};

bool kernel_next_is_needed(const struct kernel *kernel, const struct kernel_setup *setup)
{
	const struct xb_constants *constants =
		(const struct xb_constants *)&kernel->skeleton->rodata->xb_constants;

	if (memcmp(constants, &setup->constants, sizeof(*constants)) != 0 ||
	    kernel->slot_count != setup->peer_count)
		return true;
	for (size_t i = 0; i < setup->peer_count; i++)
		if (!slot_is_identical(&kernel->peers[i], &setup->peers[i]))
			return true;
	return false;
}

void kernel_configure_slots(struct kernel *kernel, const struct kernel_setup *setup)
{
	for (size_t i = 0; i < setup->peer_count; i++)
		slot_configure(&kernel->peers[i], &setup->peers[i]);
}

/* The program that sees the daemon die knows no slots: it stays. */
static int load(struct kernel_next *next, const struct kernel *kernel,
		const struct kernel_setup *setup)
{
	struct xbeat_bpf *skeleton = skeleton_open();
	int error = -errno;

	if (!skeleton)
		return error < 0 ? error : -ENOMEM;
	next->skeleton = skeleton;
	skeleton_freeze(skeleton, setup);
	bpf_program__set_autoload(skeleton->progs.xbeat_exit, false);
	error = skeleton_share_maps(skeleton, kernel->skeleton, SKELETON_BUT_SLOTS);
	if (!error)
		error = xbeat_bpf__load(skeleton);
	if (!error && kernel->ip_skeleton)
		error = load_ip_beside(skeleton, &next->ip_skeleton);
	return error;
}

static int map_slots(struct kernel_next *next, struct kernel *kernel,
		     const struct kernel_setup *setup)
{
	next->peers = skeleton_map(next->skeleton->maps.xb_peers);
	next->ring = skeleton_ring(kernel, next->skeleton);
	if (!next->peers || !next->ring)
		return -ENOMEM;
	next->slot_count = setup->peer_count;
	for (size_t i = 0; i < setup->peer_count; i++)
		next->peers[i] = setup->peers[i];
	return 0;
}

int kernel_next_prepare(struct kernel *kernel, const struct kernel_setup *setup,
			struct kernel_next **next)
{
	int error = -ENOMEM;

	*next = calloc(1, sizeof(**next));
	if (*next)
		error = load(*next, kernel, setup);
	if (!error)
		error = map_slots(*next, kernel, setup);
	if (error) {
		kernel_next_free(*next);
		*next = NULL;
	}
	return error;
}

void kernel_next_free(struct kernel_next *next)
{
	if (!next)
		return;
	carry_close(&next->carry);
	if (next->ring)
		ring_buffer__free(next->ring);
	if (next->skeleton)
		skeleton_unmap(next->peers, next->skeleton->maps.xb_peers);
	if (next->ip_skeleton)
		xbeat_bpf__destroy(next->ip_skeleton);
	if (next->skeleton)
		xbeat_bpf__destroy(next->skeleton);
	free(next);
}

static void note_interfaces(struct kernel *kernel, const struct kernel_setup *setup)
{
	memset(kernel->heartbeat_interfaces, 0, sizeof(kernel->heartbeat_interfaces));
	for (size_t i = 0; i < setup->interface_count; i++)
		memcpy(kernel->heartbeat_interfaces[i], setup->interfaces[i], XB_NAME_BYTES);
}

static bool has_interface(char list[XB_LINKS_MAX][XB_NAME_BYTES], const char *interface)
{
	for (size_t i = 0; i < XB_LINKS_MAX; i++)
		if (!strcmp(list[i], interface))
			return true;
	return false;
}

/* It is refused, not waited for. */
static void end_wait(struct kernel *kernel, char before[XB_LINKS_MAX][XB_NAME_BYTES],
		     const char *interface, char reason[static ATTACH_REASON_BYTES])
{
	const struct attach_wait *wait = attach_wait_of(kernel, interface);

	if (!wait || has_interface(before, interface))
		return;
	snprintf(reason, ATTACH_REASON_BYTES, "%s", wait->reason);
	attach_wait_end(kernel, interface);
}

int kernel_next_attach(struct kernel *kernel, const struct kernel_setup *setup,
		       char reason[static ATTACH_REASON_BYTES])
{
	char before[XB_LINKS_MAX][XB_NAME_BYTES];
	size_t count = kernel->attachment_count;
	int error = 0;

	memcpy(before, kernel->heartbeat_interfaces, sizeof(before));
	note_interfaces(kernel, setup);
	for (size_t i = 0; !error && i < setup->interface_count; i++)
		if (!has_interface(before, setup->interfaces[i]))
			error = kernel_attach(kernel, setup->interfaces[i]);
	if (!error)
		return 0;
	snprintf(reason, ATTACH_REASON_BYTES, "%s", limits_strerror(-error));
	for (size_t i = 0; i < setup->interface_count; i++)
		end_wait(kernel, before, setup->interfaces[i], reason);
	memcpy(kernel->heartbeat_interfaces, before, sizeof(before));
	while (kernel->attachment_count > count)
		kernel_detach(kernel, kernel->attachments[kernel->attachment_count - 1].interface);
	return error;
}

static void exchange(struct kernel *kernel, struct kernel_next *next)
{
	SWAP(kernel->skeleton, next->skeleton);
	SWAP(kernel->ip_skeleton, next->ip_skeleton);
	SWAP(kernel->ring, next->ring);
	SWAP(kernel->peers, next->peers);
	SWAP(kernel->slot_count, next->slot_count);
}

static int copy_fd(const struct bpf_map *map)
{
	return fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3);
}

static int open_carry(struct carry *carry, const struct xbeat_bpf *skeleton)
{
	return carry_open(
		carry, bpf_map__fd(skeleton->maps.xb_peers),
		(int[CARRY_VALUES]){[CARRY_RTT] = copy_fd(skeleton->maps.xb_rtt_hist),
				    [CARRY_GAP] = copy_fd(skeleton->maps.xb_gap_hist),
				    [CARRY_COMPARE] = copy_fd(skeleton->maps.xb_compare)});
}

/* New nodes are answered as the others on their interface are. */
static void follow_redirects(struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->slot_count; i++)
		for (size_t k = 0; k < kernel->slot_count; k++)
			if (!strcmp(kernel->peers[i].interface, kernel->peers[k].interface))
				kernel->peers[i].redirect |= kernel->peers[k].redirect;
}

/* Who calls a program has the earlier one, which knows the earlier nodes. */
static void pin_called(struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		if (attachment->called && !attach_pin_program(attachment, kernel->daemon_name))
			log_warning(
				"interface %s: another program is pinned now: who calls it must take it again, or heartbeats are judged by the earlier nodes and links",
				attachment->interface);
	}
}

static int take(struct kernel *kernel, struct kernel_next *next)
{
	const struct skeletons before = skeletons_of(kernel),
			       after = {next->skeleton, next->ip_skeleton, NULL};
	int old_fds[KERNEL_PROGRAMS], new_fds[KERNEL_PROGRAMS];
	size_t count;
	int error = open_carry(&next->carry, kernel->skeleton);

	if (error)
		return error;
	skeleton_program_fds(&before, old_fds);
	skeleton_program_fds(&after, new_fds);
	exchange(kernel, next);
	carry_first(&next->carry, kernel);
	follow_redirects(kernel);
	error = kernel_replace_programs(kernel, old_fds, &count);
	if (error) {
		exchange(kernel, next);
		kernel_put_programs_back(kernel, new_fds, count);
		return error;
	}
	carry_rest(&next->carry, kernel);
	pins_make(kernel);
	pin_called(kernel);
	kernel_guard_check(
		kernel); /* the timer calls a function of the program that ran this last */
	return 0;
}

static void consume_all(struct ring_buffer *ring)
{
	while (ring_buffer__consume(ring) == -EAGAIN)
		;
}

int kernel_next_take(struct kernel *kernel, struct kernel_next *next)
{
	int error = 0;

	kernel_capture_end(kernel); /* its programs have these slots */
	kernel_next_finish(kernel);
	consume_all(kernel->ring);
	if (kernel->ip_skeleton && !next->ip_skeleton)
		error = load_ip_beside(next->skeleton, &next->ip_skeleton);
	if (!error)
		error = take(kernel, next);
	if (error)
		kernel_next_free(next);
	else
		kernel->earlier = next;
	return error;
}

void kernel_next_drain(struct kernel *kernel)
{
	if (!kernel->earlier)
		return;
	kernel->draining = &kernel->earlier->carry;
	consume_all(kernel->earlier->ring);
	kernel->draining = NULL;
}

void kernel_next_finish(struct kernel *kernel)
{
	if (!kernel->earlier)
		return;
	kernel_next_drain(kernel);
	carry_rest(&kernel->earlier->carry, kernel);
	kernel_next_free(kernel->earlier);
	kernel->earlier = NULL;
}
