/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel side as the daemon holds it: the loaded program, its maps, the interfaces that it is
 * attached to. All of it is pinned: when the daemon is killed, it goes on working, and the next
 * daemon of the same name and node takes it over, with its epoch and windows; carry.c copies what
 * it knows of nodes that stay if the configuration has others.
 *
 * load/load.c starts and stops it, load/pins.c pins and takes over maps, system/left.c finds what
 * there is to take over, interfaces/attachments.c attaches to interfaces, maps/maps.c reads maps.
 * Each map that the daemon writes has one file that does, in maps (self.c, claims.c for claims,
 * routers.c, signed.c, guards.c, app_pages.c, statement.c) or interfaces (vlan.c); user/heartbeat
 * writes the probe counters of xb_peers.
 */
#ifndef XBEAT_KERNEL_KERNEL_H
#define XBEAT_KERNEL_KERNEL_H

#include "user/kernel/attach.h"
#include "user/kernel/attach_wait.h"
#include "user/kernel/share/chain.h"
#include <stdbool.h>
#include <stddef.h>
#include <xbeat/map.h>

#define KERNEL_INTERFACES_MAX 64

struct xbeat_bpf;
struct ring_buffer;
struct kernel_upkeep;
struct carry;
struct migration;
struct kernel_next;

/* What kernel_start() loads. The arrays are borrowed during the call. */
struct kernel_setup {
	const char *daemon_name;
	struct xb_constants constants;
	const struct xb_peer *peers; /* identities: the fields marked L */
	size_t peer_count;
	const struct xb_key *keys; /* XB_KEYS_MAX */
	const char (*interfaces)[XB_NAME_BYTES];
	size_t interface_count;
	enum attach_mode mode; /* of these */
	bool takes_over; /* from a daemon that runs: what cannot be adopted is refused */
};

/* The page of an application: see maps/app_pages.h. */
struct kernel_app_page {
	struct xb_app_page *memory; /* mapped; NULL: none */
	int fd;
	char name[XB_NAME_BYTES];
};

/* Whose descriptors the threads of attachments use, so they stay the same for a daemon's life. */
enum kernel_program { KERNEL_XDP, KERNEL_TC, KERNEL_XDP_IP, KERNEL_TC_IP, KERNEL_PROGRAMS };

struct kernel {
	char daemon_name[XB_DAEMON_NAME_BYTES];
	struct xbeat_bpf *skeleton;
	struct xbeat_bpf *ip_skeleton; /* the programs of load_ip.h; NULL: not needed yet */
	struct xbeat_bpf
		*capture_skeleton; /* the programs of load/capture.h; NULL: no capture runs */
	int program_fds[KERNEL_PROGRAMS]; /* 0: not loaded */
	struct ring_buffer *ring;
	struct kernel_next *earlier; /* what was replaced a moment ago; NULL: nothing */
	const struct carry *draining; /* events come from there; NULL: from the running programs */
	struct attachment attachments[KERNEL_INTERFACES_MAX];
	char heartbeat_interfaces[XB_LINKS_MAX][XB_NAME_BYTES]; /* "": none */
	enum attach_mode heartbeat_mode; /* of these */
	size_t attachment_count;
	struct attach_wait
		waits[KERNEL_INTERFACES_MAX]; /* interfaces that it could not be attached to */
	size_t wait_count;
	struct chain chain; /* the next programs */
	struct xb_peer *peers; /* mapped, slot_count of them */
	size_t slot_count;
	struct xb_key keys[XB_KEYS_MAX];
	struct xb_self *self; /* mapped */
	struct xb_vrrp *routers; /* mapped, XB_VRRP_SLOTS_MAX */
	struct xb_signed *signed_states; /* mapped, XB_VRRP_SLOTS_MAX */
	uint64_t signed_floor; /* numbers of anti_replay monotonic begin after it; 0: none */
	struct xb_guard *guards; /* mapped, XB_GUARD_MAX */
	bool guard_claimed[XB_GUARD_MAX];
	bool guard_timer_is_late; /* a deadline is earlier than the one that the timer waits for */
	int tc_watch_fd; /* reports changes of qdiscs and filters; 0: none */
	bool networks_logged; /* that not all fit into xb_networks */
	int exit_link_fd; /* BPF link of the program that sees the daemon die; 0: none */
	struct kernel_upkeep *upkeep; /* upkeep/upkeep.c; NULL: nothing is checked */
	size_t refused_count; /* entries of xb_no_accept */
	struct xb_vrrp_key router_keys[XB_VRRP_SLOTS_MAX]; /* interface_index 0: not served */
	bool router_claimed[XB_VRRP_SLOTS_MAX];
	uint64_t refuted_before_count; /* of routers that are no longer served */
	struct xb_app *apps; /* mapped, XB_APPS_MAX */
	struct kernel_app_page app_pages[XB_APP_PAGES_MAX];
	void (*on_event)(void *context, const struct xb_event *event);
	void *event_context;
	uint64_t consumed_count;
	bool unpinned; /* there is no bpf file system */
	/* The bpf file system may die with this container, so programs are attached by netlink. */
	bool by_netlink;
	bool unguarded; /* nothing survives this container, so addresses are not guarded */
	bool found_program; /* of an earlier daemon, on an interface (left.h) */
	bool found_dispatcher; /* libxdp's, on any interface */
	/* An earlier daemon's maps were taken over, with epoch, sequence numbers and windows. */
	bool adopted;
	/* During the start. carry.h: what its slots hold; NULL: all is adopted.
	 * load/migrate.h: likewise; NULL: it is of this version. */
	struct carry *carry;
	struct migration *migration;
	uint16_t left_closed_bits; /* instances of an earlier daemon that it left closed */
};

/*
 * Loads and verifies the programs, with the maps of an earlier daemon where they fit. That daemon
 * may still run: nothing that it uses is changed, and maps that do not fit are an error then.
 * Returns 0 or a negative errno, which is logged; then nothing stays loaded.
 */
int kernel_prepare(struct kernel *kernel, const struct kernel_setup *setup);

/*
 * After kernel_prepare() with the same setup: takes over, attaches and pins. kernel must not move;
 * on_event is called from kernel_consume().
 * Returns 0 or a negative errno, which is logged; then nothing stays loaded.
 */
int kernel_start(struct kernel *kernel, const struct kernel_setup *setup,
		 void (*on_event)(void *context, const struct xb_event *event), void *context);

/* Detaches, unpins, unloads. Safe if it never started. */
void kernel_stop(struct kernel *kernel);

/* Attaches to one more interface, unless it is attached already. An interface that was deleted and
 * created again is another one. Returns 0 or a negative errno; the reason is noted (attach_wait.h),
 * and it is tried again. */
int kernel_attach(struct kernel *kernel, const char *interface);

/* Returns a new JSON object: attach_json(), and when evidence last arrived there. */
json_t *kernel_attachment_json(const struct kernel *kernel, const struct attachment *attachment);

/* Whether the program is a member of libxdp's dispatcher on an interface. */
bool kernel_is_joined(const struct kernel *kernel);

/* Detaches from an interface, which need not exist any more. */
void kernel_detach(struct kernel *kernel, const char *interface);

/* Returns the attachment of an interface, or NULL. */
const struct attachment *kernel_attachment(const struct kernel *kernel, const char *interface);
const struct attachment *kernel_attachment_at(const struct kernel *kernel,
					      unsigned interface_index);

/* Detaches from the interfaces that only an earlier daemon used. */
void kernel_release_interfaces(struct kernel *kernel);

/* Detaches from all interfaces, those that only an earlier daemon used included. */
void kernel_detach_all(const struct kernel *kernel);

/* Whether it has to find programs by their ids (CAP_SYS_ADMIN) while it runs: those that are, or
 * were found, attached by netlink, and members of libxdp's dispatcher. */
bool kernel_finds_programs(const struct kernel *kernel);

/* Returns the descriptor that is readable when there are events. */
int kernel_events_fd(const struct kernel *kernel);

/* Delivers events, a limited number at a time; kernel_events_fd() stays readable if there are
 * more. */
void kernel_consume(struct kernel *kernel);

/* Replaces the keys, for packets in both directions, at once. Returns 0 or a negative errno. */
int kernel_set_keys(struct kernel *kernel, const struct xb_key keys[static XB_KEYS_MAX]);

/* Copies a slot, all of it as of one moment. */
void kernel_read_peer(const struct kernel *kernel, size_t slot, struct xb_peer *copy);
void kernel_read_router(const struct kernel *kernel, size_t slot, struct xb_vrrp *copy);

/* Returns 0 or a negative errno. */
int kernel_read_histogram(const struct kernel *kernel, uint32_t slot,
			  struct xb_rtt_hist *histogram);

/* Only where the program was loaded with xb_constants.adaptive. Returns 0 or a negative errno. */
int kernel_read_gaps(const struct kernel *kernel, uint32_t slot, struct xb_gap_hist *histogram);

/* Sums the counters of all processors, in the order of enum xb_drop. Returns 0 or a negative
 * errno. */
int kernel_read_drops(const struct kernel *kernel, uint64_t counts[static XB_DROP_COUNT]);

#endif
