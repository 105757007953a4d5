/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that sees the daemon die; see daemon_exit.h. */
#include "user/kernel/load/daemon_exit.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/pin_names.h"
#include "user/kernel/system/bpffs.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* The new BPF link exists before the earlier daemon's is removed. Its pin keeps it after this
 * daemon's death. */
static int attach_exit(struct kernel *kernel)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	if (kernel->exit_link_fd > 0)
		return 0;
	if (!bpf_program__autoload(kernel->skeleton->progs.xbeat_exit))
		return -EOPNOTSUPP;
	kernel->exit_link_fd = bpf_raw_tracepoint_open(
		"sched_process_exit", bpf_program__fd(kernel->skeleton->progs.xbeat_exit));
	if (kernel->exit_link_fd < 0)
		return -errno;
	if (kernel->unpinned)
		return 0;
	bpffs_path(path, kernel->daemon_name, "", PINS_EXIT_LINK);
	error = bpffs_pin(kernel->exit_link_fd, path);
	if (error) {
		close(kernel->exit_link_fd);
		kernel->exit_link_fd = 0;
	}
	return error;
}

static int watch(struct kernel *kernel, uint32_t pid)
{
	struct stat namespace;
	int error;

	if (stat("/proc/self/ns/pid", &namespace))
		return -errno;
	error = attach_exit(kernel);
	if (!error)
		kernel_self_name_daemon(kernel, pid, namespace.st_dev, namespace.st_ino);
	return error;
}

int kernel_watch_daemon(struct kernel *kernel, uint32_t pid, uint64_t restart_grace_ns)
{
	int error;

	kernel_self_forget_daemon(kernel);
	kernel_self_set_restart_grace(kernel, restart_grace_ns);
	if (!pid)
		return 0;
	error = watch(kernel, pid);
	/* Where pins survive, the timer does. */
	kernel_self_check_by_packets(kernel, error && kernel->by_netlink);
	/* A death that happened before this may have brought deadlines forward. */
	return error ? error : kernel_guard_check(kernel);
}
