/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand at a place among a verb's arguments, from its usage: alternatives, separated by
 * " | ", of tokens, separated by blanks. A token in lower case stands for itself, one with capitals
 * for a kind of name; "a|B" is either, "..." repeats, "[...]" is optional: "[APP...] | beat APP".
 */
#ifndef XBEAT_CTL_USAGE_H
#define XBEAT_CTL_USAGE_H

#include <stddef.h>

/*
 * Calls found with each word or kind of name, length bytes of text, that may follow the arguments.
 * An alternative whose words are not those of the arguments is left out.
 */
void usage_next(const char *usage, const char *const arguments[], size_t count,
		void (*found)(void *context, const char *text, size_t length), void *context);

#endif
