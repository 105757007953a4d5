/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots of xb_guard, as the daemon uses them, and who the daemon is. bpf/guard/guard.h says what must hold, and
 * what the kernel side does for it at any moment; this is the other half:
 *
 * - deadline_ns changes by compare-and-swap. One that is XB_GUARD_FENCED is left alone by an extension; only
 *   kernel_guard_end() and kernel_guard_release() lead out of it. Their caller has taken the address off its interface.
 * - An address that begins to be held, while its instance is being fenced, is fenced here: first the deadline is
 *   written, then the bits of the instance are read, and the kernel side does it the other way round. A check may have
 *   set them for what was given up under its hands: they are cleared before the first address of an instance is held.
 * - The bits of an instance are cleared, both in one step, when its last fenced address has been; what was fenced
 *   since is looked for afterwards. Packets go on being looked at until nothing is fenced.
 * - guard_due_ns is lowered after a deadline was written, and changed even if it is early enough: a check that
 *   did not see the deadline cannot raise it then.
 */
#include "user/kernel/guards.h"
#include "user/kernel/bpffs.h"
#include "user/kernel/self.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

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

static bool any_fenced_at(const struct kernel *kernel, uint8_t place)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++)
		if (kernel->guards[i].instance_index == place && is_fenced(&kernel->guards[i]))
			return true;
	return false;
}

/* Something of this place is fenced no more, or no more of this place. */
static void clear_fenced(struct kernel *kernel, uint8_t place)
{
	if (place >= XB_INSTANCES_MAX || any_fenced_at(kernel, place))
		return;
	kernel_self_clear_fenced(kernel, place);
	/* The kernel side has set fencing, or is about to. */
	if (any_fenced_at(kernel, place))
		kernel_guard_look(kernel);
}

void kernel_guard_tidy(struct kernel *kernel)
{
	if (kernel_self_ask_fencing(kernel) && !any_fenced(kernel))
		kernel_self_end_fencing(kernel);
}

static bool any_held(const struct kernel *kernel, uint8_t place)
{
	for (size_t i = 0; i < kernel->self->guard_count; i++)
		if (kernel->guards[i].instance_index == place &&
		    load(&kernel->guards[i].deadline_ns))
			return true;
	return false;
}

static struct xb_guard_key key_of(const struct xb_guard *guard)
{
	return (struct xb_guard_key){.interface_index = guard->interface_index,
				     .address = guard->address};
}

/* Returns a slot that nobody has, or XB_GUARD_MAX. */
static size_t find_free(const struct kernel *kernel)
{
	for (size_t i = 0; i < XB_GUARD_MAX; i++)
		if (!kernel->guards[i].used)
			return i;
	return XB_GUARD_MAX;
}

static int take_free(struct kernel *kernel, const struct xb_guard_key *key, uint8_t place,
		     size_t *slot)
{
	size_t unused = find_free(kernel);
	uint32_t value = (uint32_t)unused;

	if (unused == XB_GUARD_MAX)
		return -ENOSPC;
	kernel->guards[unused] = (struct xb_guard){.address = key->address,
						   .interface_index = key->interface_index,
						   .used = 1,
						   .instance_index = place};
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

/* One that an earlier daemon had. Its instance may have another place now. */
static void take_over(struct kernel *kernel, size_t slot, uint8_t place)
{
	struct xb_guard *guard = &kernel->guards[slot];
	uint8_t before = guard->instance_index;

	kernel->guard_claimed[slot] = true;
	if (before == place)
		return;
	__atomic_store_n(&guard->instance_index, place, __ATOMIC_SEQ_CST);
	clear_fenced(kernel, before);
	if (load(&guard->deadline_ns))
		kernel_guard_look(kernel);
}

int kernel_guard_claim(struct kernel *kernel, unsigned interface_index,
		       const struct xb_address *address, uint8_t place, size_t *slot)
{
	const struct xb_guard_key key = {.interface_index = interface_index, .address = *address};
	uint32_t found;

	if (bpf_map_lookup_elem(bpf_map__fd(kernel->skeleton->maps.xb_guard_slots), &key, &found))
		return take_free(kernel, &key, place, slot);
	if (found >= XB_GUARD_MAX || kernel->guard_claimed[found])
		return -EEXIST;
	take_over(kernel, found, place);
	*slot = found;
	return 0;
}

void kernel_guard_release(struct kernel *kernel, size_t slot)
{
	struct xb_guard *guard = &kernel->guards[slot];
	const struct xb_guard_key key = key_of(guard);

	kernel_guard_end(kernel, slot);
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

static void lower_due(struct kernel *kernel, uint64_t deadline_ns)
{
	if (kernel_self_lower_guard_due(kernel, deadline_ns))
		kernel->guard_timer_is_late = true;
}

void kernel_guard_extend(struct kernel *kernel, size_t slot, uint64_t deadline_ns)
{
	struct xb_guard *guard = &kernel->guards[slot];
	__u64 seen_ns = load(&guard->deadline_ns);
	bool earlier = !seen_ns || deadline_ns < seen_ns;

	if (!seen_ns && !any_held(kernel, guard->instance_index))
		clear_fenced(kernel, guard->instance_index);
	while (seen_ns != XB_GUARD_FENCED &&
	       !__atomic_compare_exchange_n(&guard->deadline_ns, &seen_ns, deadline_ns, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	if (!earlier || seen_ns == XB_GUARD_FENCED)
		return;
	lower_due(kernel, deadline_ns);
	if (kernel_self_is_fenced(kernel, guard->instance_index))
		__atomic_store_n(&guard->deadline_ns, XB_GUARD_FENCED, __ATOMIC_SEQ_CST);
}

int kernel_guard_look(struct kernel *kernel)
{
	const uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(kernel->skeleton->progs.xbeat_guard), &options))
		return -errno;
	return options.retval == XDP_ACTION_PASS ? 0 : -EIO;
}

int kernel_guard_watch(struct kernel *kernel)
{
	int error = 0;

	if (kernel->guard_timer_is_late)
		error = kernel_guard_look(kernel);
	if (!error)
		kernel->guard_timer_is_late = false;
	return error;
}

bool kernel_guard_passed(const struct kernel *kernel, size_t slot, uint64_t now_ns)
{
	uint64_t deadline_ns = load(&kernel->guards[slot].deadline_ns);

	return deadline_ns && deadline_ns <= now_ns;
}

bool kernel_guard_is_open(const struct kernel *kernel, size_t slot, uint64_t now_ns)
{
	uint64_t deadline_ns = load(&kernel->guards[slot].deadline_ns);

	return deadline_ns > XB_GUARD_FENCED && deadline_ns > now_ns;
}

void kernel_guard_end(struct kernel *kernel, size_t slot)
{
	struct xb_guard *guard = &kernel->guards[slot];

	if (__atomic_exchange_n(&guard->deadline_ns, 0, __ATOMIC_SEQ_CST) != XB_GUARD_FENCED)
		return;
	clear_fenced(kernel, guard->instance_index);
	kernel_guard_tidy(kernel);
}

bool kernel_guard_is_held(const char *instance)
{
	char path[BPFFS_PATH_BYTES];
	bool held = false;
	int fd;

	bpffs_path(path, instance, "", "xb_guard");
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

/* A new xb_self for slots of an earlier daemon: their places were those of its table. */
static void describe_guards(struct kernel *kernel)
{
	for (size_t i = 0; i < XB_GUARD_MAX; i++) {
		struct xb_guard *guard = &kernel->guards[i];

		guard->instance_index = XB_GUARD_NO_INSTANCE;
		if (guard->used)
			kernel_self_use_guards(kernel, i + 1);
		if (load(&guard->deadline_ns) > XB_GUARD_FENCED)
			lower_due(kernel, load(&guard->deadline_ns));
	}
}

int kernel_guard_start(struct kernel *kernel)
{
	if (!kernel->adopted)
		describe_guards(kernel);
	kernel_self_forget_process(kernel); /* another process may have its number now */
	return kernel_guard_look(kernel);
}
