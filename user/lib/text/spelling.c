// SPDX-License-Identifier: GPL-2.0-or-later
/* The distance of a mistyped keyword from known ones, for "did you mean". */
#include "user/lib/text/spelling.h"
#include <ctype.h>
#include <string.h>

#define SUGGEST_BYTES_MAX 48

static unsigned minimum(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Edit distance in which two swapped neighbours, the most frequent typing error, count as one
 * (optimal string alignment). Row i holds the distances of a's first i letters.
 */
unsigned spelling_distance(const char *a, const char *b)
{
	unsigned rows[3][SUGGEST_BYTES_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > SUGGEST_BYTES_MAX || b_length > SUGGEST_BYTES_MAX)
		return (unsigned)-1;
	for (unsigned j = 0; j <= b_length; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		unsigned *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			unsigned changed = above[j - 1] + !same(a[i - 1], b[j - 1]);

			row[j] = minimum(changed, minimum(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = minimum(row[j], before[j - 2] + 1);
		}
	}
	return row[b_length];
}

bool spelling_is_near(const char *keyword, unsigned distance)
{
	size_t length = strlen(keyword);

	return distance <= (length < 3 ? 1 : length < 10 ? 2 : 3) && distance < length;
}

void spelling_consider(struct spelling_search *search, const char *keyword)
{
	unsigned distance = spelling_distance(search->text, keyword);

	if (search->nearest && distance >= search->distance)
		return;
	search->nearest = keyword;
	search->distance = distance;
}

const char *spelling_found(const struct spelling_search *search)
{
	return search->nearest && spelling_is_near(search->text, search->distance) ? search->nearest
										   : NULL;
}
