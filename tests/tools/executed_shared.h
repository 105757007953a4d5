/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by executed.c and executed.bpf.c. */
#ifndef XBEAT_TOOLS_EXECUTED_SHARED_H
#define XBEAT_TOOLS_EXECUTED_SHARED_H

#define EXECUTED_PATH_BYTES 256

/* As given to execve(); the interpreter is the file itself if it is no script. */
struct executed {
	char file[EXECUTED_PATH_BYTES];
	char interpreter[EXECUTED_PATH_BYTES];
};

#endif
