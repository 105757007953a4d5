/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal as a screen (ncurses). At every end, also by a signal, it is as it was before. Only
 * this file's functions draw; what they draw is seen after terminal_show().
 */
#ifndef XBEAT_CTL_SCREEN_TERMINAL_H
#define XBEAT_CTL_SCREEN_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_HEAD, /* bold */
	TERMINAL_MARKED, /* reversed */
	TERMINAL_GOOD,
	TERMINAL_WARNING,
	TERMINAL_BAD,
};

/* What terminal_key() returns besides characters. */
enum terminal_key {
	TERMINAL_NO_KEY = -1,
	TERMINAL_END = 0x10000, /* a signal asked for the end, or the terminal is gone */
	TERMINAL_UP,
	TERMINAL_DOWN,
	TERMINAL_PAGE_UP,
	TERMINAL_PAGE_DOWN,
	TERMINAL_HOME,
	TERMINAL_LAST,
	TERMINAL_ENTER,
	TERMINAL_RESIZED,
};

/* Returns whether standard input and output are a terminal that can be used; else logs what to do
 * instead. */
bool terminal_open(void);

/* Puts the terminal back. If a signal ended the program, it ends this process as it would have. */
void terminal_close(void);

int terminal_rows(void);
int terminal_columns(void);

/* Waits for a key. fd: also returns TERMINAL_NO_KEY when it is readable; -1: none. */
int terminal_key(int timeout_ms, int fd);

void terminal_clear(void);

/* Writes text, whose control characters are escaped, into columns of a row: cut off, or filled up
 * with blanks. Outside the screen it does nothing. */
void terminal_put(int row, int column, int columns, enum terminal_style style, const char *text);

void terminal_show(void);

#endif
