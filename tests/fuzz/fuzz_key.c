/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key files: a refused one has a diagnostic, an accepted one is the same after keyfile_format() and
 * parsing. */
#include "tests/fuzz/input.h"
#include "user/config/host/keyfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_keys(const struct xb_key *keys, size_t count)
{
	char text[XB_KEYS_MAX * KEYFILE_LINE_BYTES] = "";
	struct xb_key again[XB_KEYS_MAX];
	struct diagnostics diagnostics = {0};
	size_t again_count = 0;

	if (count < 1 || count > XB_KEYS_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		keyfile_format(keys[i].id, (const uint8_t *)keys[i].word, text + strlen(text));
	if (keyfile_parse("again", text, strlen(text), again, &again_count, &diagnostics) ||
	    again_count != count || memcmp(again, keys, count * sizeof(*keys)) != 0)
		abort();
	diagnostics_free(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = {0};
	struct xb_key keys[XB_KEYS_MAX] = {0};
	size_t count;
	char *text = malloc(size ? size : 1); /* exact size: a read past its end is detected */

	memcpy(text, data, size);
	if (keyfile_parse("key", text, size, keys, &count, &diagnostics) == 0)
		check_keys(keys, count);
	else if (!diagnostics.error_count)
		abort();
	diagnostics_free(&diagnostics);
	free(text);
	return 0;
}
