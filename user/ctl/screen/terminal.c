// SPDX-License-Identifier: GPL-2.0-or-later
/* The terminal as a screen: see terminal.h. */
#define NCURSES_WIDECHAR 1
#include "user/ctl/screen/terminal.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#define TEXT_BYTES 2048
#define ESCAPE 27
#define ESCAPE_WAIT_MS 25

static volatile sig_atomic_t ended_by;
static SCREEN *screen;

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void on_signal(int number)
{
	ended_by = number;
}

static void catch_signals(void)
{
	const struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaction(ending_signals[i], &action, NULL);
}

static void start_colors(void)
{
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(TERMINAL_GOOD, COLOR_GREEN, -1);
	init_pair(TERMINAL_WARNING, COLOR_YELLOW, -1);
	init_pair(TERMINAL_BAD, COLOR_RED, -1);
}

bool terminal_open(void)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		log_error(
			"standard input and output are no terminal; for programs: xbeatctl -j status, peers or vrrp");
		return false;
	}
	setlocale(LC_CTYPE, "");
	set_escdelay(ESCAPE_WAIT_MS);
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		log_error("cannot use a terminal of the type TERM=%s; try TERM=vt100",
			  getenv("TERM") ? getenv("TERM") : "");
		return false;
	}
	catch_signals();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	start_colors();
	return true;
}

void terminal_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	if (!ended_by)
		return;
	signal(ended_by, SIG_DFL);
	raise(ended_by);
}

int terminal_rows(void)
{
	return LINES;
}

int terminal_columns(void)
{
	return COLS;
}

static int translate(int key)
{
	static const struct {
		int from, to;
	} keys[] = {
		{ERR, TERMINAL_NO_KEY},
		{KEY_UP, TERMINAL_UP},
		{KEY_DOWN, TERMINAL_DOWN},
		{KEY_PPAGE, TERMINAL_PAGE_UP},
		{KEY_NPAGE, TERMINAL_PAGE_DOWN},
		{KEY_HOME, TERMINAL_HOME},
		{KEY_END, TERMINAL_LAST},
		{KEY_ENTER, TERMINAL_ENTER},
		{'\n', TERMINAL_ENTER},
		{'\r', TERMINAL_ENTER},
		{KEY_RESIZE, TERMINAL_RESIZED},
		{'k', TERMINAL_UP},
		{'j', TERMINAL_DOWN},
		{ESCAPE, 'q'},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (key == keys[i].from)
			return keys[i].to;
	return key;
}

int terminal_key(int timeout_ms, int fd)
{
	struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN},
				  {.fd = fd, .events = POLLIN}};
	int key = getch();

	if (key != ERR)
		return translate(key);
	if (ended_by)
		return TERMINAL_END;
	poll(polled, 2, timeout_ms);
	if (ended_by || polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		return TERMINAL_END;
	return translate(getch());
}

void terminal_clear(void)
{
	erase();
}

static attr_t attributes(enum terminal_style style)
{
	switch (style) {
	case TERMINAL_PLAIN:
		return A_NORMAL;
	case TERMINAL_HEAD:
		return A_BOLD;
	case TERMINAL_MARKED:
		return A_REVERSE;
	default:
		return (attr_t)(A_BOLD | COLOR_PAIR((int)style));
	}
}

/* Returns how many wide characters fit into columns; *used: the columns that they take. */
static int fit(const wchar_t *text, int columns, int *used)
{
	int count = 0;

	*used = 0;
	for (; text[count]; count++) {
		int width = wcwidth(text[count]);

		if (width < 0 || *used + width > columns)
			break;
		*used += width;
	}
	return count;
}

void terminal_put(int row, int column, int columns, enum terminal_style style, const char *text)
{
	char printable[TEXT_BYTES];
	wchar_t wide[TEXT_BYTES];
	int used, count;

	if (columns > COLS - column)
		columns = COLS - column;
	if (row < 0 || row >= LINES || columns <= 0)
		return;
	printable_copy(printable, sizeof(printable), text, PRINTABLE_LINE);
	if (mbstowcs(wide, printable, TEXT_BYTES) == (size_t)-1)
		swprintf(wide, TEXT_BYTES, L"?");
	count = fit(wide, columns, &used);
	attrset((int)attributes(style));
	mvaddnwstr(row, column, wide, count);
	for (; used < columns; used++)
		mvaddch(row, column + used, ' ');
	attrset(A_NORMAL);
}

void terminal_show(void)
{
	refresh();
}
