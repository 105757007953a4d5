/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads, fills and unloads the kernel side; see kernel.h. pins.c takes over what an earlier daemon
 * left, interfaces/attachments.c attaches it to interfaces. */
#include "user/kernel/carry.h"
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/interfaces/mode_switch.h"
#include "user/kernel/layout/slot.h"
#include "user/kernel/load/capture.h"
#include "user/kernel/load/migrate.h"
#include "user/kernel/load/next.h"
#include "user/kernel/load/pins.h"
#include "user/kernel/maps/app_pages.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/routers.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/share/foreign.h"
#include "user/kernel/skeleton.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/left.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* libbpf's own messages go to the log with -v. */
__attribute__((format(printf, 2, 0))) static int print_libbpf(enum libbpf_print_level level,
							      const char *format, va_list arguments)
{
	char text[4096];
	char *line, *rest = text;

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), format, arguments);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_message(LOG_DEBUG, "%s", line);
	return 0;
}

static int fill_keys(const struct xbeat_bpf *skeleton, const struct xb_key *keys)
{
	for (uint32_t i = 0; i < XB_KEYS_MAX; i++)
		if (bpf_map_update_elem(bpf_map__fd(skeleton->maps.xb_keys), &i, &keys[i], BPF_ANY))
			return -errno;
	return 0;
}

static int start_chain(struct kernel *kernel)
{
	const struct xbeat_bpf *skeleton = kernel->skeleton;
	struct xb_chain *table = skeleton_map(skeleton->maps.xb_chain);

	if (!table)
		return -ENOMEM;
	return chain_start(
		&kernel->chain, table,
		(int[CHAIN_PROGRAMS]){[CHAIN_ETHERNET] = bpf_map__fd(skeleton->maps.xb_next),
				      [CHAIN_IP] = bpf_map__fd(skeleton->maps.xb_next_ip)},
		skeleton->rodata->xb_frags);
}

static int fill_maps(struct kernel *kernel, const struct kernel_setup *setup)
{
	const struct xbeat_bpf *skeleton = kernel->skeleton;
	int error;

	kernel->self = skeleton_map(skeleton->maps.xb_self);
	kernel->peers = skeleton_map(skeleton->maps.xb_peers);
	kernel->routers = skeleton_map(skeleton->maps.xb_vrrp);
	kernel->signed_states = skeleton_map(skeleton->maps.xb_signed);
	kernel->guards = skeleton_map(skeleton->maps.xb_guard);
	if (!kernel->self || !kernel->peers || !kernel->routers || !kernel->signed_states ||
	    !kernel->guards)
		return -ENOMEM;
	if (!kernel->adopted)
		kernel_self_init(kernel, setup->constants.node_id);
	if (kernel->migration)
		migrate_first(kernel->migration, kernel);
	kernel->self->node_id = setup->constants.node_id;
	for (size_t i = 0; (!kernel->adopted || kernel->carry) && i < setup->peer_count; i++)
		kernel->peers[i] = setup->peers[i];
	if (kernel->carry)
		carry_first(kernel->carry, kernel);
	for (size_t i = 0; i < setup->peer_count; i++)
		slot_configure(&kernel->peers[i], &setup->peers[i]);
	memcpy(kernel->keys, setup->keys, sizeof(kernel->keys));
	/* An earlier daemon's description stays; its digests may be of other keys. */
	kernel_describe_again(kernel);
	kernel_accept_all(kernel);
	error = start_chain(kernel);
	if (!error)
		error = kernel_apps_start(kernel);
	return error ? error : fill_keys(skeleton, setup->keys);
}

static int attach_all(struct kernel *kernel, const struct kernel_setup *setup)
{
	kernel->heartbeat_mode = setup->mode;
	for (size_t i = 0; i < setup->interface_count; i++)
		memcpy(kernel->heartbeat_interfaces[i], setup->interfaces[i], XB_NAME_BYTES);
	for (size_t i = 0; i < setup->interface_count; i++) {
		int error = kernel_attach(kernel, setup->interfaces[i]);

		if (!error || attach_wait_may_change(error))
			continue;
		log_error("%s", attach_wait_of(kernel, setup->interfaces[i])->reason);
		return error;
	}
	return 0;
}

/* Where kernel lockdown refuses programs of tracepoints, those of XDP may still be loaded. */
static int open_and_load(struct kernel *kernel, const struct kernel_setup *setup, bool see_exit)
{
	int error;

	kernel->skeleton = skeleton_open();
	if (!kernel->skeleton)
		return -errno;
	skeleton_freeze(kernel->skeleton, setup);
	bpf_program__set_autoload(kernel->skeleton->progs.xbeat_exit, see_exit);
	error = pins_adopt(kernel, setup);
	if (!error)
		error = xbeat_bpf__load(kernel->skeleton);
	if (error) {
		xbeat_bpf__destroy(kernel->skeleton);
		kernel->skeleton = NULL;
	}
	return error;
}

static int load(struct kernel *kernel, const struct kernel_setup *setup)
{
	int error = open_and_load(kernel, setup, true);

	if (error && error != -EPROTONOSUPPORT)
		error = open_and_load(kernel, setup, false);
	if (error && error != -EPROTONOSUPPORT)
		log_error(
			"the kernel refused the BPF program: %s; xbeatd needs Linux 5.15 or later with CONFIG_BPF_SYSCALL, and CAP_BPF; -v shows the verifier's log",
			limits_strerror(-error));
	return error;
}

bool kernel_finds_programs(const struct kernel *kernel)
{
	return kernel->by_netlink || kernel->found_program || kernel->found_dispatcher;
}

/* How the kernel side survives this daemon, and its container. */
static int prepare_survival(struct kernel *kernel)
{
	bool may_find = left_may_find();
	int error = bpffs_prepare(kernel->daemon_name);

	kernel->unpinned = error == -ENODEV;
	if (error && !kernel->unpinned)
		return error;
	if (!kernel->unpinned && bpffs_outlives_container(may_find))
		return 0;
	kernel->by_netlink = may_find;
	kernel->unguarded = !may_find;
	if (kernel->unguarded)
		log_warning("addresses are not guarded: %s", kernel_unguarded_reason(kernel));
	else
		log_info(
			"pins in " BPFFS_ROOT
			" may die with this container: programs are attached by netlink, so that they survive it");
	return 0;
}

/* Without it xbeatd works, but a removed filter stays removed. */
static void open_tc_watch(struct kernel *kernel)
{
	kernel->tc_watch_fd = tc_watch_open();
	if (kernel->tc_watch_fd < 0)
		log_warning(
			"cannot watch the filters of tc: %s; if something else removes this daemon's, it stays removed",
			limits_strerror(-kernel->tc_watch_fd));
}

int kernel_prepare(struct kernel *kernel, const struct kernel_setup *setup)
{
	int error;

	libbpf_set_print(print_libbpf);
	snprintf(kernel->daemon_name, sizeof(kernel->daemon_name), "%s", setup->daemon_name);
	kernel->slot_count = setup->peer_count;
	kernel->found_dispatcher = foreign_learn();
	error = prepare_survival(kernel);
	if (!error)
		error = load(kernel, setup);
	if (!error)
		error = skeleton_hold_programs(kernel);
	if (error) {
		pins_end_migration(kernel);
		*kernel = (struct kernel){0}; /* what is there may be another daemon's */
	}
	return error;
}

static int start_maps(struct kernel *kernel, const struct kernel_setup *setup)
{
	int error = fill_maps(kernel, setup);

	if (error) {
		log_error("cannot fill the BPF maps: %s", limits_strerror(-error));
		return error;
	}
	if (kernel->adopted) /* a daemon before may have gone on since the load */
		kernel->left_closed_bits = kernel_self_closed(kernel);
	error = kernel_guard_start(kernel);
	if (error)
		log_error("cannot start the guard's timer in the kernel: %s",
			  limits_strerror(-error));
	return error ? error : pins_make(kernel);
}

static int start_events(struct kernel *kernel,
			void (*on_event)(void *context, const struct xb_event *event),
			void *context)
{
	kernel->on_event = on_event;
	kernel->event_context = context;
	kernel->ring = skeleton_ring(kernel, kernel->skeleton);
	return kernel->ring ? 0 : -ENOMEM;
}

int kernel_start(struct kernel *kernel, const struct kernel_setup *setup,
		 void (*on_event)(void *context, const struct xb_event *event), void *context)
{
	int error = start_maps(kernel, setup);

	if (!error) {
		open_tc_watch(kernel);
		error = attach_all(kernel, setup);
	}
	if (!error && kernel->carry)
		carry_rest(kernel->carry, kernel);
	if (!error && kernel->migration)
		migrate_rest(kernel->migration, kernel);
	pins_end_migration(kernel);
	if (!error)
		error = start_events(kernel, on_event, context);
	if (error)
		kernel_stop(kernel);
	return error;
}

int kernel_set_keys(struct kernel *kernel, const struct xb_key keys[static XB_KEYS_MAX])
{
	memcpy(kernel->keys, keys, sizeof(kernel->keys));
	kernel_describe_again(kernel);
	return fill_keys(kernel->skeleton, keys);
}

static void release(struct attachment *attachment)
{
	attach_release(attachment);
	foreign_programs_forget(attachment);
}

void kernel_stop(struct kernel *kernel)
{
	bool held;

	if (!kernel->daemon_name[0])
		return;
	for (size_t i = 0; i < kernel->attachment_count; i++)
		mode_switch_wait(&kernel->attachments[i]);
	kernel_capture_end(kernel);
	held = kernel_guard_is_held(kernel->daemon_name) || kernel_guard_any_held(kernel);
	kernel_apps_stop(kernel, held);
	if (held)
		log_warning(
			"addresses that an earlier daemon \"%s\" held stay fenced: the kernel side stays attached until a daemon starts",
			kernel->daemon_name);
	else {
		kernel_detach_all(kernel);
		bpffs_remove(kernel->daemon_name);
	}
	if (kernel->tc_watch_fd > 0)
		close(kernel->tc_watch_fd);
	if (kernel->exit_link_fd > 0)
		close(kernel->exit_link_fd);
	for (size_t i = 0; i < kernel->attachment_count; i++)
		release(&kernel->attachments[i]);
	kernel_next_finish(kernel);
	chain_close(&kernel->chain);
	if (kernel->ring)
		ring_buffer__free(kernel->ring);
	skeleton_release_programs(kernel);
	if (kernel->ip_skeleton)
		xbeat_bpf__destroy(kernel->ip_skeleton);
	if (kernel->skeleton) {
		skeleton_unmap(kernel->peers, kernel->skeleton->maps.xb_peers);
		skeleton_unmap(kernel->self, kernel->skeleton->maps.xb_self);
		skeleton_unmap(kernel->signed_states, kernel->skeleton->maps.xb_signed);
		skeleton_unmap(kernel->routers, kernel->skeleton->maps.xb_vrrp);
		skeleton_unmap(kernel->guards, kernel->skeleton->maps.xb_guard);
		skeleton_unmap(kernel->chain.table, kernel->skeleton->maps.xb_chain);
		xbeat_bpf__destroy(kernel->skeleton);
	}
	*kernel = (struct kernel){0};
}
