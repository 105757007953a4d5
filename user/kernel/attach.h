/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attaches the XDP program to network interfaces, never in place of another project's program.
 *
 * Through a pinned BPF link, which no other program can replace, where the pin outlives the daemon
 * whatever happens. In a container with a bpf file system of its own pins die with the container,
 * and the fence would die with them: there it is attached by netlink, and stays until something
 * detaches it.
 */
#ifndef XBEAT_KERNEL_ATTACH_H
#define XBEAT_KERNEL_ATTACH_H

#include "user/kernel/share/way.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

#define ATTACH_REASON_BYTES 256

/* How the VLAN tag of an advert is known. Without Ethernet headers there are none, and the tc
 * program sends answers: BY_TC or UNKNOWN report whether it is there. */
enum attach_vlan_tags {
	ATTACH_TAGS_VISIBLE, /* it is in the packet */
	ATTACH_TAGS_BY_TC, /* it may have been removed: the tc program knows it */
	ATTACH_TAGS_UNKNOWN, /* it may have been removed, and there is no tc program */
};

/* NONE: another program calls ours, which is pinned. */
enum attach_mode { ATTACH_AUTO, ATTACH_NATIVE, ATTACH_GENERIC, ATTACH_NONE };

struct mode_switch;

struct attachment {
	char interface[XB_NAME_BYTES];
	unsigned interface_index;
	enum attach_mode wish; /* the configured mode */
	bool native; /* mode: in the driver; else generic */
	bool native_refused; /* by its driver, when it was attached */
	uint32_t native_mtu; /* with which the driver accepted native mode; 0: it has not */
	bool mtu_refused; /* it refused native mode when the MTU was raised */
	bool ip_only; /* there is no Ethernet header (link_layer.h) */
	bool is_veth;
	/* An adapter or a veth: all its packets arrive on it itself. A bond's arrive on its ports,
	 * a bridge's or VLAN interface's may be seen on one below first. */
	bool is_lowest;
	bool redirect; /* answers leave by a redirect (upkeep/answer_way.h) */
	char reason[ATTACH_REASON_BYTES]; /* why this mode, or none; "": it is as configured */
	uint32_t refused_by; /* id of the other program on it; 0: none */
	bool refused_by_dispatcher;
	enum attach_vlan_tags vlan_tags;
	bool tc_own_qdisc; /* xbeat made it */
	bool tc_changed; /* qdisc or filters; not looked at yet */
	bool tags_changed; /* a setting of the driver may have; not looked at yet */
	bool vlan_due; /* both are looked at with the next question (upkeep/attach_watch.h), or being */
	uint64_t tc_tried_ns; /* when the tc program was last attached, or refused */
	uint64_t untaken_seen_count; /* of xb_vlan */
	uint64_t untaken_reported_ns; /* when that it grew was last reported; 0: never */
	uint64_t tc_reported_ns; /* when its removal was last reported; 0: never */
	bool programs_due; /* those of others are listed with the next question */
	json_t *foreign_programs; /* interfaces/foreign_programs.h; NULL: unknown */
	unsigned way[WAY_STEPS_MAX]; /* interfaces whose programs those are */
	uint32_t way_programs[WAY_STEPS_MAX]; /* ids at XDP, below this interface */
	size_t way_count;
	uint32_t program_id;
	bool by_netlink; /* else through a BPF link, unless */
	bool joined; /* as a member of libxdp's dispatcher, in its mode; or */
	bool called; /* not at all: another program calls it (ATTACH_NONE) */
	bool unpinned; /* there is no place for pins */
	int program_fd; /* borrowed */
	int tc_program_fd; /* borrowed */
	int link_fd; /* BPF link; -1: none */
	uint64_t attached_ns; /* when the daemon last changed what is attached */
	struct mode_switch *mode_switch; /* in progress (interfaces/mode_switch.h); NULL: none */
	uint64_t mode_changed_ns; /* when it was last in progress; 0: never */
	bool off; /* something else detached it (upkeep/upkeep.c) */
	char off_reason[ATTACH_REASON_BYTES];
	uint64_t off_changed_ns; /* 0: never */
	uint64_t reason_reported_ns; /* that only off_reason had changed; 0: never */
	unsigned restored_count; /* how often it was attached again */
	bool attaches_again; /* a thread does so */
	uint64_t again_due_ns; /* not before; 0: at once */
	uint64_t again_ns; /* when it was last attached again; 0: never */
	unsigned again_count; /* detached soon after that, in a row */
	int switch_error; /* of the last change of the mode: the program is not attached */
};

/*
 * Attaches the program to attachment->interface, by_netlink or through a BPF link, which is pinned;
 * what an earlier daemon left is replaced in one step, so that no packet is missed.
 * Returns 0 or a negative errno, with attachment->reason: why, and the remedy.
 */
int attach_interface(struct attachment *attachment, const char *daemon_name, int program_fd);

/*
 * Attaches the program again, in native or generic mode, and pins the new link in place of the old
 * one. Between the two no program runs, so the caller must be sure that nothing is fenced.
 * Returns 0 or a negative errno, not logged; then the interface may have no program. A link that
 * cannot be pinned is logged: upkeep/upkeep.c pins it later.
 */
int attach_switch(struct attachment *attachment, const char *daemon_name, int program_fd,
		  bool native);

/*
 * Puts what attachment->program_fd is now in the place of old_program_fd, so that no packet is
 * missed, and the tc program likewise. Nothing is done where none is attached or a thread attaches
 * one. Returns 0 or a negative errno, not logged.
 */
int attach_replace(struct attachment *attachment, int old_program_fd);

/* Does so if another program has become attachment->program_fd while a thread attached it. */
void attach_follow(struct attachment *attachment);

/* Whether the program is still on its interface. */
bool attach_is_on(const struct attachment *attachment);

/* Whether a program is on the interface, after ours was detached: then text names it. */
bool attach_is_taken(const struct attachment *attachment, char text[static ATTACH_REASON_BYTES]);

/* Detaches the program. An interface that was moved to another namespace took it along. */
void attach_end(const struct attachment *attachment);

/* Detaches from all interfaces of this network namespace but these the programs of an earlier
 * daemon, the tc program included, whose maps program_fd uses. */
void attach_end_left(const struct attachment *kept, size_t kept_count, int program_fd);

/* Closes the BPF link; if its pin is removed, that detaches the program. */
void attach_release(struct attachment *attachment);

/* Pins the program where others find it who call it. Returns 0 or a negative errno, logged. */
int attach_pin_program(struct attachment *attachment, const char *daemon_name);

/* Returns a new JSON object. */
json_t *attach_json(const struct attachment *attachment);

#endif
