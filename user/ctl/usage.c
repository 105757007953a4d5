// SPDX-License-Identifier: GPL-2.0-or-later
/* A verb's usage, for completion: see usage.h. */
#include "user/ctl/usage.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define SEPARATOR " | "
#define DECORATION "[]. "

/* A part of the usage. */
struct piece {
	const char *text;
	size_t length;
};

static struct piece trim(struct piece piece)
{
	while (piece.length && strchr(DECORATION, piece.text[0])) {
		piece.text++;
		piece.length--;
	}
	while (piece.length && strchr(DECORATION, piece.text[piece.length - 1]))
		piece.length--;
	return piece;
}

/* Takes what precedes the separator off the rest; false: nothing is left. */
static bool split(struct piece *rest, const char *separator, struct piece *part)
{
	const char *end;

	if (!rest->text)
		return false;
	end = memmem(rest->text, rest->length, separator, strlen(separator));
	*part = (struct piece){rest->text, end ? (size_t)(end - rest->text) : rest->length};
	if (end) {
		rest->length -= part->length + strlen(separator);
		rest->text = end + strlen(separator);
	} else {
		rest->text = NULL;
	}
	return true;
}

static bool is_kind(struct piece choice)
{
	return choice.length && isupper((unsigned char)choice.text[0]);
}

/* Whether the argument is a word of the token or, with kinds, may be a name. */
static bool fits(struct piece token, const char *argument, bool kinds)
{
	struct piece choice;

	while (split(&token, "|", &choice)) {
		choice = trim(choice);
		if ((kinds && is_kind(choice)) || (strlen(argument) == choice.length &&
						   !memcmp(argument, choice.text, choice.length)))
			return true;
	}
	return false;
}

static bool repeats(struct piece token)
{
	return memmem(token.text, token.length, "...", 3);
}

/* The token that follows the arguments; false: none, or the arguments are others. */
static bool find_token(struct piece alternative, const char *const arguments[], size_t count,
		       struct piece *token)
{
	size_t i = 0;

	while (split(&alternative, " ", token)) {
		if (!token->length)
			continue;
		while (i < count && repeats(*token) && fits(*token, arguments[i], true))
			i++;
		if (i == count)
			return true;
		if (!fits(*token, arguments[i++], true))
			return false;
	}
	return false;
}

static bool begins_with(struct piece alternative, const char *argument)
{
	struct piece token;

	return split(&alternative, " ", &token) && fits(token, argument, false);
}

/* Whether a word of the usage is the first argument, which then is no name. */
static bool is_word(const char *usage, const char *argument)
{
	struct piece rest = {usage, strlen(usage)}, alternative;

	while (split(&rest, SEPARATOR, &alternative))
		if (begins_with(alternative, argument))
			return true;
	return false;
}

void usage_next(const char *usage, const char *const arguments[], size_t count,
		void (*found)(void *context, const char *text, size_t length), void *context)
{
	struct piece rest = {usage, strlen(usage)}, alternative, token, choice;
	bool word = count > 0 && is_word(usage, arguments[0]);

	while (split(&rest, SEPARATOR, &alternative)) {
		if (word && !begins_with(alternative, arguments[0]))
			continue;
		if (!find_token(alternative, arguments, count, &token))
			continue;
		while (split(&token, "|", &choice)) {
			choice = trim(choice);
			if (choice.length)
				found(context, choice.text, choice.length);
		}
	}
}
