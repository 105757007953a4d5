/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl pool": what pools and servers do, and what an operator changes of them. */
#ifndef XBEAT_CTL_POOL_POOL_H
#define XBEAT_CTL_POOL_POOL_H

#include "user/ctl/call/verb.h"

/* "list", "show", "explain", "drain", "enable", "disable", "weight"; SERVER may lack its port. */
enum command_status pool_run(const struct command *command);

/* For completion: pools and their servers, pools alone, servers alone. */
extern const struct names pool_members;
extern const struct names pool_names;
extern const struct names pool_servers;

/* Asks for all pools, page by page; *answer: new, only with COMMAND_OK. */
enum command_status pool_ask(const struct command *command, json_t **answer);

/* Adds the pools of another page, and the servers of one that continues there. */
void pool_append(json_t *all, const json_t *page);

/* Answers of the methods as text. */
void pool_show_list(const json_t *answer, FILE *stream);
void pool_show_servers(const json_t *answer, FILE *stream);
void pool_show_explained(const json_t *list, FILE *stream);
void pool_show_changed(const json_t *result, FILE *stream);

/* Logs which pools have lost their quorum by a change: for --brief, which has a line for each server. */
void pool_log_losses(const json_t *result);

/* What is wrong with the checker or the data plane, a line each. */
void pool_show_workers(const json_t *answer, FILE *stream);

/* For one line each: {"servers":[…]} of all pools, each with its pool. */
json_t *pool_flatten(const json_t *answer);

#endif
