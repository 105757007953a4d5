/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applications in the kernel side: the array xb_apps, in the order of the configuration, and the
 * pages that they beat into. A page belongs to one name as long as that is configured: through
 * reloads and restarts of the daemon, so that the application that has it mapped does not notice
 * them.
 *
 * The kernel waits for an RCU grace period when a page is put into its map: 8 to 24 ms where it was
 * measured, longer under load. So pages are made ahead, at the start or by the thread of a reload;
 * the loop only changes which are used.
 */
#ifndef XBEAT_KERNEL_MAPS_APP_PAGES_H
#define XBEAT_KERNEL_MAPS_APP_PAGES_H

#include "user/kernel/kernel.h"

/* An application of the configuration. */
struct kernel_app {
	const char *name;
	uint64_t timeout_ns;
};

/* The state of an application; CLOCK_MONOTONIC in ns. */
struct kernel_app_state {
	uint64_t timeout_ns;
	uint64_t opened_ns; /* 0: never */
	uint64_t beat_ns; /* 0: never */
};

/* Takes over and maps the pages that an earlier daemon left; removes those that it cannot. Returns
 * 0 or a negative errno. */
int kernel_apps_start(struct kernel *kernel);

/* Tells all applications to ask for another page, unless kept: then the kernel side stays for the
 * next daemon. */
void kernel_apps_stop(struct kernel *kernel, bool kept);

/* Makes the pages that are missing. May be called by another thread than the loop's, by one at a
 * time. Returns 0 or a negative errno. */
int kernel_apps_prepare(struct kernel *kernel, const struct kernel_app *apps, size_t count);

/* Uses these applications from now on, each with a page that was prepared. Removes the pages of all
 * others. */
void kernel_apps_use(struct kernel *kernel, const struct kernel_app *apps, size_t count);

/* Returns the index of an application in xb_apps, or -ENOENT. */
int kernel_app_find(const struct kernel *kernel, const char *name);

void kernel_app_read(const struct kernel *kernel, size_t app_index, struct kernel_app_state *state);

/* Notes that a program opened the application, and returns the descriptor of its page, which stays
 * the daemon's. */
int kernel_app_open(struct kernel *kernel, size_t app_index, uint64_t now_ns);

/* Writes a beat for an application that has no page of its own. beat_ns: CLOCK_MONOTONIC; 0: it is
 * late from now on. */
void kernel_app_beat(const struct kernel *kernel, size_t app_index, uint64_t beat_ns);

/* Returns the late_apps_bits of packets; bit n: the application of index n is late. */
uint32_t kernel_late_apps(const struct kernel *kernel);

#endif
