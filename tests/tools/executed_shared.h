/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What executed.c and executed.bpf.c agree on. */
#ifndef XBEAT_TOOLS_EXECUTED_SHARED_H
#define XBEAT_TOOLS_EXECUTED_SHARED_H

#define EXECUTED_PATH_BYTES 256

/* As given to execve(); the interpreter of what is no script is the file itself. */
struct executed {
	char file[EXECUTED_PATH_BYTES];
	char interpreter[EXECUTED_PATH_BYTES];
};

#endif
