/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILE_CHECK: a number in a file fails servers, or changes their weights. Each file is watched once. */
#ifndef XBEAT_POOLS_FILES_H
#define XBEAT_POOLS_FILES_H

#include "user/pools/room.h"

/* Finds the files of the table's checks. Returns 0 or -ENOMEM; for any thread. */
int files_find(struct pools_prepared *table);

/* Watches those of the table in use. */
void files_watch(struct pools *pools);
void files_unwatch(struct pools *pools);

void files_free(struct pools_prepared *table);

#endif
