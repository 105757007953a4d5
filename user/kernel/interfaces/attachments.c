/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces that the program is attached to: a table of them. user/kernel/attach.c attaches to
 * one. See kernel.h. */
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/interfaces/mode_switch.h"
#include "user/kernel/interfaces/vlan.h"
#include "user/kernel/kernel.h"
#include "user/kernel/load_ip.h"
#include "user/kernel/pin_names.h"
#include "user/kernel/share/dispatcher.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/link_layer.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct attachment *find_attachment(struct kernel *kernel, const char *interface)
{
	for (size_t i = 0; i < kernel->attachment_count; i++)
		if (!strcmp(kernel->attachments[i].interface, interface))
			return &kernel->attachments[i];
	return NULL;
}

const struct attachment *kernel_attachment(const struct kernel *kernel, const char *interface)
{
	return find_attachment((struct kernel *)kernel, interface);
}

const struct attachment *kernel_attachment_at(const struct kernel *kernel, unsigned interface_index)
{
	for (size_t i = 0; i < kernel->attachment_count; i++)
		if (kernel->attachments[i].interface_index == interface_index)
			return &kernel->attachments[i];
	return NULL;
}

static enum attach_mode wished_mode(const struct kernel *kernel, const char *interface)
{
	for (size_t i = 0; i < XB_LINKS_MAX; i++)
		if (!strcmp(kernel->heartbeat_interfaces[i], interface))
			return kernel->heartbeat_mode;
	return ATTACH_AUTO;
}

/* Chooses mode and programs. Returns 0 or a negative errno, with attachment->reason. */
static int choose(struct kernel *kernel, struct attachment *attachment, const char *interface)
{
	enum link_layer layer = link_layer_of(interface);
	int error;

	if (layer == LINK_LAYER_OTHER) {
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "cannot attach to interface %s: %s", interface, link_layer_refusal);
		return -EOPNOTSUPP;
	}
	attachment->ip_only = layer == LINK_LAYER_IP;
	attachment->wish = wished_mode(kernel, attachment->interface);
	if (attachment->ip_only && attachment->wish == ATTACH_AUTO) {
		attachment->wish = ATTACH_GENERIC;
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "it has no Ethernet headers");
	}
	if (!attachment->ip_only) {
		attachment->program_fd = kernel->program_fds[KERNEL_XDP];
		attachment->tc_program_fd = kernel->program_fds[KERNEL_TC];
		return 0;
	}
	error = load_ip(kernel);
	if (error) {
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "cannot load the programs of interface %s: %s", interface,
			 limits_strerror(-error));
		return error;
	}
	attachment->program_fd = kernel->program_fds[KERNEL_XDP_IP];
	attachment->tc_program_fd = kernel->program_fds[KERNEL_TC_IP];
	return 0;
}

/* Its next program is not reached by packets of another interface with its index. */
static void follow_chain(struct kernel *kernel, const struct attachment *attachment, unsigned index)
{
	const struct chain_interface interface = {
		.name = attachment->interface, .index = index, .ip_only = attachment->ip_only};

	chain_follow(&kernel->chain, &interface);
}

static void detach(struct kernel *kernel, struct attachment *attachment)
{
	char path[BPFFS_PATH_BYTES];

	follow_chain(kernel, attachment, 0);
	mode_switch_abandon(attachment);
	bpffs_path(path, kernel->daemon_name, PINS_LINK, attachment->interface);
	unlink(path);
	attach_end(attachment);
	attach_release(attachment);
	foreign_programs_forget(attachment);
	vlan_detach(kernel, attachment);
	*attachment = kernel->attachments[--kernel->attachment_count];
}

static const char *join_remedy(int error)
{
	if (error == -EPERM || error == -EROFS)
		return "restart xbeatd, by systemd with a drop-in (SYSTEMD in xbeatd(8)); if that does not help, this kernel refuses freplace programs";
	return "xdp-loader status shows its programs; -v shows why";
}

/* Our program becomes a member of the dispatcher that is on the interface. */
static int join(struct kernel *kernel, struct attachment *attachment, const char *interface)
{
	struct xbeat_bpf *skeleton = load_member_open(kernel->skeleton, attachment->ip_only);
	int error = skeleton ? dispatcher_join(skeleton->obj,
					       attachment->ip_only ? "xbeat_ip" : "xbeat",
					       attachment->interface_index, &attachment->program_id,
					       &attachment->native)
			     : -errno;

	if (skeleton)
		xbeat_bpf__destroy(skeleton);
	if (error) {
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "cannot join libxdp's dispatcher on interface %s: %s; %s", interface,
			 limits_strerror(-error), join_remedy(error));
		return -EBUSY;
	}
	attachment->joined = true;
	attachment->by_netlink = false;
	snprintf(attachment->reason, sizeof(attachment->reason),
		 "beside other programs in libxdp's dispatcher");
	dispatcher_leave_left(attachment->interface_index, attachment->program_id,
			      attachment->program_fd);
	return 0;
}

int kernel_attach(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find_attachment(kernel, interface);
	struct attach_failure failure;
	int error;

	if (attachment && attachment->interface_index == if_nametoindex(interface))
		return 0;
	if (attachment)
		detach(kernel, attachment);
	if (kernel->attachment_count == KERNEL_INTERFACES_MAX) {
		log_error("cannot attach to %s: limit of %d interfaces reached", interface,
			  KERNEL_INTERFACES_MAX);
		return -ENOSPC;
	}
	attachment = &kernel->attachments[kernel->attachment_count++];
	*attachment = (struct attachment){
		.link_fd = -1,
		.by_netlink = kernel->by_netlink,
		.unpinned = kernel->unpinned,
		.programs_due = true,
		.attached_ns = clock_now_ns(),
	};
	snprintf(attachment->interface, sizeof(attachment->interface), "%s", interface);
	attachment->interface_index = if_nametoindex(interface);
	error = choose(kernel, attachment, interface);
	/* First, so that the XDP program finds who handles its adverts. */
	if (!error && attachment->interface_index)
		vlan_attach(kernel, attachment);
	if (!error)
		error = attach_interface(attachment, kernel->daemon_name, attachment->program_fd);
	if (error && attachment->refused_by_dispatcher)
		error = join(kernel, attachment, interface);
	if (!error) {
		attach_wait_end(kernel, interface);
		follow_chain(kernel, attachment, attachment->interface_index);
		return 0;
	}
	failure = (struct attach_failure){.error = error, .program_id = attachment->refused_by};
	snprintf(failure.reason, sizeof(failure.reason), "%s", attachment->reason);
	detach(kernel, attachment);
	return attach_wait_note(kernel, interface, &failure);
}

/* 0: never */
static uint64_t last_evidence_ns(const struct kernel *kernel, const char *interface)
{
	uint64_t latest_ns = 0;

	for (size_t i = 0; i < kernel->slot_count; i++) {
		uint64_t time_ns =
			__atomic_load_n(&kernel->peers[i].last_evidence_ns, __ATOMIC_RELAXED);

		if (!strcmp(kernel->peers[i].interface, interface) && time_ns > latest_ns)
			latest_ns = time_ns;
	}
	return latest_ns;
}

json_t *kernel_attachment_json(const struct kernel *kernel, const struct attachment *attachment)
{
	json_t *json = attach_json(attachment);
	uint64_t time_ns = last_evidence_ns(kernel, attachment->interface);

	if (time_ns)
		json_object_set_new(
			json, "evidence_age_ns",
			json_integer((json_int_t)time_since_ns(clock_now_ns(), time_ns)));
	return json;
}

bool kernel_is_joined(const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->attachment_count; i++)
		if (kernel->attachments[i].joined)
			return true;
	return false;
}

void kernel_detach(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find_attachment(kernel, interface);

	attach_wait_end(kernel, interface);
	if (attachment)
		detach(kernel, attachment);
}

static bool is_own_link(const void *context, const char *name)
{
	const struct kernel *kernel = context;
	char path[BPFFS_PATH_BYTES];

	for (size_t i = 0; i < kernel->attachment_count; i++) {
		bpffs_path(path, kernel->daemon_name, PINS_LINK, kernel->attachments[i].interface);
		if (!strcmp(strrchr(path, '/') + 1, name))
			return true;
	}
	return false;
}

/* The tc program is not on the link: it would stay. */
static void remove_filter(const struct kernel *kernel, const char *pin)
{
	char path[BPFFS_PATH_BYTES];
	struct bpf_link_info info = {0};
	uint32_t length = sizeof(info);
	_cleanup_close_ int fd = -1;

	bpffs_path(path, kernel->daemon_name, "", pin);
	fd = bpf_obj_get(path);
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &length) && info.xdp.ifindex)
		tc_filter_detach(info.xdp.ifindex);
}

static bool keep_own(const void *context, const char *name)
{
	if (is_own_link(context, name))
		return true;
	remove_filter(context, name);
	return false;
}

static bool keep_none(const void *context, const char *name)
{
	remove_filter(context, name);
	return false;
}

void kernel_release_interfaces(struct kernel *kernel)
{
	bpffs_unpin(kernel->daemon_name, PINS_LINK, keep_own, kernel);
	if (kernel->found_program)
		attach_end_left(kernel->attachments, kernel->attachment_count,
				bpf_program__fd(kernel->skeleton->progs.xbeat));
}

void kernel_detach_all(const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->attachment_count; i++) {
		attach_end(&kernel->attachments[i]);
		tc_filter_detach(kernel->attachments[i].interface_index);
	}
	bpffs_unpin(kernel->daemon_name, PINS_LINK, keep_none, kernel);
}
