/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches in native mode where the driver supports it, else in generic mode, and logs which; see
 * attach.h. */
#include "user/kernel/attach.h"
#include "user/kernel/pin_names.h"
#include "user/kernel/share/dispatcher.h"
#include "user/kernel/share/foreign.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/left.h"
#include "user/kernel/system/mtu.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint32_t program_id(int program_fd)
{
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);

	return bpf_obj_get_info_by_fd(program_fd, &info, &length) ? 0 : info.id;
}

static int query(unsigned interface_index, struct bpf_xdp_query_opts *status)
{
	*status = (struct bpf_xdp_query_opts){.sz = sizeof(*status)};
	return bpf_xdp_query((int)interface_index, 0, status);
}

static bool refuse_foreign(struct attachment *attachment)
{
	struct foreign foreign;

	foreign_find(attachment->interface_index, &foreign);
	attachment->refused_by = foreign.program.id;
	attachment->refused_by_dispatcher = foreign.kind == FOREIGN_DISPATCHER;
	if (foreign.kind != FOREIGN_NONE)
		foreign_refusal(&foreign, attachment->interface, attachment->reason);
	return foreign.kind != FOREIGN_NONE;
}

/* Takes over the BPF link that an earlier daemon pinned, if it is still on the interface. */
static int adopt_link(const struct attachment *attachment, const char *path, int program_fd)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	struct bpf_link_info info = {0};
	uint32_t length = sizeof(info);
	int adopted = -ENOENT;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) ||
	    info.xdp.ifindex != attachment->interface_index)
		return -ENOENT;
	if (bpf_link_update(fd, program_fd, NULL))
		return -errno;
	adopted = fd;
	fd = -1;
	return adopted;
}

static uint32_t mode_flag(bool native)
{
	return native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

static int create_link(struct attachment *attachment, bool native)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode_flag(native));
	int fd = bpf_link_create(attachment->program_fd, (int)attachment->interface_index, BPF_XDP,
				 &options);

	if (fd < 0)
		return -errno;
	attachment->link_fd = fd;
	return 0;
}

static int put_on(struct attachment *attachment, bool native)
{
	if (!attachment->by_netlink)
		return create_link(attachment, native);
	return bpf_xdp_attach((int)attachment->interface_index, attachment->program_fd,
			      mode_flag(native) | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
}

/* Takes over the program that a daemon left on the interface when its container died: it is
 * replaced only if it is still that one. Returns -ENOENT if there is none. */
static int adopt_program(struct attachment *attachment)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	_cleanup_close_ int old_fd = -1;
	struct bpf_xdp_query_opts status;

	if (query(attachment->interface_index, &status) || !status.prog_id ||
	    !left_shares_maps(status.prog_id, attachment->program_fd))
		return -ENOENT;
	old_fd = bpf_prog_get_fd_by_id(status.prog_id);
	if (old_fd < 0)
		return -errno;
	attachment->by_netlink = true;
	options.old_prog_fd = old_fd;
	return bpf_xdp_attach((int)attachment->interface_index, attachment->program_fd,
			      mode_flag(status.attach_mode == XDP_ATTACHED_DRV), &options);
}

static int pin_link(const struct attachment *attachment, const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	if (attachment->by_netlink || attachment->unpinned)
		return 0;
	bpffs_path(path, daemon_name, PINS_LINK, attachment->interface);
	error = bpffs_pin(attachment->link_fd, path);
	if (error)
		log_error("cannot pin %s: %s", path, limits_strerror(-error));
	return error;
}

/* What can be done about a driver that refuses native mode. */
static const char *native_remedy(const struct attachment *attachment, int error)
{
	if (mtu_get(attachment->interface) > mtu_native_limit())
		return "a smaller MTU may help";
	if (error == -EOPNOTSUPP)
		return "nothing is wrong, but only another adapter would be faster";
	return "the kernel's log may give its reason";
}

/* Tries native mode, then generic mode, or only the configured one. Returns 0 or a negative
 * errno. */
static int choose_mode(struct attachment *attachment)
{
	int error, native_error = 0;

	if (attachment->wish != ATTACH_GENERIC) {
		error = put_on(attachment, true);
		if (!error || attachment->wish == ATTACH_NATIVE)
			return error;
		native_error = error;
	}
	error = put_on(attachment, false);
	if (error || !native_error)
		return error;
	attachment->native_refused = true;
	snprintf(attachment->reason, sizeof(attachment->reason),
		 "its driver refuses native XDP (%s); %s", limits_strerror(-native_error),
		 native_remedy(attachment, native_error));
	log_warning("interface %s: attached in generic mode, which is slower: %s",
		    attachment->interface, attachment->reason);
	return 0;
}

static void explain_refusal(struct attachment *attachment, int error)
{
	bool native = attachment->wish == ATTACH_NATIVE;

	snprintf(attachment->reason, sizeof(attachment->reason),
		 "cannot attach to interface %s%s: %s%s", attachment->interface,
		 native ? " in native mode" : "", limits_strerror(-error),
		 native ? "; write \"mode auto\" in the heartbeat block" : "");
}

static int attach_new(struct attachment *attachment)
{
	int error;

	if (refuse_foreign(attachment))
		return -EBUSY;
	error = choose_mode(attachment);
	if (error)
		explain_refusal(attachment, error);
	return error;
}

/* What an earlier daemon left is taken over first. */
static int attach_any(struct attachment *attachment, const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];

	bpffs_path(path, daemon_name, PINS_LINK, attachment->interface);
	attachment->link_fd = adopt_link(attachment, path, attachment->program_fd);
	if (attachment->link_fd >= 0)
		attachment->by_netlink = false;
	else if (adopt_program(attachment))
		return attach_new(attachment);
	return 0;
}

/* Reads from the interface what is attached. */
static void read_mode(struct attachment *attachment)
{
	struct bpf_xdp_query_opts status;

	bool is_known = query(attachment->interface_index, &status) == 0;

	attachment->native = is_known && status.attach_mode == XDP_ATTACHED_DRV;
	attachment->program_id =
		is_known && status.prog_id ? status.prog_id : program_id(attachment->program_fd);
	if (attachment->native)
		attachment->native_mtu = mtu_get(attachment->interface);
}

int attach_pin_program(struct attachment *attachment, const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	attachment->program_id = program_id(attachment->program_fd);
	bpffs_path(path, daemon_name, "", attachment->ip_only ? PINS_PROGRAM_IP : PINS_PROGRAM);
	error = bpffs_pin(attachment->program_fd, path);
	if (error)
		log_error("cannot pin %s: %s", path, limits_strerror(-error));
	return error;
}

static int be_called(struct attachment *attachment, const char *daemon_name)
{
	int error = attach_pin_program(attachment, daemon_name);

	attachment->called = true;
	snprintf(attachment->reason, sizeof(attachment->reason),
		 error ? "cannot pin the program for others: is there a bpf file system?"
		       : "another program must call the one pinned at " BPFFS_XBEAT "/%s/%s",
		 daemon_name, attachment->ip_only ? PINS_PROGRAM_IP : PINS_PROGRAM);
	return error;
}

int attach_interface(struct attachment *attachment, const char *daemon_name, int program_fd)
{
	int error;

	attachment->link_fd = -1;
	attachment->program_fd = program_fd;
	attachment->interface_index = if_nametoindex(attachment->interface);
	if (!attachment->interface_index && errno != ENODEV) {
		error = -errno;
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "cannot look up interface %s: %s", attachment->interface,
			 limits_strerror(-error));
		return error;
	}
	if (!attachment->interface_index) {
		snprintf(
			attachment->reason, sizeof(attachment->reason),
			"no interface %s; if it will not come, correct \"interface\" in the configuration (ip link shows those that exist)",
			attachment->interface);
		return -ENODEV;
	}
	if (attachment->wish == ATTACH_NONE)
		return be_called(attachment, daemon_name);
	error = attach_any(attachment, daemon_name);
	if (!error)
		error = pin_link(attachment, daemon_name);
	if (error)
		return error;
	read_mode(attachment);
	if (!attachment->native && attachment->wish == ATTACH_AUTO && !attachment->native_refused)
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "an earlier daemon left it so");
	/* The earlier daemon was configured otherwise. */
	if ((attachment->wish == ATTACH_GENERIC && attachment->native) ||
	    (attachment->wish == ATTACH_NATIVE && !attachment->native))
		error = attach_switch(attachment, daemon_name, program_fd, !attachment->native);
	if (error)
		explain_refusal(attachment, error);
	return error;
}

int attach_switch(struct attachment *attachment, const char *daemon_name, int program_fd,
		  bool native)
{
	int error;

	/* Native and generic mode exclude each other, so the old one must go first. */
	attach_end(attachment);
	attach_release(attachment);
	attachment->program_fd = program_fd;
	error = put_on(attachment, native);
	if (error)
		return error;
	read_mode(attachment);
	pin_link(attachment, daemon_name);
	return 0;
}

static int replace_xdp(const struct attachment *attachment, int old_program_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old_program_fd);

	if (attachment->by_netlink)
		return bpf_xdp_attach((int)attachment->interface_index, attachment->program_fd,
				      mode_flag(attachment->native), &options);
	return bpf_link_update(attachment->link_fd, attachment->program_fd, NULL) ? -errno : 0;
}

int attach_replace(struct attachment *attachment, int old_program_fd)
{
	int error;

	if (attachment->off || attachment->mode_switch || attachment->joined || attachment->called)
		return 0;
	error = replace_xdp(attachment, old_program_fd);
	/* Something else has detached it, which upkeep/upkeep.c is about to find out. */
	if (error && !attach_is_on(attachment))
		return 0;
	if (error)
		return error;
	attachment->program_id = program_id(attachment->program_fd);
	attachment->attached_ns = clock_now_ns(); /* answers about the other program are ignored */
	if (attachment->vlan_tags == ATTACH_TAGS_BY_TC)
		tc_filter_attach(attachment->interface_index, attachment->tc_program_fd,
				 &attachment->tc_own_qdisc);
	return 0;
}

void attach_follow(struct attachment *attachment)
{
	_cleanup_close_ int fd = -1;

	if (attachment->joined || attachment->called ||
	    program_id(attachment->program_fd) == attachment->program_id)
		return;
	fd = bpf_prog_get_fd_by_id(attachment->program_id);
	attach_replace(attachment, fd);
}

static void detach_program(unsigned interface_index, int program_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = program_fd);
	struct bpf_xdp_query_opts status;

	if (query(interface_index, &status) == 0)
		bpf_xdp_detach((int)interface_index,
			       mode_flag(status.attach_mode == XDP_ATTACHED_DRV), &options);
}

static void detach(const struct attachment *attachment)
{
	if (attachment->called)
		return;
	if (attachment->joined)
		dispatcher_leave(attachment->interface_index, attachment->program_id);
	else if (attachment->by_netlink)
		detach_program(attachment->interface_index, attachment->program_fd);
	else if (attachment->link_fd >= 0)
		bpf_link_detach(attachment->link_fd);
}

/* Returns the MTU if the driver may refuse to detach with it (upkeep/native_mtu.h), else 0. */
static uint32_t refused_mtu(const struct attachment *attachment)
{
	uint32_t mtu;

	if (!attachment->native || !attach_is_on(attachment))
		return 0;
	mtu = mtu_get(attachment->interface);
	return mtu > mtu_native_limit() && mtu > attachment->native_mtu ? mtu : 0;
}

void attach_end(const struct attachment *attachment)
{
	uint32_t mtu = refused_mtu(attachment);

	if (mtu)
		mtu_set(attachment->interface, attachment->native_mtu);
	detach(attachment);
	if (mtu)
		mtu_set(attachment->interface, mtu);
}

static bool is_among(unsigned interface_index, const struct attachment *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].interface_index == interface_index)
			return true;
	return false;
}

void attach_end_left(const struct attachment *kept, size_t kept_count, int program_fd)
{
	struct if_nameindex *interfaces = if_nameindex();

	for (size_t i = 0; interfaces && interfaces[i].if_index; i++) {
		_cleanup_close_ int fd = -1;
		struct bpf_xdp_query_opts status;

		if (is_among(interfaces[i].if_index, kept, kept_count) ||
		    query(interfaces[i].if_index, &status) || !status.prog_id ||
		    !left_shares_maps(status.prog_id, program_fd))
			continue;
		fd = bpf_prog_get_fd_by_id(status.prog_id);
		detach_program(interfaces[i].if_index, fd);
		tc_filter_detach(interfaces[i].if_index);
	}
	if (interfaces)
		if_freenameindex(interfaces);
}

bool attach_is_on(const struct attachment *attachment)
{
	struct bpf_link_info info = {0};
	uint32_t length = sizeof(info);
	struct bpf_xdp_query_opts status;

	if (attachment->called)
		return true;
	if (attachment->joined)
		return dispatcher_has(attachment->interface_index, attachment->program_id);
	if (attachment->by_netlink)
		return query(attachment->interface_index, &status) == 0 &&
		       status.prog_id == attachment->program_id;
	return bpf_obj_get_info_by_fd(attachment->link_fd, &info, &length) == 0 &&
	       info.xdp.ifindex == attachment->interface_index;
}

bool attach_is_taken(const struct attachment *attachment, char text[static ATTACH_REASON_BYTES])
{
	char program[PROGRAM_TEXT_BYTES];
	struct foreign foreign;

	foreign_find(attachment->interface_index, &foreign);
	if (foreign.kind != FOREIGN_NONE)
		snprintf(text, ATTACH_REASON_BYTES, "the XDP program %s has taken its place",
			 program_text(&foreign.program, program));
	return foreign.kind != FOREIGN_NONE;
}

void attach_release(struct attachment *attachment)
{
	if (attachment->link_fd >= 0)
		close(attachment->link_fd);
	attachment->link_fd = -1;
}

/* How answers leave, if not by XDP_TX; or NULL. */
static const char *answers_way(const struct attachment *attachment)
{
	if (attachment->ip_only)
		return attachment->vlan_tags == ATTACH_TAGS_BY_TC ? "tc" : "none";
	return attachment->redirect ? "redirect" : NULL;
}

json_t *attach_json(const struct attachment *attachment)
{
	static const char *const vlan_tags[] = {"visible", "tc", "unknown"};
	const char *way = answers_way(attachment);
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:i, s:i, s:s}", "name", attachment->interface, "mode",
			  attachment->called   ? "none"
			  : attachment->native ? "native"
					       : "generic",
			  "attached_by",
			  attachment->called	   ? "others"
			  : attachment->joined	   ? "dispatcher"
			  : attachment->by_netlink ? "netlink"
						   : "link",
			  "program_id", (int)attachment->program_id, "reattached_count",
			  (int)attachment->restored_count, "vlan_tags",
			  attachment->ip_only ? "none" : vlan_tags[attachment->vlan_tags]);

	if (way)
		json_object_set_new(json, "answers", json_string(way));
	if (attachment->reason[0])
		json_object_set_new(json, "mode_reason", json_string(attachment->reason));
	if (attachment->foreign_programs)
		json_object_set(json, "foreign_programs", attachment->foreign_programs);
	if (attachment->off)
		json_object_set_new(json, "detached_reason", json_text(attachment->off_reason));
	return json;
}
