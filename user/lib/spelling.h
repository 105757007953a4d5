/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far apart two words are, to suggest what was meant. */
#ifndef XBEAT_LIB_SPELLING_H
#define XBEAT_LIB_SPELLING_H

#include <stdbool.h>

/* Suggestions for a mistyped word: how many letters must change, and whether that is near. */
unsigned spelling_distance(const char *a, const char *b);

bool spelling_is_near(const char *word, unsigned distance);

#endif
