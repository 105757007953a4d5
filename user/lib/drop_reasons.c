/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of reasons; see drop_reasons.h. */
#include "user/lib/drop_reasons.h"

const struct drop_reason drop_reasons[XB_DROP_COUNT] = {
#define X(id, name, normal, help) {#name, normal, help},
	XB_DROP_REASONS(X)
#undef X
};
