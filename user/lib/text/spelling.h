/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distance of two keywords, for suggestions. */
#ifndef XBEAT_LIB_TEXT_SPELLING_H
#define XBEAT_LIB_TEXT_SPELLING_H

#include <stdbool.h>

/* Returns how many letters must change, whatever their case. */
unsigned spelling_distance(const char *a, const char *b);

/* Whether keyword, at this distance, is a sensible suggestion. */
bool spelling_is_near(const char *keyword, unsigned distance);

/* The nearest of several keywords to a text: start with text set and the rest 0. */
struct spelling_search {
	const char *text;
	const char *nearest;
	unsigned distance;
};

void spelling_consider(struct spelling_search *search, const char *keyword);

/* Returns the nearest keyword, or NULL if none is a sensible suggestion. */
const char *spelling_found(const struct spelling_search *search);

#endif
