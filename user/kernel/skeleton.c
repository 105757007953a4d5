/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See skeleton.h. */
#include "user/kernel/skeleton.h"
#include "user/kernel/carry.h"
#include "user/kernel/frags.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A flood of events must not keep the loop from its timers. */
#define EVENTS_AT_ONCE 32

static size_t map_bytes(const struct bpf_map *map)
{
	return (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
}

void *skeleton_map(const struct bpf_map *map)
{
	void *memory =
		mmap(NULL, map_bytes(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void skeleton_unmap(void *memory, const struct bpf_map *map)
{
	if (memory)
		munmap(memory, map_bytes(map));
}

bool skeleton_is_of_capture(const struct xbeat_bpf *skeleton, const struct bpf_map *map)
{
	return map == skeleton->maps.xb_captured || map == skeleton->maps.xb_capture ||
	       map == skeleton->maps.xb_capture_now;
}

struct xbeat_bpf *skeleton_open(void)
{
	struct xbeat_bpf *skeleton = xbeat_bpf__open();
	struct bpf_map *map;

	if (!skeleton)
		return NULL;
	bpf_object__for_each_map(map, skeleton->obj) if (skeleton_is_of_capture(skeleton, map))
		bpf_map__set_autocreate(map, false);
	return skeleton;
}

void skeleton_freeze(struct xbeat_bpf *skeleton, const struct kernel_setup *setup)
{
	frags_enable_if_supported(skeleton);
	bpf_program__set_autoload(skeleton->progs.xbeat_ip, false);
	bpf_program__set_autoload(skeleton->progs.xbeat_tc_ip, false);
	skeleton->rodata->xb_constants = setup->constants;
	memset((void *)skeleton->rodata->xb_slot_of, 0xff, sizeof(skeleton->rodata->xb_slot_of));
	for (size_t i = 0; i < setup->peer_count; i++)
		skeleton->rodata->xb_slot_of[setup->peers[i].node_id][setup->peers[i].link] =
			(uint16_t)i;
	bpf_map__set_max_entries(skeleton->maps.xb_peers,
				 setup->peer_count ? (uint32_t)setup->peer_count : 1);
	bpf_map__set_max_entries(skeleton->maps.xb_compare,
				 setup->peer_count ? (uint32_t)setup->peer_count : 1);
	bpf_map__set_max_entries(skeleton->maps.xb_rtt_hist,
				 setup->peer_count ? (uint32_t)setup->peer_count : 1);
	if (setup->constants.adaptive && setup->peer_count)
		bpf_map__set_max_entries(skeleton->maps.xb_gap_hist, (uint32_t)setup->peer_count);
}

bool skeleton_is_of_slots(const struct xbeat_bpf *skeleton, const struct bpf_map *map)
{
	return map == skeleton->maps.xb_peers || map == skeleton->maps.xb_rtt_hist ||
	       map == skeleton->maps.xb_gap_hist || map == skeleton->maps.xb_compare ||
	       map == skeleton->maps.xb_events;
}

static bool is_shared(const struct xbeat_bpf *skeleton, const struct bpf_map *map,
		      enum skeleton_maps which)
{
	if (skeleton_is_of_capture(skeleton, map))
		return false;
	if (which == SKELETON_BUT_NEXT)
		return map != skeleton->maps.xb_next && map != skeleton->maps.xb_next_ip;
	return which == SKELETON_ALL ||
	       (!bpf_map__is_internal(map) && !skeleton_is_of_slots(skeleton, map));
}

int skeleton_share_maps(const struct xbeat_bpf *to, const struct xbeat_bpf *from,
			enum skeleton_maps which)
{
	struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_map(map, to->obj)
	{
		const struct bpf_map *other =
			bpf_object__find_map_by_name(from->obj, bpf_map__name(map));

		if (!error && is_shared(to, map, which))
			error = other ? bpf_map__reuse_fd(map, bpf_map__fd(other)) : -ENOENT;
	}
	return error;
}

static int hold(int *held_fd, int program_fd)
{
	if (*held_fd > 0)
		return dup3(program_fd, *held_fd, O_CLOEXEC) < 0 ? -errno : 0;
	*held_fd = fcntl(program_fd, F_DUPFD_CLOEXEC, 3);
	if (*held_fd > 0)
		return 0;
	*held_fd = 0;
	return -errno;
}

/* One that captures takes the place of another, if it is loaded. */
static int one_of(const struct bpf_program *plain, const struct bpf_program *capturing)
{
	int fd = capturing ? bpf_program__fd(capturing) : -1;

	return fd >= 0 ? fd : bpf_program__fd(plain);
}

void skeleton_program_fds(const struct skeletons *of, int fds[static KERNEL_PROGRAMS])
{
	const struct xbeat_bpf *plain = of->plain, *ip = of->ip, *capture = of->capture;

	fds[KERNEL_XDP] = one_of(plain->progs.xbeat, capture ? capture->progs.xbeat_seen : NULL);
	fds[KERNEL_TC] =
		one_of(plain->progs.xbeat_tc, capture ? capture->progs.xbeat_tc_seen : NULL);
	fds[KERNEL_XDP_IP] =
		ip ? one_of(ip->progs.xbeat_ip, capture ? capture->progs.xbeat_ip_seen : NULL) : -1;
	fds[KERNEL_TC_IP] = ip ? bpf_program__fd(ip->progs.xbeat_tc_ip) : -1;
}

struct skeletons skeletons_of(const struct kernel *kernel)
{
	return (struct skeletons){kernel->skeleton, kernel->ip_skeleton, kernel->capture_skeleton};
}

int skeleton_hold_programs(struct kernel *kernel)
{
	const struct skeletons skeletons = skeletons_of(kernel);
	int fds[KERNEL_PROGRAMS], error = 0;

	skeleton_program_fds(&skeletons, fds);
	for (size_t i = 0; !error && i < KERNEL_PROGRAMS; i++)
		if (fds[i] >= 0)
			error = hold(&kernel->program_fds[i], fds[i]);
	return error;
}

void skeleton_release_programs(struct kernel *kernel)
{
	for (size_t i = 0; i < KERNEL_PROGRAMS; i++) {
		if (kernel->program_fds[i] > 0)
			close(kernel->program_fds[i]);
		kernel->program_fds[i] = 0;
	}
}

static bool names_peer(const struct xb_event *event)
{
	switch ((enum xb_event_kind)event->kind) {
	case XB_EVENT_PEER_EPOCH:
	case XB_EVENT_PEER_CHANGED:
	case XB_EVENT_OWN_EPOCH:
	case XB_EVENT_ANSWER:
	case XB_EVENT_CLAIMED:
	case XB_EVENT_ACKED:
	case XB_EVENT_COMPARED:
		return true;
	case XB_EVENT_ADVERT:
	case XB_EVENT_FENCED:
	case XB_EVENT_SIGNED:
		break;
	}
	return false;
}

/* Of the programs before, whose slots were others. */
static void deliver_earlier(const struct kernel *kernel, const struct xb_event *event)
{
	struct xb_event now = *event;

	if (names_peer(event)) {
		now.slot = (uint32_t)carry_slot(kernel->draining, kernel, event->slot);
		if (now.slot == kernel->slot_count)
			return;
	}
	kernel->on_event(kernel->event_context, &now);
}

static int handle_record(void *context, void *data, size_t bytes)
{
	struct kernel *kernel = context;

	if (bytes >= sizeof(struct xb_event) && kernel->draining)
		deliver_earlier(kernel, data);
	else if (bytes >= sizeof(struct xb_event))
		kernel->on_event(kernel->event_context, data);
	return ++kernel->consumed_count % EVENTS_AT_ONCE ? 0 : -EAGAIN;
}

struct ring_buffer *skeleton_ring(struct kernel *kernel, const struct xbeat_bpf *skeleton)
{
	return ring_buffer__new(bpf_map__fd(skeleton->maps.xb_events), handle_record, kernel, NULL);
}
