/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs about other programs on the same interfaces. */
#ifndef XBEAT_CTL_SHARE_SHARE_H
#define XBEAT_CTL_SHARE_SHARE_H

#include "user/ctl/call/verb.h"

/* "chain", "chain show", "chain add PROGRAM [INTERFACE]", "chain remove [INTERFACE]". */
enum command_status share_chain(const struct command *command);

void share_show_chain(const json_t *list, FILE *stream);

#endif
