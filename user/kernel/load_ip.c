/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads from a second copy of the object whose maps are those of the first; see load_ip.h. */
#include "user/kernel/load_ip.h"
#include "user/kernel/skeleton.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/libbpf.h>
#include <errno.h>

static int load(struct xbeat_bpf *skeleton, const struct xbeat_bpf *first)
{
	struct bpf_program *program;
	int error = skeleton_share_maps(skeleton, first, SKELETON_ALL);

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, program == skeleton->progs.xbeat_ip ||
							   program == skeleton->progs.xbeat_tc_ip);
	return error ? error : xbeat_bpf__load(skeleton);
}

int load_ip_beside(const struct xbeat_bpf *first, struct xbeat_bpf **loaded)
{
	struct xbeat_bpf *skeleton = skeleton_open();
	int error = skeleton ? load(skeleton, first) : -errno;

	if (!error) {
		*loaded = skeleton;
		return 0;
	}
	log_error(
		"the kernel refused the program for interfaces without Ethernet headers: %s; -v shows the verifier's log",
		limits_strerror(-error));
	if (skeleton)
		xbeat_bpf__destroy(skeleton);
	return error;
}

int load_ip(struct kernel *kernel)
{
	int error;

	if (kernel->ip_skeleton)
		return 0;
	error = load_ip_beside(kernel->skeleton, &kernel->ip_skeleton);
	return error ? error : skeleton_hold_programs(kernel);
}

struct xbeat_bpf *load_member_open(const struct xbeat_bpf *first, bool ip_only)
{
	struct xbeat_bpf *skeleton = skeleton_open();
	struct bpf_program *program;
	int error;

	if (!skeleton)
		return NULL;
	error = skeleton_share_maps(skeleton, first, SKELETON_BUT_NEXT);
	bpf_object__for_each_program(program, skeleton->obj) bpf_program__set_autoload(
		program, program == (ip_only ? skeleton->progs.xbeat_ip : skeleton->progs.xbeat));
	if (!error)
		return skeleton;
	xbeat_bpf__destroy(skeleton);
	errno = -error;
	return NULL;
}
