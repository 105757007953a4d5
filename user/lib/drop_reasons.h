/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reasons of xbeat/drop.h as a table. */
#ifndef XBEAT_LIB_DROP_REASONS_H
#define XBEAT_LIB_DROP_REASONS_H

#include <xbeat/drop.h>

struct drop_reason {
	const char *name; /* also the key in JSON */
	const char *normal; /* whether a healthy cluster counts a few: a word of XB_DROP_REASONS */
	const char *help;
};

/* Indexed by enum xb_drop. */
extern const struct drop_reason drop_reasons[XB_DROP_COUNT];

#endif
