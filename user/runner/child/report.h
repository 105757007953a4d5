/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runner's process reports: the results of jobs, and the state of what it watches. */
#ifndef XBEAT_RUNNER_CHILD_REPORT_H
#define XBEAT_RUNNER_CHILD_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define RUNNER_OUTPUT_BYTES 128
#define RUNNER_REASON_BYTES 160

enum runner_outcome {
	RUNNER_EXITED, /* value: exit status */
	RUNNER_SIGNALED, /* value: signal */
	RUNNER_TIMED_OUT, /* its process group was killed */
	RUNNER_FLOODED, /* it wrote too much; its process group was killed */
	RUNNER_LEFT_PROCESSES, /* it ended; value processes of its group did not, and were killed */
	RUNNER_NOT_STARTED, /* value: errno */
};

struct runner_result {
	enum runner_outcome outcome;
	int value;
	uint64_t duration_ns;
	char output[RUNNER_OUTPUT_BYTES]; /* the last line it wrote */
};

struct runner_sighting {
	bool up; /* processes: their number is within the quorum; a file: its value is 0 */
	int32_t value; /* number of processes; value of the file */
	char reason[RUNNER_REASON_BYTES]; /* with figures */
};

#endif
