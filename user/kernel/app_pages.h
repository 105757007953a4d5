/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applications as the kernel side knows them: xb_apps, a place for each in the order of the configuration, and the pages
 * that they beat into. A page is of one name for as long as that is configured: through reloads, and through
 * daemons that die, so the application that has it mapped goes on without noticing.
 *
 * The kernel waits for an RCU grace period when a page is put into its map, 8 to 24 ms where it was measured and any time
 * under load. So pages are made ahead, at the start or by the thread of a reload; the loop only changes which ones are used.
 */
#ifndef XBEAT_KERNEL_APP_PAGES_H
#define XBEAT_KERNEL_APP_PAGES_H

#include "user/kernel/kernel.h"

/* What is wanted. */
struct kernel_app {
	const char *name;
	uint64_t timeout_ns;
};

/* What an application's slot holds now. */
struct kernel_app_state {
	uint64_t timeout_ns;
	uint64_t opened_ns; /* 0: never */
	uint64_t beat_ns; /* 0: never */
};

/* Takes the pages over that an earlier daemon left, and maps them; ends those that it cannot. Returns 0 or a negative errno. */
int kernel_apps_start(struct kernel *kernel);

/* Tells all applications that nobody looks any more; unless (kept) the kernel side stays for the next daemon. */
void kernel_apps_stop(struct kernel *kernel, bool kept);

/* Makes the pages of those that have none. May be called by another thread than the loop's, by one at a time.
 * Returns 0 or a negative errno. */
int kernel_apps_prepare(struct kernel *kernel, const struct kernel_app *apps, size_t count);

/* From now on these are the applications, each with a page that was prepared. Pages of all others are gone. */
void kernel_apps_use(struct kernel *kernel, const struct kernel_app *apps, size_t count);

/* Returns the place of an application, or -ENOENT. */
int kernel_app_find(const struct kernel *kernel, const char *name);

void kernel_app_read(const struct kernel *kernel, size_t place, struct kernel_app_state *state);

/* A program asks for the page: notes when, and returns its descriptor, which stays the daemon's. */
int kernel_app_open(struct kernel *kernel, size_t place, uint64_t now_ns);

/* Returns what packets say: bit n: the application at place n is late. */
uint32_t kernel_late_apps(const struct kernel *kernel);

#endif
