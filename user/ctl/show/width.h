/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many columns the output for people has. */
#ifndef XBEAT_CTL_SHOW_WIDTH_H
#define XBEAT_CTL_SHOW_WIDTH_H

#include <stddef.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 200 /* a longer line of text is hard to read */
#define WIDTH_UNLIMITED 100000 /* of a pipe or a file: each text is one line, whole */

/* WIDTH_DEFAULT until one of the others is called. */
size_t width_columns(void);

void width_set(size_t wanted);

/*
 * The width of the output fd: COLUMNS if it is set; else that of the terminal, between WIDTH_MIN
 * and WIDTH_MAX; without a terminal unlimited.
 */
void width_follow(int fd);

#endif
