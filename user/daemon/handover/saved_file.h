/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file for the next daemon (XB_SAVED_FILE), JSON: what an operator asked for, written at each
 * change so that it survives a crash; and, by a daemon that ends to let another go on, the states
 * that continue. A clean stop removes it. It is in memory (/run), so the event loop may write it.
 */
#ifndef XBEAT_DAEMON_HANDOVER_SAVED_FILE_H
#define XBEAT_DAEMON_HANDOVER_SAVED_FILE_H

#include <jansson.h>

/* Writes it, with the time; a failure is logged. Returns 0 or a negative errno. */
int saved_file_write(const char *daemon_name, json_t *saved);

/* Returns its content as new JSON, or NULL: there is none, or it is of an earlier boot. One that
 * cannot be read is logged. */
json_t *saved_file_read(const char *daemon_name);

void saved_file_remove(const char *daemon_name);

#endif
