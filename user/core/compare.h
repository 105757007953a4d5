/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the statements of two nodes: what must agree in their configurations, and does not. */
#ifndef XBEAT_CORE_COMPARE_H
#define XBEAT_CORE_COMPARE_H

#include "user/core/statement.h"

#define DISAGREEMENT_SUBJECT_BYTES 40
#define DISAGREEMENT_WHAT_BYTES 96
#define DISAGREEMENT_VALUE_BYTES 96

struct disagreement {
	enum statement_setting setting; /* the keyword that it is about */
	const struct statement_instance *instance; /* of this node; NULL: the heartbeat block */
	uint16_t node_id; /* the node of the block that it is about; 0: none */
	size_t app; /* number of the application, from 1; 0: none */
	char pool[ORDER_POOL_BYTES]; /* that it is about; "": none */
	char subject[DISAGREEMENT_SUBJECT_BYTES]; /* "VI_1/version" */
	char what[DISAGREEMENT_WHAT_BYTES]; /* "version of VI_1" */
	char own[DISAGREEMENT_VALUE_BYTES], other[DISAGREEMENT_VALUE_BYTES];
};

typedef void on_disagreement(void *context, const struct disagreement *disagreement);

/* Calls found for each disagreement between the statement of this node and that of another one.
 * Both must be sorted (statement_sort()). */
void compare_statements(const struct statement *own, const struct statement *other,
			on_disagreement *found, void *context);

#endif
