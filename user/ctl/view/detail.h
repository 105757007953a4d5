/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every member of an answer as a line, with its unit, also what tables and notes leave out. */
#ifndef XBEAT_CTL_VIEW_DETAIL_H
#define XBEAT_CTL_VIEW_DETAIL_H

#include <jansson.h>
#include <stdio.h>

/* Each entry of a list begins with its name. */
void detail_print(const json_t *answer, FILE *stream);

#endif
