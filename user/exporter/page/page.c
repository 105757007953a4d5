/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See page.h. */
#include "user/exporter/page/page.h"
#include "user/exporter/http/stream.h"
#include "user/exporter/page/history.h"
#include "user/exporter/page/html.h"
#include "user/exporter/page/view.h"
#include "user/exporter/source/link.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_STREAM "text/event-stream"
#define RETRY "retry: 1000\n\n" /* ms, after the connection was lost */
/* A reader that has not read the messages before gets no more; after that long it is closed. */
#define SLOW_NS (8 * NS_PER_SECOND)
/* Of one message, about 300 bytes each. */
#define EVENTS_A_MESSAGE 256

struct watcher {
	struct watcher *next;
	struct page *page;
	struct http_stream *stream;
	json_int_t sequence; /* of the last event that was sent */
	uint64_t life; /* of the history; 0: none was sent */
	uint64_t serial; /* of the snapshot that was sent; 0: none */
	uint64_t unread_since_ns; /* 0: it has read all */
};

struct page {
	struct http_server *server;
	struct snapshot_source *source;
	struct link *link; /* for events */
	struct event *tick; /* while a page is open */
	struct watcher *watchers;
	size_t watcher_count;
	struct history history;
	bool asking; /* for events */
	uint64_t serial; /* of the snapshot that histograms are of */
	json_t *histograms; /* of the last snapshot */
};

static void show_page(void *context, struct evhttp_request *request)
{
	char nonce[HTML_NONCE_BYTES], policy[512];
	_cleanup_free_ char *text = NULL;
	size_t length;

	(void)context;
	html_make_nonce(nonce);
	text = html_make(nonce, &length);
	snprintf(policy, sizeof(policy),
		 "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; "
		 "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
		 "frame-ancestors 'none'",
		 nonce, nonce);
	http_add_header(request, "Content-Security-Policy", policy);
	http_add_header(request, "Referrer-Policy", "no-referrer");
	http_reply(request, 200, "text/html; charset=utf-8", text, length);
}

/* Compact JSON has no line breaks, so that one line is the message. */
static char *message_text(const char *event, json_t *data)
{
	_cleanup_free_ char *json = json_dumps(data, JSON_COMPACT);
	char *text;

	if (!json || asprintf(&text, "event: %s\ndata: %s\n\n", event, json) < 0)
		limits_out_of_memory();
	json_decref(data);
	return text;
}

static void send_events(struct watcher *watcher)
{
	struct history *history = &watcher->page->history;
	bool again = watcher->life != history->life;
	_cleanup_free_ char *text = NULL;
	json_t *events;

	if (again)
		watcher->sequence = 0;
	watcher->life = history->life;
	events = history_after(history, &watcher->sequence, EVENTS_A_MESSAGE);
	if (!events && !again)
		return;
	text = message_text("events", json_pack("{s:b, s:o}", "again", again, "events",
						events ? events : json_array()));
	http_stream_send(watcher->stream, text, strlen(text));
}

static void on_events(void *context, const json_t *result, const struct link_failure *failure)
{
	struct page *page = context;

	(void)failure; /* the snapshot will show it */
	page->asking = false;
	if (!result)
		return;
	history_add(&page->history, result);
	for (struct watcher *watcher = page->watchers; watcher; watcher = watcher->next)
		if (!watcher->unread_since_ns)
			send_events(watcher);
}

static void ask_events(struct page *page, const json_t *snapshot)
{
	const json_t *status = json_object_get(snapshot, "status");
	json_int_t newest = json_integer_value(json_object_get(status, "event_sequence"));
	json_int_t epoch = json_integer_value(json_object_get(status, "epoch"));

	if (!history_lacks(&page->history, newest, epoch) || page->asking)
		return;
	page->asking = true;
	link_ask(page->link, "events", json_pack("{s:I}", "since_sequence", page->history.sequence),
		 on_events, page);
}

static json_t *state_json(const struct page *page, const struct snapshot *snapshot)
{
	if (!snapshot->json)
		return json_pack("{s:s}", "failure", snapshot->failure);
	return view_make(snapshot->json, page->histograms);
}

static void keep_histograms(struct page *page, const struct snapshot *snapshot)
{
	json_decref(page->histograms);
	page->histograms = json_incref(json_object_get(snapshot->json, "histograms"));
}

/* Whether it has read all that was sent; one that does not read for long is closed. */
static bool is_ready(struct watcher *watcher)
{
	uint64_t now_ns = clock_now_ns();

	/* Before its first message only the head of the answer may be on its way. */
	if (!watcher->serial || !http_stream_waiting_bytes(watcher->stream)) {
		watcher->unread_since_ns = 0;
		return true;
	}
	if (!watcher->unread_since_ns)
		watcher->unread_since_ns = now_ns;
	else if (time_since_ns(now_ns, watcher->unread_since_ns) >= SLOW_NS)
		http_stream_close(watcher->stream);
	return false;
}

static void on_snapshot(void *context, const struct snapshot *snapshot)
{
	struct page *page = context;
	_cleanup_free_ char *text = NULL;

	if (!page->watchers)
		return;
	text = message_text("state", state_json(page, snapshot));
	for (struct watcher *watcher = page->watchers; watcher; watcher = watcher->next) {
		if (watcher->serial == snapshot->serial || !is_ready(watcher))
			continue;
		watcher->serial = snapshot->serial;
		http_stream_send(watcher->stream, text, strlen(text));
		send_events(watcher);
	}
	if (page->serial != snapshot->serial)
		keep_histograms(page, snapshot);
	page->serial = snapshot->serial;
	if (snapshot->json)
		ask_events(page, snapshot->json);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct page *page = context;

	(void)fd;
	(void)what;
	if (!page->watchers)
		return;
	clock_arm(page->tick, clock_now_ns() + PAGE_INTERVAL_NS);
	snapshot_ask(page->source, on_snapshot, page);
}

static void on_closed(void *context)
{
	struct watcher *watcher = context;
	struct page *page = watcher->page;
	struct watcher **place = &page->watchers;

	while (*place != watcher)
		place = &(*place)->next;
	*place = watcher->next;
	page->watcher_count--;
	free(watcher);
}

static void watch(void *context, struct evhttp_request *request)
{
	struct page *page = context;
	struct watcher *watcher;

	if (page->watcher_count == PAGE_STREAMS_MAX) {
		http_refuse(page->server, request, HTTP_REFUSAL_STREAMS);
		return;
	}
	watcher = calloc(1, sizeof(*watcher));
	if (!watcher)
		limits_out_of_memory();
	watcher->page = page;
	watcher->stream = http_stream_open(page->server, request, EVENT_STREAM, on_closed, watcher);
	if (!watcher->stream) {
		free(watcher);
		return;
	}
	http_stream_send(watcher->stream, RETRY, strlen(RETRY));
	watcher->next = page->watchers;
	page->watchers = watcher;
	page->watcher_count++;
	on_tick(-1, 0, page);
}

static const struct http_route routes[] = {
	{"/", show_page, false},
	{"/events", watch, false},
	{NULL, NULL, false},
};

struct page *page_new(struct http_server *server, struct snapshot_source *source,
		      struct event_base *base, const char *socket)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		limits_out_of_memory();
	page->server = server;
	page->source = source;
	page->link = link_new(base, socket, NULL, NULL);
	page->tick = evtimer_new(base, on_tick, page);
	if (!page->tick)
		limits_out_of_memory();
	history_start(&page->history);
	http_server_add(server, routes, page);
	return page;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	link_free(page->link);
	event_free(page->tick);
	history_stop(&page->history);
	json_decref(page->histograms);
	free(page);
}
