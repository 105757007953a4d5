/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel side as the daemon holds it: the loaded program, its maps (three of them mapped into
 * memory), its interfaces. Everything is pinned; a daemon that was killed leaves all of it working,
 * and the next one of the same instance and configuration takes it over, epoch and windows included.
 */
#ifndef XBEAT_KERNEL_KERNEL_H
#define XBEAT_KERNEL_KERNEL_H

#include "user/kernel/attach.h"
#include "user/kernel/routers.h"
#include "user/kernel/self.h"
#include <stdbool.h>
#include <stddef.h>
#include <xbeat/map.h>

#define KERNEL_INTERFACES_MAX 64

struct xbeat_bpf;
struct ring_buffer;

/* What is to be loaded. The arrays are borrowed for the time of the call. */
struct kernel_setup {
	const char *instance;
	struct xb_constants constants;
	const struct xb_peer *peers; /* identities: the fields marked L */
	size_t peer_count;
	const struct xb_key *keys; /* XB_KEYS_MAX */
	const char (*interfaces)[XB_NAME_BYTES];
	size_t interface_count;
};

/* The page of an application: see app_pages.h. */
struct kernel_app_page {
	struct xb_app_page *memory; /* mapped; NULL: none */
	int fd;
	char name[XB_NAME_BYTES];
};

struct kernel {
	char instance[64];
	struct xbeat_bpf *skeleton;
	struct ring_buffer *ring;
	struct attachment attachments[KERNEL_INTERFACES_MAX];
	size_t attachment_count;
	struct xb_peer *peers; /* mapped, slot_count of them */
	size_t slot_count;
	struct xb_key keys[XB_KEYS_MAX];
	struct xb_self *self; /* mapped */
	struct xb_vrrp *routers; /* mapped, XB_VRRP_SLOTS_MAX */
	struct xb_guard *guards; /* mapped, XB_GUARD_MAX */
	bool guard_claimed[XB_GUARD_MAX];
	bool guard_timer_is_late; /* a deadline is earlier than what it waits for */
	int exit_link_fd; /* to what sees the daemon die; 0: none */
	size_t refused_count; /* entries of xb_no_accept */
	struct xb_vrrp_key router_keys[XB_VRRP_SLOTS_MAX]; /* as served; interface_index 0: not */
	bool router_claimed[XB_VRRP_SLOTS_MAX];
	struct xb_app *apps; /* mapped, XB_APPS_MAX */
	struct kernel_app_page app_pages[XB_APP_PAGES_MAX];
	void (*on_event)(void *context, const struct xb_event *event);
	void *event_context;
	uint64_t consumed_count;
	bool adopted; /* an earlier daemon's maps: epoch, seqs and windows go on */
};

/*
 * Loads, or takes over, attaches and pins. kernel must stay where it is; on_event is called from kernel_consume().
 * Returns 0 or a negative errno, having said what to do; nothing is left behind then.
 */
int kernel_start(struct kernel *kernel, const struct kernel_setup *setup,
		 void (*on_event)(void *context, const struct xb_event *event), void *context);

/* Detaches, unpins, unloads. Safe on a kernel that never started. */
void kernel_stop(struct kernel *kernel);

/* Attaches to one more interface; nothing happens if it is attached already. An interface that was
 * deleted and is there again is another one. Returns 0 or a negative errno, having said what to do. */
int kernel_attach(struct kernel *kernel, const char *interface);

/* Detaches from an interface, also from one that is gone. */
void kernel_detach(struct kernel *kernel, const char *interface);

/* Returns the attachment of an interface, or NULL. */
const struct attachment *kernel_attachment(const struct kernel *kernel, const char *interface);

/* Detaches from the interfaces that an earlier daemon was on and this one, with all its instances, is not. */
void kernel_release_links(struct kernel *kernel);

/* Returns the descriptor that is readable when there are events. */
int kernel_events_fd(const struct kernel *kernel);

/* Delivers events, a limited number at a time; kernel_events_fd() stays readable if there are more. */
void kernel_consume(struct kernel *kernel);

/* Replaces the keys; packets under the new ones are taken and sent at once. Returns 0 or a negative errno. */
int kernel_set_keys(struct kernel *kernel, const struct xb_key keys[static XB_KEYS_MAX]);

/* Copies a slot as it was at one moment. */
void kernel_read_peer(const struct kernel *kernel, size_t slot, struct xb_peer *copy);
void kernel_read_router(const struct kernel *kernel, size_t slot, struct xb_vrrp *copy);

/* Returns 0 or a negative errno. */
int kernel_read_histogram(const struct kernel *kernel, uint32_t slot,
			  struct xb_rtt_hist *histogram);

/* Only where the program was loaded with xb_constants.adaptive. Returns 0 or a negative errno. */
int kernel_read_gaps(const struct kernel *kernel, uint32_t slot, struct xb_gap_hist *histogram);

/* Sums the counters of all processors, in the order of enum xb_drop. Returns 0 or a negative errno. */
int kernel_read_drops(const struct kernel *kernel, uint64_t counts[static XB_DROP_COUNT]);

#endif
