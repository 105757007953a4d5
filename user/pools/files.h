/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILE_CHECK: a number in a file fails servers, or changes their weights. Each file is watched once. */
#ifndef XBEAT_POOLS_FILES_H
#define XBEAT_POOLS_FILES_H

#include "user/pools/entries/entries.h"

/* Watches those of the table in use. */
void files_watch(struct pools *pools);
void files_unwatch(struct pools *pools);

#endif
