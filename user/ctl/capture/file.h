/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a capture: its interfaces, and records of the kernel side as packets. */
#ifndef XBEAT_CTL_CAPTURE_FILE_H
#define XBEAT_CTL_CAPTURE_FILE_H

#include "user/ctl/capture/words.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FILE_INTERFACES_MAX 256 /* packets of further ones are left out */

struct capture_interface {
	unsigned index; /* of the machine */
	uint64_t written_count;
};

struct capture_file {
	FILE *stream;
	struct words_names names;
	struct capture_interface interfaces[FILE_INTERFACES_MAX];
	size_t interface_count;
	uint64_t start_unix_ns;
	uint64_t unix_offset_ns; /* from CLOCK_MONOTONIC to Unix time */
	uint64_t written_count, limit_count; /* packets; limit 0: none */
	uint64_t flushed_count; /* packets that have left this process */
	int error; /* positive errno of the first write that failed; 0: none */
	uint64_t unseen_count; /* of this session of the daemon, as last written */
	uint64_t unseen_before_count; /* of the sessions before */
	bool interrupted; /* since the packet before */
};

/* Begins the file. stream is borrowed, and names, too. */
void capture_file_begin(struct capture_file *file, FILE *stream);

/* A session of the daemon begins, with these interfaces; those that the file has stay. */
void capture_file_session(struct capture_file *file, const json_t *interfaces);

/* A record of the ring buffer. Returns whether the file takes more. */
bool capture_file_take(void *context, const void *record, size_t bytes);

/* Writes what is buffered. */
void capture_file_flush(struct capture_file *file);

/* The capture was interrupted: the counts of the next session begin at 0. */
void capture_file_interrupt(struct capture_file *file);

/* Ends the file. unseen_count: of this session; no packet after it carries the count. */
void capture_file_end(struct capture_file *file, uint64_t unseen_count);

#endif
