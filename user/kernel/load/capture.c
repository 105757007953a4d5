/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the programs that capture, and exchanges them with the others; see capture.h. */
#include "user/kernel/load/capture.h"
#include "user/kernel/interfaces/replace.h"
#include "user/kernel/skeleton.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

/* The first interface without Ethernet headers that comes during a capture is left out. */
static void choose(const struct xbeat_bpf *skeleton, const struct kernel *kernel)
{
	const struct bpf_program *plain = kernel->skeleton->progs.xbeat;
	struct bpf_program *program;
	struct bpf_map *map;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, false);
	bpf_program__set_autoload(skeleton->progs.xbeat_seen, true);
	bpf_program__set_autoload(skeleton->progs.xbeat_tc_seen, true);
	bpf_program__set_autoload(skeleton->progs.xbeat_ip_seen, kernel->ip_skeleton);
	bpf_object__for_each_map(map, skeleton->obj) if (skeleton_is_of_capture(skeleton, map))
		bpf_map__set_autocreate(map, true);
	bpf_program__set_flags(skeleton->progs.xbeat_seen, bpf_program__flags(plain));
}

int kernel_capture_load(const struct kernel *kernel, struct xbeat_bpf **loaded)
{
	struct xbeat_bpf *skeleton = skeleton_open();
	int error;

	*loaded = NULL;
	if (!skeleton)
		return errno ? -errno : -ENOMEM;
	choose(skeleton, kernel);
	error = skeleton_share_maps(skeleton, kernel->skeleton, SKELETON_ALL);
	if (!error)
		error = xbeat_bpf__load(skeleton);
	if (error)
		xbeat_bpf__destroy(skeleton);
	else
		*loaded = skeleton;
	return error;
}

void kernel_capture_discard(struct xbeat_bpf *loaded)
{
	if (loaded)
		xbeat_bpf__destroy(loaded);
}

static int write_until(const struct xbeat_bpf *skeleton, uint64_t until_ns)
{
	const struct xb_capture capture = {.until_ns = until_ns};
	uint32_t zero = 0;

	return bpf_map_update_elem(bpf_map__fd(skeleton->maps.xb_capture), &zero, &capture, BPF_ANY)
		       ? -errno
		       : 0;
}

int kernel_capture_begin(struct kernel *kernel, struct xbeat_bpf *loaded, uint64_t until_ns)
{
	struct skeletons skeletons = skeletons_of(kernel);
	int old_fds[KERNEL_PROGRAMS], new_fds[KERNEL_PROGRAMS];
	int error = write_until(loaded, until_ns);
	size_t count = 0;

	skeleton_program_fds(&skeletons, old_fds);
	skeletons.capture = loaded;
	skeleton_program_fds(&skeletons, new_fds);
	kernel->capture_skeleton = loaded;
	if (!error)
		error = kernel_replace_programs(kernel, old_fds, &count);
	if (!error)
		return 0;
	kernel->capture_skeleton = NULL;
	kernel_put_programs_back(kernel, new_fds, count);
	xbeat_bpf__destroy(loaded);
	return error;
}

int kernel_capture_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->capture_skeleton->maps.xb_captured);
}

void kernel_capture_read(const struct kernel *kernel, struct xb_capture *counts)
{
	const struct xbeat_bpf *skeleton = kernel->capture_skeleton;
	uint32_t zero = 0;

	*counts = (struct xb_capture){0};
	if (skeleton)
		bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.xb_capture), &zero, counts);
}

/* One that cannot be replaced goes on without capturing. */
void kernel_capture_end(struct kernel *kernel)
{
	struct xbeat_bpf *skeleton = kernel->capture_skeleton;
	const struct skeletons skeletons = skeletons_of(kernel);
	int old_fds[KERNEL_PROGRAMS];
	size_t count;

	if (!skeleton)
		return;
	write_until(skeleton, 0);
	skeleton_program_fds(&skeletons, old_fds);
	kernel->capture_skeleton = NULL;
	kernel_replace_programs(kernel, old_fds, &count);
	xbeat_bpf__destroy(skeleton);
}
