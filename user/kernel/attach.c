/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches in native mode where the driver supports it, else in generic mode, and logs which; see
 * attach.h. */
#include "user/kernel/attach.h"
#include "user/kernel/bpffs.h"
#include "user/kernel/mtu.h"
#include "user/kernel/pins.h"
#include "user/lib/cleanup.h"
#include "user/lib/json_text.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
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

static void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length))
		memcpy(name, "?", 2);
	else
		memcpy(name, info.name, BPF_OBJ_NAME_LEN);
}

static int query(unsigned interface_index, struct bpf_xdp_query_opts *status)
{
	*status = (struct bpf_xdp_query_opts){.sz = sizeof(*status)};
	return bpf_xdp_query((int)interface_index, 0, status);
}

/* Finds the program that is on the interface. Returns its id; 0: none. */
static uint32_t find_program(const struct attachment *attachment, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_xdp_query_opts status;
	uint32_t id;

	if (query(attachment->interface_index, &status) || status.attach_mode == XDP_ATTACHED_NONE)
		return 0;
	id = status.prog_id	  ? status.prog_id
	     : status.drv_prog_id ? status.drv_prog_id
				  : status.skb_prog_id;
	program_name(id, name);
	return id;
}

static bool refuse_foreign(const struct attachment *attachment)
{
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id = find_program(attachment, name);

	if (!id)
		return false;
	if (!strcmp(name, "xbeat"))
		log_error(
			"interface %s belongs to another xbeatd (program id %u): stop that one; if it crashed, start and stop it, or remove its directory in " BPFFS_XBEAT,
			attachment->interface, id);
	else
		log_error(
			"interface %s already runs the XDP program \"%s\" (id %u): detach it (ip link set dev %s xdp off; if a bpf_link holds it, bpftool link list and bpftool link detach id N) or choose another interface",
			attachment->interface, name, id, attachment->interface);
	return true;
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

static int create_link(const struct attachment *attachment, int program_fd, bool native)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int fd = bpf_link_create(program_fd, (int)attachment->interface_index, BPF_XDP, &options);

	return fd < 0 ? -errno : fd;
}

static int pin_link(const struct attachment *attachment, const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	bpffs_path(path, daemon_name, PINS_LINK, attachment->interface);
	error = bpffs_pin(attachment->link_fd, path);
	if (error)
		log_error("cannot pin %s: %s", path, limits_strerror(-error));
	return error;
}

/* Tries native mode, then generic mode, or only the configured one. Returns the descriptor of a new
 * BPF link, or a negative errno. */
static int choose_mode(struct attachment *attachment, int program_fd)
{
	int fd, native_error = 0;
	uint32_t mtu;

	if (attachment->wish != ATTACH_GENERIC) {
		fd = create_link(attachment, program_fd, true);
		if (fd >= 0 || attachment->wish == ATTACH_NATIVE)
			return fd;
		native_error = fd;
	}
	fd = create_link(attachment, program_fd, false);
	if (fd < 0)
		return fd;
	if (!native_error)
		return fd;
	mtu = mtu_get(attachment->interface);
	snprintf(attachment->reason, sizeof(attachment->reason),
		 "its driver refuses native XDP (%s)%s", limits_strerror(-native_error),
		 mtu > mtu_native_limit() ? "; a smaller MTU may help" : "");
	log_warning("interface %s: attached in generic mode, which is slower: %s",
		    attachment->interface, attachment->reason);
	return fd;
}

static void log_refusal(const struct attachment *attachment, int error)
{
	bool native = attachment->wish == ATTACH_NATIVE;

	log_error("cannot attach to interface %s%s: %s%s", attachment->interface,
		  native ? " in native mode" : "", limits_strerror(-error),
		  native ? "; write \"mode auto\" in the heartbeat block" : "");
}

static int new_link(struct attachment *attachment, int program_fd)
{
	int fd;

	if (refuse_foreign(attachment))
		return -EBUSY;
	fd = choose_mode(attachment, program_fd);
	if (fd < 0)
		log_refusal(attachment, fd);
	return fd;
}

/* Reads from the interface what is attached. */
static void read_mode(struct attachment *attachment, int program_fd)
{
	struct bpf_xdp_query_opts status;

	attachment->native = query(attachment->interface_index, &status) == 0 &&
			     status.attach_mode == XDP_ATTACHED_DRV;
	attachment->program_id = program_id(program_fd);
	if (attachment->native)
		attachment->native_mtu = mtu_get(attachment->interface);
}

int attach_interface(struct attachment *attachment, const char *daemon_name, int program_fd)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	attachment->link_fd = -1;
	attachment->interface_index = if_nametoindex(attachment->interface);
	if (!attachment->interface_index && errno != ENODEV) {
		error = -errno;
		log_error("cannot look up interface %s: %s", attachment->interface,
			  limits_strerror(-error));
		return error;
	}
	if (!attachment->interface_index) {
		log_error(
			"no interface %s; correct \"interface\" in the configuration, or create it before xbeatd starts (ip link shows those that exist)",
			attachment->interface);
		return -ENODEV;
	}
	bpffs_path(path, daemon_name, PINS_LINK, attachment->interface);
	attachment->link_fd = adopt_link(attachment, path, program_fd);
	if (attachment->link_fd < 0)
		attachment->link_fd = new_link(attachment, program_fd);
	if (attachment->link_fd < 0)
		return attachment->link_fd;
	error = pin_link(attachment, daemon_name);
	if (error)
		return error;
	read_mode(attachment, program_fd);
	/* The earlier daemon was configured otherwise. */
	if ((attachment->wish == ATTACH_GENERIC && attachment->native) ||
	    (attachment->wish == ATTACH_NATIVE && !attachment->native))
		error = attach_switch(attachment, daemon_name, program_fd, !attachment->native);
	if (error)
		log_refusal(attachment, error);
	return error;
}

int attach_switch(struct attachment *attachment, const char *daemon_name, int program_fd,
		  bool native)
{
	int fd;

	/* Native and generic mode exclude each other, so the old link must go first. */
	if (attachment->link_fd >= 0)
		bpf_link_detach(attachment->link_fd);
	attach_release(attachment);
	fd = create_link(attachment, program_fd, native);
	if (fd < 0)
		return fd;
	attachment->link_fd = fd;
	read_mode(attachment, program_fd);
	return pin_link(attachment, daemon_name);
}

bool attach_is_on(const struct attachment *attachment)
{
	struct bpf_link_info info = {0};
	uint32_t length = sizeof(info);

	return bpf_obj_get_info_by_fd(attachment->link_fd, &info, &length) == 0 &&
	       info.xdp.ifindex == attachment->interface_index;
}

bool attach_is_taken(const struct attachment *attachment, char text[static ATTACH_REASON_BYTES])
{
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id = find_program(attachment, name);

	if (id)
		snprintf(text, ATTACH_REASON_BYTES,
			 "the XDP program \"%s\" (id %u) has taken its place", name, id);
	return id;
}

void attach_release(struct attachment *attachment)
{
	if (attachment->link_fd >= 0)
		close(attachment->link_fd);
	attachment->link_fd = -1;
}

json_t *attach_json(const struct attachment *attachment)
{
	static const char *const vlan_tags[] = {"visible", "tc", "unknown"};
	json_t *json = json_pack("{s:s, s:s, s:i, s:i, s:s}", "name", attachment->interface, "mode",
				 attachment->native ? "native" : "generic", "program_id",
				 (int)attachment->program_id, "reattached_count",
				 (int)attachment->restored_count, "vlan_tags",
				 vlan_tags[attachment->vlan_tags]);

	if (attachment->redirect)
		json_object_set_new(json, "answers", json_string("redirect"));
	if (attachment->reason[0])
		json_object_set_new(json, "mode_reason", json_string(attachment->reason));
	if (attachment->off)
		json_object_set_new(json, "detached_reason", json_text(attachment->off_reason));
	return json;
}
