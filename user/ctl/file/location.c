// SPDX-License-Identifier: GPL-2.0-or-later
/* Source locations as JSON: see location.h. */
#include "user/ctl/file/location.h"
#include "user/lib/text/json_text.h"

json_t *location_json(const struct diagnostic *entry)
{
	json_t *location = json_pack("{s:o}", "file", json_text(entry->file));

	if (entry->line > 0) {
		json_object_set_new(location, "line", json_integer(entry->line));
		json_object_set_new(location, "column", json_integer(entry->column));
	}
	return location;
}
