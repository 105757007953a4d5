/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_save_dir: the configuration files as they were read, and the state before and after each
 * reload, under keepalived's names: keepalived.conf.PID.N, keepalived_vrrp.PID.N.pre and .post. N
 * counts the reloads; 0 is the start.
 */
#ifndef XBEAT_DAEMON_RELOAD_SAVE_H
#define XBEAT_DAEMON_RELOAD_SAVE_H

struct config;
struct daemon;
struct save; /* of one reload */

/* Saves the files as they were read at the start, inputs: their text. Blocks as reading them
 * does. */
void save_start(const struct config *config, const char *inputs);

/* Keeps the state before a reload. Returns a new save; ends the process if out of memory. */
struct save *save_begin(struct daemon *daemon);

/* Writes that state and the files as they were read, with mode 0600. config: from these files;
 * NULL: they have errors. For the thread of the reload: uses nothing of the daemon. */
void save_inputs(struct save *save, const struct config *config, const char *inputs);

/* Has a thread write the state after the reload, and frees save. */
void save_end(struct save *save, const struct daemon *daemon);

/* The reload was refused. */
void save_free(struct save *save);

#endif
