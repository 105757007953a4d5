/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that capture (bpf/capture): a second copy of the object whose maps are those of the
 * running programs, beside a ring buffer of its own. They take the place of the running programs
 * through their links, so that no packet passes between, and give it back at the end: while no
 * capture runs nothing of this is loaded.
 */
#ifndef XBEAT_KERNEL_LOAD_CAPTURE_H
#define XBEAT_KERNEL_LOAD_CAPTURE_H

#include "user/kernel/kernel.h"
#include <xbeat/capture.h>

/* Loads and verifies the programs. In a thread; the loop may use the kernel side meanwhile, but not
 * replace its programs (next.h) or stop it. Returns 0 or a negative errno; then *loaded is NULL. */
int kernel_capture_load(const struct kernel *kernel, struct xbeat_bpf **loaded);

/* Frees what was loaded and is not needed any more; or NULL. */
void kernel_capture_discard(struct xbeat_bpf *loaded);

/* Has them capture until until_ns; takes over loaded. Returns 0 or a negative errno, which is
 * logged; then nothing has changed. */
int kernel_capture_begin(struct kernel *kernel, struct xbeat_bpf *loaded, uint64_t until_ns);

/* The ring buffer's descriptor, while they capture; the caller borrows it. */
int kernel_capture_fd(const struct kernel *kernel);

/* What was counted so far; zeros if no capture runs. */
void kernel_capture_read(const struct kernel *kernel, struct xb_capture *counts);

/* Puts the running programs back. Does nothing if no capture runs. */
void kernel_capture_end(struct kernel *kernel);

#endif
