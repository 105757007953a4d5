/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to xbeatd. Each function logs its errors and returns the exit status. */
#ifndef XBEAT_CTL_CALL_QUERY_H
#define XBEAT_CTL_CALL_QUERY_H

#include "user/ctl/call/client.h"
#include "user/ctl/call/command.h"
#include <jansson.h>

/* Longer than a socket's path may be, so that client_connect() notices one that is too long. */
#define QUERY_PATH_BYTES 256

/* Returns the path of the control socket that the command names; path: room for it. */
const char *query_socket(const struct command *command, char path[static QUERY_PATH_BYTES]);

/*
 * Connects to the daemon that the command names and sends a request; takes ownership of parameters.
 */
enum command_status query_open(const struct command *command, const char *method,
			       json_t *parameters, struct client *client);

/* Waits for the next answer. *result: its value; release it with json_decref(). */
enum command_status query_next(struct client *client, json_t **result);

/* Both, one after the other. */
enum command_status query_ask(const struct command *command, const char *method, json_t *parameters,
			      json_t **result);

/* Likewise, and the connection stays open. */
enum command_status query_ask_open(const struct command *command, const char *method,
				   json_t *parameters, struct client *client, json_t **result);

/*
 * Both, without a message when something fails: for who tries again. Takes ownership of parameters.
 * Returns the result, to be released, or NULL.
 */
json_t *query_try(const struct command *command, const char *method, json_t *parameters);

/* Likewise, and the connection stays open; *client is closed if NULL is returned. */
json_t *query_try_open(const struct command *command, const char *method, json_t *parameters,
		       struct client *client);

/*
 * Interprets one answer, {"result":VALUE} or {"error":NAME,"message":TEXT}.
 * *result: the value, to be released by the caller; set only with COMMAND_OK.
 */
enum command_status query_parse_answer(const char *text, json_t **result);

#endif
