// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl top": nodes, instances and events on one screen, asked for again every second. */
#include "user/ctl/call/query.h"
#include "user/ctl/screen/feed.h"
#include "user/ctl/screen/grid.h"
#include "user/ctl/screen/lines.h"
#include "user/ctl/screen/rows.h"
#include "user/ctl/screen/screen.h"
#include "user/ctl/screen/terminal.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/ctl/show/width.h"
#include "user/health/health.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_NS NS_PER_SECOND
#define HEAD_LINES 4
#define POOLS_LINE 3
#define EVENT_LINES 6 /* are left to events, at most a third of the screen */
#define BLANK_FROM_LINES 3 /* a third of the screen: else none stands between lists */
#define TIME_COLUMNS 19
#define TIME_SEEN_COLUMNS 64 /* from this width on */
#define LINE_BYTES 512
#define KEYS "q quit  arrows select  d detail  s sort"

struct top {
	struct feed feed;
	struct grid peers, instances, events;
	enum grid_order order;
	int marked; /* index of a row: peers, then instances */
	bool detail; /* the marked row is explained */
	char subject[GRID_CELL_BYTES]; /* its name, which a node and an instance may share */
	bool is_instance;
	struct lines explanation;
	size_t first; /* line of the explanation that is shown */
	uint64_t interval_ns, due_ns;
};

static int row_count(const struct top *top)
{
	return (int)(top->peers.count + top->instances.count);
}

static const struct grid_row *marked_row(const struct top *top)
{
	size_t index = (size_t)top->marked;

	if (row_count(top) == 0)
		return NULL;
	return index < top->peers.count ? &top->peers.rows[index]
					: &top->instances.rows[index - top->peers.count];
}

/* What was marked stays marked, wherever sorting puts it. */
static void mark_again(struct top *top)
{
	for (int i = top->is_instance ? (int)top->peers.count : 0; i < row_count(top); i++) {
		top->marked = i;
		if (!strcmp(marked_row(top)->cells[0], top->subject))
			return;
	}
	top->marked = 0;
}

static void note_subject(struct top *top)
{
	const struct grid_row *row = marked_row(top);

	snprintf(top->subject, sizeof(top->subject), "%s", row ? row->cells[0] : "");
	top->is_instance = top->marked >= (int)top->peers.count;
}

static void fill(struct top *top)
{
	grid_clear(&top->peers);
	grid_clear(&top->instances);
	grid_clear(&top->events);
	rows_peers(&top->peers, top->feed.snapshot);
	rows_instances(&top->instances, top->feed.snapshot);
	rows_events(&top->events, top->feed.events);
	grid_sort(&top->peers, top->order);
	grid_sort(&top->instances, top->order);
	mark_again(top);
}

/* The explanation as "xbeatctl explain" prints it, in the width of the screen. */
static char *explain(const struct top *top)
{
	json_t *parameters = json_pack("{s:s}", "instance", top->subject);
	json_t *explanation = query_try(top->feed.command, "explain", parameters);
	char *text = NULL;
	size_t length;
	FILE *stream = explanation ? open_memstream(&text, &length) : NULL;

	if (stream) {
		width_set((size_t)terminal_columns());
		show_explain(explanation, stream);
		fclose(stream);
	}
	json_decref(explanation);
	return text;
}

static void fill_explanation(struct top *top)
{
	char *text = explain(top);

	if (!text)
		return; /* what was known stays */
	lines_free(&top->explanation);
	top->explanation = lines_split(text);
}

static void refresh(struct top *top)
{
	feed_refresh(&top->feed);
	fill(top);
	if (top->detail)
		fill_explanation(top);
	top->due_ns = clock_now_ns() + top->interval_ns;
}

static void draw_self(const struct top *top)
{
	const json_t *status = json_object_get(top->feed.snapshot, "status");
	const json_t *node = json_object_get(status, "node");
	char line[LINE_BYTES], uptime[UNITS_TEXT_BYTES], time[UNITS_TIME_BYTES];

	snprintf(line, sizeof(line), "%.64s: %s, up for %s, version %s",
		 field_text(node ? node : status, node ? "name" : "instance"),
		 field_text(status, "state"), field_duration(status, "uptime_ns", uptime),
		 field_text(status, "version"));
	terminal_put(0, 0, terminal_columns(), TERMINAL_HEAD, line);
	if (terminal_columns() < TIME_SEEN_COLUMNS)
		return;
	units_local_time(clock_unix_ns(), time);
	terminal_put(0, terminal_columns() - TIME_COLUMNS, TIME_COLUMNS, TERMINAL_PLAIN, time);
}

static enum terminal_style severity_style(const json_t *problem)
{
	const char *severity = field_text(problem, "severity");

	return !strcmp(severity, "error")     ? TERMINAL_BAD
	       : !strcmp(severity, "warning") ? TERMINAL_WARNING
					      : TERMINAL_PLAIN;
}

/* On two lines. */
static void draw_wrapped(int row, enum terminal_style style, const char *text)
{
	char first[LINE_BYTES];
	const char *rest;
	size_t bytes = text_line(text, (size_t)terminal_columns(), &rest);

	snprintf(first, sizeof(first), "%.*s", (int)bytes, text);
	terminal_put(row, 0, terminal_columns(), style, first);
	terminal_put(row + 1, 0, terminal_columns(), style, rest);
}

/* The most severe problem, and how many more there are. */
static void draw_health(const struct top *top)
{
	json_t *health = health_judge(top->feed.snapshot);
	const json_t *problems = json_object_get(health, "problems");
	const json_t *worst = json_array_get(problems, 0);
	size_t more = json_array_size(problems) - (worst != NULL);
	char line[LINE_BYTES], others[48] = "";

	if (more)
		snprintf(others, sizeof(others), " (and %zu more)", more);
	snprintf(line, sizeof(line), "%s: %.300s%s", field_text(worst, "severity"),
		 field_text(worst, "text"), others);
	if (worst)
		draw_wrapped(1, severity_style(worst), line);
	else
		terminal_put(1, 0, terminal_columns(), TERMINAL_GOOD, "healthy");
	json_decref(health);
}

static void draw_pools(const struct top *top)
{
	char line[LINE_BYTES];
	enum terminal_style style = rows_pools_line(top->feed.snapshot, line, sizeof(line));

	terminal_put(POOLS_LINE, 0, terminal_columns(), style, line);
}

static void draw_head(const struct top *top)
{
	char line[LINE_BYTES], age[UNITS_TEXT_BYTES];

	draw_self(top);
	if (!top->feed.lost_ns) {
		draw_health(top);
		draw_pools(top);
		return;
	}
	duration_format(time_since_ns(clock_now_ns(), top->feed.lost_ns), age);
	snprintf(line, sizeof(line), "xbeatd does not answer for %s; trying again", age);
	terminal_put(1, 0, terminal_columns(), TERMINAL_BAD, line);
}

static void draw_foot(const struct top *top)
{
	char line[LINE_BYTES];

	if (top->detail)
		snprintf(line, sizeof(line), "q back  arrows scroll");
	else
		snprintf(line, sizeof(line), KEYS ": %s", grid_order_name(top->order));
	terminal_put(terminal_rows() - 1, 0, terminal_columns(), TERMINAL_MARKED, line);
}

/* Lines for the nodes, of all for both lists: each gets what it needs, if not more than half. */
static int peer_lines(const struct top *top, int lists)
{
	int peers = (int)top->peers.count + 1, instances = (int)top->instances.count + 1;

	if (peers + instances <= lists || peers <= lists / 2)
		return peers;
	return instances < lists / 2 ? lists - instances : lists / 2;
}

/* Events get what is left, at least a few lines. */
static void draw_lists(const struct top *top)
{
	int line = HEAD_LINES, end = terminal_rows() - 1;
	int third = (end - line) / 3, blank = third > BLANK_FROM_LINES;
	int lists = end - line - 2 * blank - (third < EVENT_LINES ? third : EVENT_LINES);
	int peers = top->peers.count ? peer_lines(top, lists) : 0;
	bool in_peers = top->marked < (int)top->peers.count;

	if (peers)
		line += grid_draw(&top->peers, line, peers, in_peers ? top->marked : -1, false) +
			blank;
	if (top->instances.count)
		line += grid_draw(&top->instances, line, lists - peers,
				  top->marked - (int)top->peers.count, false) +
			blank;
	grid_draw(&top->events, line, end - line, -1, true);
}

static void draw(const struct top *top)
{
	terminal_clear();
	draw_head(top);
	if (top->detail)
		lines_draw(&top->explanation, NULL, HEAD_LINES, terminal_rows() - HEAD_LINES - 1,
			   top->first);
	else
		draw_lists(top);
	draw_foot(top);
	terminal_show();
}

static void move_mark(struct top *top, int key)
{
	int page = terminal_rows() / 2, last = row_count(top) - 1;
	const struct {
		int key, by;
	} moves[] = {
		{TERMINAL_UP, -1},	    {TERMINAL_DOWN, 1},	    {TERMINAL_PAGE_UP, -page},
		{TERMINAL_PAGE_DOWN, page}, {TERMINAL_HOME, -last}, {TERMINAL_LAST, last},
	};

	for (size_t i = 0; i < ARRAY_SIZE(moves); i++)
		if (key == moves[i].key)
			top->marked += moves[i].by;
	if (top->marked > last)
		top->marked = last;
	if (top->marked < 0)
		top->marked = 0;
	note_subject(top);
}

static void show_detail(struct top *top, bool detail)
{
	top->detail = detail && marked_row(top);
	top->first = 0;
	lines_free(&top->explanation);
	note_subject(top);
	if (top->detail)
		fill_explanation(top);
}

/* Returns whether to go on. */
static bool obey_list(struct top *top, int key)
{
	switch (key) {
	case 'q':
		return false;
	case 'd':
	case TERMINAL_ENTER:
		show_detail(top, true);
		break;
	case 's':
		top->order = (enum grid_order)((top->order + 1) % GRID_ORDERS);
		note_subject(top);
		fill(top);
		break;
	default:
		move_mark(top, key);
	}
	return true;
}

static void obey_detail(struct top *top, int key)
{
	if (key == 'q' || key == 'd' || key == TERMINAL_ENTER)
		show_detail(top, false);
	else if (key == TERMINAL_RESIZED)
		fill_explanation(top);
	else
		top->first = lines_scroll(&top->explanation, top->first,
					  terminal_rows() - HEAD_LINES - 1, key);
}

static bool obey(struct top *top, int key)
{
	if (key == TERMINAL_NO_KEY)
		return true;
	if (key == TERMINAL_END)
		return false;
	if (top->detail)
		obey_detail(top, key);
	else
		return obey_list(top, key);
	return true;
}

static void run(struct top *top)
{
	int key;

	do {
		uint64_t now_ns = clock_now_ns();
		int wait_ms = (int)((top->due_ns - now_ns) / NS_PER_MS) + 1;

		if (time_reached(now_ns, top->due_ns)) {
			refresh(top);
			wait_ms = (int)(top->interval_ns / NS_PER_MS);
		}
		draw(top);
		key = terminal_key(wait_ms, -1);
	} while (obey(top, key));
}

enum command_status screen_top(const struct command *command)
{
	struct top top = {.interval_ns = command->interval_ns ? command->interval_ns : INTERVAL_NS,
			  .order = GRID_BY_NAME};
	enum command_status status;

	status = feed_open(&top.feed, command);
	if (status != COMMAND_OK)
		return status;
	if (!terminal_open()) {
		feed_close(&top.feed);
		return COMMAND_FAILED;
	}
	fill(&top);
	note_subject(&top);
	top.due_ns = clock_now_ns() + top.interval_ns;
	run(&top);
	terminal_close();
	lines_free(&top.explanation);
	grid_clear(&top.peers);
	grid_clear(&top.instances);
	grid_clear(&top.events);
	feed_close(&top.feed);
	return COMMAND_OK;
}
