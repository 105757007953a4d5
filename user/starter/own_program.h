/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of this program: what is at its path now, after an upgrade the new one. */
#ifndef XBEAT_STARTER_OWN_PROGRAM_H
#define XBEAT_STARTER_OWN_PROGRAM_H

#include <limits.h>

#define OWN_PROGRAM_BYTES PATH_MAX

/* Finds the path; "" if /proc is missing, so that a start of it fails with ENOENT. */
void own_program_find(char path[static OWN_PROGRAM_BYTES]);

#endif
