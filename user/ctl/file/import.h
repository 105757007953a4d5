/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of what "xbeatctl import" reports, as JSON. */
#ifndef XBEAT_CTL_FILE_IMPORT_H
#define XBEAT_CTL_FILE_IMPORT_H

#include "user/config/model/config.h"
#include "user/ctl/call/command.h"
#include "user/ctl/convert/convert.h"
#include <jansson.h>

/*
 * Returns a heartbeat block for the cluster of this configuration, as a new object: block (its
 * text), interface, nodes, instances (that can use it), complete (false: replace, an array, lists
 * the example addresses in it), and reason. Without a block only reason.
 * If the configuration names all nodes, each node of the cluster gets the same block.
 */
json_t *import_heartbeat(const struct config *config);

/* Returns what the configuration has, as a new array of objects: kind, count, names, text. */
json_t *import_works(const struct config *config);

#define IMPORT_KEEPALIVED_FILE "/etc/keepalived/keepalived.conf"

/* What the file is: by --from, else by its text (NULL: unknown). */
enum convert_source import_source(const struct command *command, const char *text);

/* The file that is read without an argument. */
const char *import_default_file(const struct command *command);

/* Prints a text of HAProxy or Kubernetes as blocks. */
enum command_status import_converted(const struct command *command, enum convert_source source,
				     const char *path, const char *text);

#endif
