/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key file of a heartbeat block: at most XB_KEYS_MAX lines "ID HEX32"; "#" begins a comment.
 * The first key signs, all keys verify, so that keys can be changed without an interruption.
 */
#ifndef XBEAT_CONFIG_HOST_KEYFILE_H
#define XBEAT_CONFIG_HOST_KEYFILE_H

#include "user/lib/text/diagnostics.h"
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define KEYFILE_KEY_BYTES 16
#define KEYFILE_LINE_BYTES 38 /* "255 ", 32 digits, newline, NUL */

/*
 * Parses a whole key file.
 * file: its name for diagnostics, borrowed. text: length bytes, without NUL.
 * keys, *count: the keys in the order of the file, the first one signs; unchanged on error.
 * Returns 0, or -EINVAL with every error in diagnostics. The messages never contain a key.
 */
int keyfile_parse(const char *file, const char *text, size_t length,
		  struct xb_key keys[static XB_KEYS_MAX], size_t *count,
		  struct diagnostics *diagnostics);

/* Formats the line of a key, with its newline; returns line. */
const char *keyfile_format(uint8_t id, const uint8_t key[static KEYFILE_KEY_BYTES],
			   char line[static KEYFILE_LINE_BYTES]);

#endif
