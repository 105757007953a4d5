/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See foreign.h. */
#include "user/kernel/share/foreign.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/left.h"
#include "user/lib/cleanup.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DISPATCHER_NAME "xdp_dispatcher"
#define KNOWN_MAX 64

/* Returns the id of the program's BPF link on the interface; 0: none, or this process may not know.
 * Links of other network namespaces may have the same index. */
static uint32_t find_link(unsigned interface_index, uint32_t program_id)
{
	uint32_t id = 0;

	while (bpf_link_get_next_id(id, &id) == 0) {
		_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
		struct bpf_link_info info = {0};
		uint32_t length = sizeof(info);

		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &length) == 0 &&
		    info.type == BPF_LINK_TYPE_XDP && info.prog_id == program_id &&
		    info.xdp.ifindex == interface_index)
			return id;
	}
	return 0;
}

uint32_t foreign_program_id(unsigned interface_index)
{
	struct bpf_xdp_query_opts status = {.sz = sizeof(status)};

	if (bpf_xdp_query((int)interface_index, 0, &status) ||
	    status.attach_mode == XDP_ATTACHED_NONE)
		return 0;
	return status.prog_id	    ? status.prog_id
	       : status.drv_prog_id ? status.drv_prog_id
				    : status.skb_prog_id;
}

/* As learned at the start. */
static struct known {
	unsigned interface_index;
	struct foreign foreign;
} known[KNOWN_MAX];
static size_t known_count;

static const struct foreign *find_known(unsigned interface_index, uint32_t program_id)
{
	for (size_t i = 0; i < known_count; i++)
		if (known[i].interface_index == interface_index &&
		    known[i].foreign.program.id == program_id)
			return &known[i].foreign;
	return NULL;
}

/* libxdp pins the programs of a dispatcher there. */
static bool has_dispatcher_pins(unsigned interface_index, uint32_t program_id)
{
	char path[BPFFS_PATH_BYTES];

	snprintf(path, sizeof(path), BPFFS_ROOT "/xdp/dispatch-%u-%u", interface_index, program_id);
	return access(path, F_OK) == 0;
}

static enum foreign_kind kind_of(const struct foreign *foreign)
{
	if (!foreign->program.id)
		return FOREIGN_NONE;
	if (left_is_program_name(foreign->program.name))
		return FOREIGN_XBEAT;
	if (!strcmp(foreign->program.name, DISPATCHER_NAME))
		return FOREIGN_DISPATCHER;
	return foreign->link_id ? FOREIGN_LINK : FOREIGN_OTHER;
}

void foreign_find(unsigned interface_index, struct foreign *foreign)
{
	uint32_t id = foreign_program_id(interface_index);
	const struct foreign *learned = find_known(interface_index, id);

	*foreign = (struct foreign){0};
	if (!id)
		return;
	if (learned) {
		*foreign = *learned;
		return;
	}
	program_find(id, &foreign->program);
	foreign->link_id = find_link(interface_index, id);
	foreign->kind = kind_of(foreign);
	if (foreign->kind == FOREIGN_OTHER && has_dispatcher_pins(interface_index, id))
		foreign->kind = FOREIGN_DISPATCHER;
}

bool foreign_learn(void)
{
	struct if_nameindex *interfaces = if_nameindex();
	bool dispatcher = false;

	known_count = 0;
	for (size_t i = 0; interfaces && interfaces[i].if_index && known_count < KNOWN_MAX; i++) {
		struct known *next = &known[known_count];

		next->interface_index = interfaces[i].if_index;
		foreign_find(interfaces[i].if_index, &next->foreign);
		known_count += next->foreign.kind != FOREIGN_NONE;
		dispatcher |= next->foreign.kind == FOREIGN_DISPATCHER;
	}
	if (interfaces)
		if_freenameindex(interfaces);
	return dispatcher;
}

const char *foreign_refusal(const struct foreign *foreign, const char *interface,
			    char text[static FOREIGN_TEXT_BYTES])
{
	char program[PROGRAM_TEXT_BYTES], link[32] = "";

	program_text(&foreign->program, program);
	if (foreign->link_id)
		snprintf(link, sizeof(link), ", by BPF link %u", foreign->link_id);
	switch (foreign->kind) {
	case FOREIGN_XBEAT:
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s belongs to another xbeatd (program id %u): stop that one; if it crashed, start and stop it, or remove its directory in " BPFFS_XBEAT,
			interface, foreign->program.id);
		break;
	case FOREIGN_DISPATCHER:
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s runs libxdp's dispatcher (id %u): xdp-loader status %s shows its programs; have their owners unload them, then load them after xbeat (xbeatctl chain add)",
			interface, foreign->program.id, interface);
		break;
	default:
		snprintf(
			text, FOREIGN_TEXT_BYTES,
			"interface %s runs the XDP program %s%s: to run it after xbeat, pin it, have its owner detach it, and then: xbeatctl chain add PIN %s; or choose another interface",
			interface, program, link, interface);
	}
	return text;
}
