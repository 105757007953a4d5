/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the modes of servers are called: "ready", "drain", "maintenance". */
#ifndef XBEAT_POOLS_ENTRIES_MODES_H
#define XBEAT_POOLS_ENTRIES_MODES_H

#include "user/core/pool/pool.h"

const char *pools_mode_name(enum pool_mode mode);

/* Finds a mode by its name. Returns success. */
bool pools_mode_find(const char *name, enum pool_mode *mode);

#endif
