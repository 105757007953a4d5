/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new key, from the kernel's random number generator. */
#ifndef XBEAT_CTL_FILE_NEW_KEY_H
#define XBEAT_CTL_FILE_NEW_KEY_H

#include "user/config/host/keyfile.h"
#include <stdbool.h>

/* Parses a key id, 0 to 255; logs what is wrong. Returns whether text is one. */
bool new_key_id(const char *text, uint8_t *id);

/* Writes the line of a new key, to be cleared. Returns success, or false after logging why not. */
bool new_key_line(uint8_t id, char line[static KEYFILE_LINE_BYTES]);

#endif
