// SPDX-License-Identifier: GPL-2.0-only
/* Records every program that processes of one mount namespace, and their descendants, execute. See
 * executed.c. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "tests/tools/executed_shared.h"

#define GENERATIONS_MAX 64
#define FILES_MAX 16384

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct ns_common {
	unsigned int inum;
};
struct mnt_namespace {
	struct ns_common ns;
};
struct nsproxy {
	struct mnt_namespace *mnt_ns;
};
struct task_struct {
	struct task_struct *real_parent;
	struct nsproxy *nsproxy;
	int pid;
};
struct linux_binprm {
	const char *filename;
	const char *interp;
};
#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILES_MAX);
	__type(key, struct executed);
	__type(value, __u32);
} files SEC(".maps");

/* A key is too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct executed);
} scratch SEC(".maps");

__u32 lost_count;
const volatile __u32 mount_namespace;

/* A descendant may be in a mount namespace of its own: "ip netns exec" creates one. */
static bool is_observed(struct task_struct *task)
{
	for (int i = 0; i < GENERATIONS_MAX; i++) {
		if (BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == mount_namespace)
			return true;
		if (BPF_CORE_READ(task, pid) <= 1)
			return false;
		task = BPF_CORE_READ(task, real_parent);
	}
	return false;
}

/* arguments: task, former pid, program */
SEC("tp_btf/sched_process_exec")
int report(__u64 *arguments)
{
	struct task_struct *task = (void *)arguments[0];
	struct linux_binprm *program = (void *)arguments[2];
	const __u32 zero = 0, seen = 1;
	struct executed *key = bpf_map_lookup_elem(&scratch, &zero);

	if (!key || !is_observed(task))
		return 0;
	__builtin_memset(key, 0, sizeof(*key));
	bpf_probe_read_kernel_str(key->file, sizeof(key->file), BPF_CORE_READ(program, filename));
	bpf_probe_read_kernel_str(key->interpreter, sizeof(key->interpreter),
				  BPF_CORE_READ(program, interp));
	if (bpf_map_update_elem(&files, key, &seen, 0 /* BPF_ANY */))
		__sync_fetch_and_add(&lost_count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
