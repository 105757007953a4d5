/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mistyped name may mean. */
#ifndef XBEAT_CONFIG_MODEL_NEAREST_H
#define XBEAT_CONFIG_MODEL_NEAREST_H

#include "user/config/model/config.h"

/* The instance or, with nodes, the instance or node whose name is nearest; NULL: none is near. */
const char *config_nearest_name(const struct config *config, const char *name, bool nodes);

#endif
