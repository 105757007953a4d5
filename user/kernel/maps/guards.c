/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's half of the guard (guards.h). bpf/guard/guard.h is the kernel's half and explains
 * what must hold:
 *
 * - deadline_ns changes by compare-and-swap. kernel_guard_extend() leaves XB_GUARD_FENCED alone;
 *   only kernel_guard_lift() and kernel_guard_release() end it, after their caller has removed the
 *   address from its interface.
 * - An address that gets its first deadline while its instance is being fenced is fenced here:
 *   first the deadline is written, then the bits of the instance are read; the kernel side does it
 *   in the opposite order. A check may have set the bits for an address that was given up at the
 *   same time, so they are cleared before the first address of an instance gets a deadline.
 * - The bits of an instance are cleared, both in one step, when its last fenced address is lifted;
 *   then it is checked whether an address was fenced meanwhile. Packets are compared with fenced
 *   addresses until there are none.
 * - guard_due_ns is lowered after a deadline was written (kernel_self_lower_guard_due()).
 */
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/system/bpffs.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TIMER_TRIES 100
#define TIMER_SPACING_US 1000

enum { XDP_ACTION_PASS = 2 };

static uint64_t load(const __u64 *value)
{
	return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static bool is_fenced(const struct xb_guard *guard)
{
	return load(&guard->deadline_ns) == XB_GUARD_FENCED;
}

static bool any_fenced(const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++)
		if (is_fenced(&kernel->guards[i]))
			return true;
	return false;
}

static bool any_fenced_of(const struct kernel *kernel, uint8_t instance_index)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++)
		if (kernel->guards[i].place == instance_index && is_fenced(&kernel->guards[i]))
			return true;
	return false;
}

/* An address of this instance is no longer fenced, or no longer of this instance. */
static void clear_fenced(struct kernel *kernel, uint8_t instance_index)
{
	if (instance_index >= XB_INSTANCES_MAX || any_fenced_of(kernel, instance_index))
		return;
	kernel_self_clear_fenced(kernel, instance_index);
	/* The kernel side has set fencing, or is about to. */
	if (any_fenced_of(kernel, instance_index))
		kernel_guard_check(kernel);
}

void kernel_guard_stop_filtering(struct kernel *kernel)
{
	if (!kernel_self_closed(kernel) && kernel_self_ask_fencing(kernel) && !any_fenced(kernel))
		kernel_self_end_fencing(kernel);
}

static bool any_held(const struct kernel *kernel, uint8_t instance_index)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++)
		if (kernel->guards[i].place == instance_index &&
		    load(&kernel->guards[i].deadline_ns))
			return true;
	return false;
}

static struct xb_guard_key key_of(const struct xb_guard *guard)
{
	return (struct xb_guard_key){.interface_index = guard->interface_index,
				     .address = guard->address};
}

/* Returns an unused slot, or XB_GUARD_MAX. */
static size_t find_free(const struct kernel *kernel)
{
	for (size_t i = 0; i < XB_GUARD_MAX; i++)
		if (!kernel->guards[i].used)
			return i;
	return XB_GUARD_MAX;
}

static int take_free(struct kernel *kernel, const struct xb_guard_key *key, uint8_t instance_index,
		     size_t *slot)
{
	size_t unused = find_free(kernel);
	uint32_t value = (uint32_t)unused;

	if (unused == XB_GUARD_MAX)
		return -ENOSPC;
	kernel->guards[unused] = (struct xb_guard){.address = key->address,
						   .interface_index = key->interface_index,
						   .used = 1,
						   .place = instance_index};
	if (bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.xb_guard_slots), key, &value,
				BPF_ANY)) {
		kernel->guards[unused].used = 0;
		return -errno;
	}
	kernel_self_use_guards(kernel, unused + 1);
	kernel->guard_claimed[unused] = true;
	*slot = unused;
	return 0;
}

/* From an earlier daemon. Its instance may have another index now. */
static void take_over(struct kernel *kernel, size_t slot, uint8_t instance_index)
{
	struct xb_guard *guard = &kernel->guards[slot];
	uint8_t before = guard->place;

	kernel->guard_claimed[slot] = true;
	if (before == instance_index)
		return;
	__atomic_store_n(&guard->place, instance_index, __ATOMIC_SEQ_CST);
	clear_fenced(kernel, before);
	if (load(&guard->deadline_ns))
		kernel_guard_check(kernel);
}

int kernel_guard_claim(struct kernel *kernel, unsigned interface_index,
		       const struct xb_address *address, uint8_t instance_index, size_t *slot)
{
	const struct xb_guard_key key = {.interface_index = interface_index, .address = *address};
	uint32_t found;

	if (bpf_map_lookup_elem(bpf_map__fd(kernel->skeleton->maps.xb_guard_slots), &key, &found))
		return take_free(kernel, &key, instance_index, slot);
	if (found >= XB_GUARD_MAX || kernel->guard_claimed[found])
		return -EEXIST;
	take_over(kernel, found, instance_index);
	*slot = found;
	return 0;
}

void kernel_guard_release(struct kernel *kernel, size_t slot)
{
	struct xb_guard *guard = &kernel->guards[slot];
	const struct xb_guard_key key = key_of(guard);

	kernel_guard_lift(kernel, slot);
	bpf_map_delete_elem(bpf_map__fd(kernel->skeleton->maps.xb_guard_slots), &key);
	kernel->guard_claimed[slot] = false;
	guard->used = 0;
}

void kernel_guard_release_unclaimed(struct kernel *kernel,
				    void (*remove)(void *context, unsigned interface_index,
						   const struct xb_address *address),
				    void *context)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++) {
		const struct xb_guard *guard = &kernel->guards[i];

		if (!guard->used || kernel->guard_claimed[i])
			continue;
		if (load(&guard->deadline_ns))
			remove(context, guard->interface_index, &guard->address);
		kernel_guard_release(kernel, i);
	}
}

void kernel_guard_lower_due(struct kernel *kernel, uint64_t deadline_ns)
{
	if (kernel_self_lower_guard_due(kernel, deadline_ns))
		kernel->guard_timer_is_late = true;
}

void kernel_guard_extend(struct kernel *kernel, size_t slot, uint64_t deadline_ns)
{
	struct xb_guard *guard = &kernel->guards[slot];
	__u64 seen_ns = load(&guard->deadline_ns);
	bool earlier = !seen_ns || deadline_ns < seen_ns;

	if (!seen_ns && !any_held(kernel, guard->place))
		clear_fenced(kernel, guard->place);
	while (seen_ns != XB_GUARD_FENCED &&
	       !__atomic_compare_exchange_n(&guard->deadline_ns, &seen_ns, deadline_ns, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	if (!earlier || seen_ns == XB_GUARD_FENCED)
		return;
	kernel_guard_lower_due(kernel, deadline_ns);
	if (kernel_self_is_fenced(kernel, guard->place))
		__atomic_store_n(&guard->deadline_ns, XB_GUARD_FENCED, __ATOMIC_SEQ_CST);
}

int kernel_guard_check(struct kernel *kernel)
{
	const uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(kernel->skeleton->progs.xbeat_guard), &options))
		return -errno;
	return options.retval == XDP_ACTION_PASS ? 0 : -EIO;
}

int kernel_guard_arm_timer(struct kernel *kernel)
{
	int error = 0;

	if (kernel->guard_timer_is_late)
		error = kernel_guard_check(kernel);
	if (!error)
		kernel->guard_timer_is_late = false;
	return error;
}

bool kernel_guard_has_expired(const struct kernel *kernel, size_t slot, uint64_t now_ns)
{
	uint64_t deadline_ns = load(&kernel->guards[slot].deadline_ns);

	return deadline_ns && deadline_ns <= now_ns;
}

bool kernel_guard_is_valid(const struct kernel *kernel, size_t slot, uint64_t now_ns)
{
	uint64_t deadline_ns = load(&kernel->guards[slot].deadline_ns);

	return deadline_ns > XB_GUARD_FENCED && deadline_ns > now_ns;
}

void kernel_guard_lift(struct kernel *kernel, size_t slot)
{
	struct xb_guard *guard = &kernel->guards[slot];

	if (__atomic_exchange_n(&guard->deadline_ns, 0, __ATOMIC_SEQ_CST) != XB_GUARD_FENCED)
		return;
	clear_fenced(kernel, guard->place);
	kernel_guard_stop_filtering(kernel);
}

bool kernel_guard_is_held(const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	bool held = false;
	int fd;

	bpffs_path(path, daemon_name, "", "xb_guard");
	fd = bpf_obj_get(path);
	if (fd < 0)
		return false;
	for (uint32_t i = 0; i < XB_GUARD_MAX && !held; i++) {
		struct xb_guard guard;

		held = bpf_map_lookup_elem(fd, &i, &guard) == 0 && guard.deadline_ns;
	}
	close(fd);
	return held;
}

bool kernel_guard_any_held(const struct kernel *kernel)
{
	for (size_t i = 0; kernel->guards && i < XB_GUARD_MAX; i++)
		if (load(&kernel->guards[i].deadline_ns))
			return true;
	return false;
}

/* Whatever an earlier daemon closed becomes fenced, so that what removes fenced addresses at a
 * start removes these, too; its bits may mean nothing in a new xb_self. */
static void fence_left_closed(struct kernel *kernel)
{
	for (size_t i = 0; kernel->left_closed_bits && i < XB_GUARD_MAX; i++) {
		struct xb_guard *guard = &kernel->guards[i];

		if (guard->used && guard->place < XB_INSTANCES_MAX &&
		    kernel->left_closed_bits >> guard->place & 1)
			__atomic_store_n(&guard->deadline_ns, XB_GUARD_FENCED, __ATOMIC_SEQ_CST);
	}
	if (kernel->left_closed_bits)
		kernel_self_start_fencing(kernel);
	kernel_self_clear_closed(kernel, kernel->left_closed_bits);
}

/* A new xb_self for slots of an earlier daemon: their instance indices meant its description. */
static void describe_guards(struct kernel *kernel)
{
	for (size_t i = 0; i < XB_GUARD_MAX; i++) {
		struct xb_guard *guard = &kernel->guards[i];

		guard->place = XB_GUARD_NO_INSTANCE;
		if (guard->used)
			kernel_self_use_guards(kernel, i + 1);
		if (load(&guard->deadline_ns) > XB_GUARD_FENCED)
			kernel_guard_lower_due(kernel, load(&guard->deadline_ns));
	}
}

/* The kernel takes the timer's memory without waiting: since Linux 6.18 that fails now and then
 * while other processors allocate. */
static int start_timer(struct kernel *kernel)
{
	int error = -EIO;

	for (int i = 0; i < TIMER_TRIES && error == -EIO; i++) {
		if (i)
			usleep(TIMER_SPACING_US);
		error = kernel_guard_check(kernel);
	}
	return error;
}

int kernel_guard_start(struct kernel *kernel)
{
	fence_left_closed(kernel);
	if (!kernel->adopted)
		describe_guards(kernel);
	kernel_self_forget_process(kernel); /* another process may have its number now */
	kernel_self_check_by_packets(kernel, true); /* until kernel_watch_daemon() */
	return start_timer(kernel);
}

const char *kernel_unguarded_reason(const struct kernel *kernel)
{
	static const char reason[] =
		"pins die with this container, and without CAP_SYS_ADMIN nothing else can be taken "
		"over; on the host run \"" BPFFS_MOUNT_COMMAND
		"\", and mount that directory into the container (-v /sys/fs/bpf:/sys/fs/bpf)";

	return kernel->unguarded ? reason : NULL;
}
