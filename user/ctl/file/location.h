/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source locations as JSON. */
#ifndef XBEAT_CTL_FILE_LOCATION_H
#define XBEAT_CTL_FILE_LOCATION_H

#include "user/lib/text/diagnostics.h"
#include <jansson.h>

/* Returns file, line and column; only file if the diagnostic is about the file as a whole. */
json_t *location_json(const struct diagnostic *entry);

#endif
