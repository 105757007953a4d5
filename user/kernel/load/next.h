/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs with other constants and slots take the place of the running ones, while the daemon goes
 * on: when a reload adds or removes nodes or links, or changes the port. All maps stay but for
 * those of slots, which are filled from the old ones (carry.h). The XDP programs are replaced
 * through their links, so that no packet passes between.
 *
 * The kernel's verifier takes tens of milliseconds, so a thread prepares; the loop then takes over
 * in one step. Events of the old programs name old slots, so they have a ring buffer of their own.
 * For a moment other processors may still run the old programs: kernel_next_finish() takes what
 * they left.
 */
#ifndef XBEAT_KERNEL_LOAD_NEXT_H
#define XBEAT_KERNEL_LOAD_NEXT_H

#include "user/kernel/kernel.h"

/* After so long no processor runs the earlier programs. */
#define KERNEL_NEXT_FINISH_NS 20000000ULL

struct kernel_next;

/* Whether this setup needs other programs. Otherwise kernel_configure_slots() is enough. */
bool kernel_next_is_needed(const struct kernel *kernel, const struct kernel_setup *setup);

/* Sets what may change of slots in use. The setup has the same slots. */
void kernel_configure_slots(struct kernel *kernel, const struct kernel_setup *setup);

/* Loads the programs, and copies what is needed of setup. In a thread; the loop may use the kernel
 * side meanwhile, but not stop it. Returns 0 or a negative errno; then *next is NULL. */
int kernel_next_prepare(struct kernel *kernel, const struct kernel_setup *setup,
			struct kernel_next **next);
void kernel_next_free(struct kernel_next *next);

/* Attaches to the interfaces that are new, with the running programs. Returns 0 or a negative
 * errno, with a reason that has the remedy; then none was added. */
int kernel_next_attach(struct kernel *kernel, const struct kernel_setup *setup,
		       char reason[static ATTACH_REASON_BYTES]);

/*
 * Ends a capture, consumes the events so far, then replaces all programs; takes over next. From
 * then on slots are those of the setup, and kernel_events_fd() is another descriptor. Returns 0 or
 * a negative errno; then nothing has changed.
 */
int kernel_next_take(struct kernel *kernel, struct kernel_next *next);

/* Delivers the events of the earlier programs, with the slots of now. */
void kernel_next_drain(struct kernel *kernel);

/* Does so for the last time, and frees what was replaced. Without it, nothing. */
void kernel_next_finish(struct kernel *kernel);

#endif
