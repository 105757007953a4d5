// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/client.h"
#include "user/checker/http/certificates.h"
#include "user/checker/http/read_limit.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

struct client {
	struct event_base *base;
	CURLM *multi;
	struct event *timer; /* as libcurl sets it */
	const struct checker_tls *tls;
	struct certificates *certificates; /* NULL: no check with TLS yet */
};

/* A socket that libcurl waits for. */
struct watch {
	struct client *client;
	struct transfer *transfer;
	struct event *event;
};

static void read_messages(struct client *client)
{
	struct transfer *transfer;
	CURLMsg *message;
	CURLcode code;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		code = message->data.result; /* gone when the handle is removed */
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		client_remove(client, transfer);
		transfer->ended(transfer, code);
	}
}

static void act(struct client *client, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(client->multi, fd, events, &running);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct client *client = context;

	(void)fd;
	(void)what;
	act(client, CURL_SOCKET_TIMEOUT, 0);
	read_messages(client);
}

static int set_timer(CURLM *multi, long after_ms, void *context)
{
	struct client *client = context;
	struct timeval after = {.tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000};

	(void)multi;
	if (after_ms < 0)
		return evtimer_del(client->timer);
	return evtimer_add(client->timer, &after);
}

static void serve(struct client *client, struct transfer *transfer, curl_socket_t fd, int events)
{
	read_limit_begin(fd);
	act(client, fd, events);
	transfer->cut = read_limit_end();
	transfer->progressed(transfer);
	read_messages(client);
}

static void on_socket(evutil_socket_t fd, short what, void *context)
{
	struct watch *watch = context;

	serve(watch->client, watch->transfer, fd,
	      (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void watch_free(struct client *client, curl_socket_t fd, struct watch *watch)
{
	if (!watch)
		return;
	curl_multi_assign(client->multi, fd, NULL);
	watch->transfer->fd = CURL_SOCKET_BAD;
	if (watch->event)
		event_free(watch->event);
	free(watch);
}

static struct watch *watch_new(struct client *client, CURL *easy, curl_socket_t fd)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->client = client;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &watch->transfer);
	watch->event = event_new(client->base, fd, 0, on_socket, watch);
	if (!watch->event || curl_multi_assign(client->multi, fd, watch) != CURLM_OK) {
		watch_free(client, fd, watch);
		return NULL;
	}
	return watch;
}

/* Returns -1, which ends all transfers, only if there is no memory. */
static int watch_socket(CURL *easy, curl_socket_t fd, int wanted, void *context, void *data)
{
	struct client *client = context;
	struct watch *watch = data;
	short events = EV_PERSIST;

	if (wanted == CURL_POLL_REMOVE) {
		watch_free(client, fd, watch);
		return 0;
	}
	if (!watch)
		watch = watch_new(client, easy, fd);
	if (!watch)
		return -1;
	watch->transfer->fd = fd;
	watch->transfer->wanted = 0;
	if (wanted & CURL_POLL_IN) {
		events |= EV_READ;
		watch->transfer->wanted |= POLLIN;
	}
	if (wanted & CURL_POLL_OUT) {
		events |= EV_WRITE;
		watch->transfer->wanted |= POLLOUT;
	}
	event_del(watch->event);
	event_assign(watch->event, client->base, fd, events, on_socket, watch);
	return event_add(watch->event, NULL);
}

static void set_up(struct client *client)
{
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	/* Each check makes a connection of its own: that is what it checks. */
	curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 1L);
}

static struct client *client_new(const struct run_owner *owner)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->base = owner->base;
	client->tls = owner->tls;
	client->multi = curl_multi_init();
	client->timer = evtimer_new(owner->base, on_timer, client);
	if (!client->multi || !client->timer) {
		client_free(client);
		return NULL;
	}
	set_up(client);
	return client;
}

struct client *client_of(struct run_owner *owner)
{
	if (!owner->http)
		owner->http = client_new(owner);
	return owner->http;
}

const char *client_set_tls(struct client *client, bool verify, void *ssl_context)
{
	if (!client->certificates)
		client->certificates = certificates_new(client->tls);
	return certificates_set(client->certificates, verify, ssl_context);
}

void client_forget_tls(struct client *client)
{
	certificates_free(client->certificates); /* connections in progress hold what they use */
	client->certificates = NULL;
}

int client_add(struct client *client, struct transfer *transfer)
{
	transfer->fd = CURL_SOCKET_BAD;
	curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
	return curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK ? 0 : -ENOMEM;
}

void client_remove(struct client *client, struct transfer *transfer)
{
	curl_multi_remove_handle(client->multi, transfer->easy);
}

bool client_serve(struct client *client, struct transfer *transfer)
{
	struct pollfd ready = {.fd = transfer->fd, .events = transfer->wanted};
	int events;

	if (transfer->fd == CURL_SOCKET_BAD || poll(&ready, 1, 0) <= 0)
		return false;
	events = (ready.revents & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
		 (ready.revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
		 (ready.revents & POLLERR ? CURL_CSELECT_ERR : 0);
	serve(client, transfer, transfer->fd, events);
	return true;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	if (client->multi)
		curl_multi_cleanup(client->multi);
	if (client->timer)
		event_free(client->timer);
	certificates_free(client->certificates);
	free(client);
}
