/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Brings the kernel to what is wanted: batches of requests, whose results change the table. */
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/marks.h"
#include "user/plane/ipvs/record.h"
#include "user/plane/ipvs/state.h"
#include <errno.h>
#include <linux/ip_vs.h>

/* How long a batch may take: the kernel works while it is sent. */
#define TURN_NS NS_PER_MS
/* An end does not wait longer for a kernel that refuses without end. */
#define FINISH_NS (20 * NS_PER_SECOND)
#define BATCH_FIRST 16
#define RETRY_NS NS_PER_SECOND
#define RETRY_DOUBLINGS_MAX 6

struct sent {
	struct ipvs_item *item;
	uint8_t command;
};

static void put_request(struct ipvs_work *work, const struct ipvs_item *item, uint8_t command)
{
	struct nlmsghdr *message = ipvs_batch_begin(&work->batch, &work->socket, command);
	const struct ipvs_server *server = (const void *)item;
	bool with_settings = command != IPVS_CMD_DEL_SERVICE && command != IPVS_CMD_DEL_DEST;

	ipvs_put_service(message, &item->service->id,
			 item->is_server || !with_settings ? NULL : &item->service->wanted);
	if (item->is_server)
		ipvs_put_server(message, &server->endpoint, with_settings ? &server->wanted : NULL);
	ipvs_batch_end(&work->batch, message);
}

/* Whether a request for the service is in the batch: then its servers may follow. */
static bool is_sent(const struct sent *sent, unsigned count, const struct ipvs_service *service)
{
	while (count--)
		if (sent[count].item == &service->item)
			return true;
	return false;
}

static bool service_present(const struct sent *sent, unsigned count, const struct ipvs_item *item)
{
	return item->service->item.present || is_sent(sent, count, item->service);
}

static void fill_batch(struct ipvs_plane *plane, struct sent *sent)
{
	struct ipvs_batch *batch = &plane->work.batch;
	struct ipvs_item *item;
	uint8_t command;

	batch->count = 0;
	batch->length = 0;
	while (batch->count < plane->work.batch_count && (item = ipvs_table_take(&plane->table))) {
		command = ipvs_item_command(&plane->table, item,
					    service_present(sent, batch->count, item));
		if (!command)
			continue;
		sent[batch->count] = (struct sent){item, command};
		put_request(&plane->work, item, command);
	}
}

/* What was wanted when it was sent is there. */
static void take_set(struct ipvs_plane *plane, struct ipvs_item *item)
{
	struct ipvs_server *server = ipvs_item_server(item);
	bool was_present = item->present;

	if (item->lost)
		ipvs_report_restored(plane, item, "it had been removed");
	item->lost = false;
	item->present = true;
	if (item->is_server)
		server->present = server->wanted;
	else
		item->service->present = item->service->wanted;
	if (!item->is_server && !was_present)
		ipvs_table_settle_servers(&plane->table, item->service);
}

static void take_success(struct ipvs_plane *plane, const struct sent *sent)
{
	struct ipvs_item *item = sent->item;

	item->changed_ns = clock_now_ns();
	if (item->error)
		ipvs_report_accepted(plane, item);
	item->error = 0;
	item->refusals = 0;
	if (sent->command != IPVS_CMD_DEL_SERVICE && sent->command != IPVS_CMD_DEL_DEST) {
		take_set(plane, item);
		return;
	}
	plane->left_count += item->left;
	item->service->removed_ns = item->changed_ns;
	item->present = item->left = false;
	ipvs_table_settle(&plane->table, item);
}

/* It is there already, perhaps with other settings: the next request sets them. */
static void take_existing(struct ipvs_plane *plane, struct ipvs_item *item)
{
	item->present = true;
	item->lost = false;
	if (item->is_server)
		ipvs_item_server(item)->present.method = UINT32_MAX;
	else
		item->service->present.flags = UINT32_MAX;
	ipvs_table_settle(&plane->table, item);
}

static void take_refusal(struct ipvs_plane *plane, struct ipvs_item *item, int error)
{
	unsigned doublings =
		item->refusals < RETRY_DOUBLINGS_MAX ? item->refusals : RETRY_DOUBLINGS_MAX;

	if (item->error != error)
		ipvs_report_refused(plane, item, error);
	item->error = error;
	item->refusals++;
	ipvs_table_put_off(&plane->table, item, clock_now_ns() + (RETRY_NS << doublings));
	if (!evtimer_pending(plane->work.retry, NULL))
		clock_arm(plane->work.retry, clock_now_ns() + RETRY_NS);
}

static bool is_addition(uint8_t command)
{
	return command == IPVS_CMD_NEW_SERVICE || command == IPVS_CMD_NEW_DEST;
}

/* Whether the kernel reports that the entry, or its service, is not there. */
static bool is_missing(const struct sent *sent, int error)
{
	if (sent->command == IPVS_CMD_NEW_SERVICE)
		return false;
	return error == -ESRCH || (error == -ENOENT && sent->command != IPVS_CMD_NEW_DEST &&
				   sent->command != IPVS_CMD_SET_SERVICE);
}

static void take_missing(struct ipvs_plane *plane, const struct sent *sent, int error)
{
	struct ipvs_item *item = sent->item;
	struct ipvs_item *service = &item->service->item;

	if (sent->command == IPVS_CMD_DEL_SERVICE || sent->command == IPVS_CMD_DEL_DEST) {
		take_success(plane, sent);
		return;
	}
	if (item->is_server && error == -ESRCH)
		item = service;
	item->lost = item->present;
	ipvs_table_lose(&plane->table, item);
}

static void take_result(struct ipvs_plane *plane, const struct sent *sent, int error)
{
	if (!error)
		take_success(plane, sent);
	else if (error == -ENOBUFS) /* unknown: every request can be repeated */
		ipvs_table_settle(&plane->table, sent->item);
	else if (error == -EEXIST && is_addition(sent->command))
		take_existing(plane, sent->item);
	else if (is_missing(sent, error))
		take_missing(plane, sent, error);
	else
		take_refusal(plane, sent->item, error);
}

/* With some schedulers each change takes a millisecond, with most a thousandth of that. */
static void adapt(struct ipvs_work *work, uint64_t spent_ns)
{
	if (spent_ns > TURN_NS && work->batch_count > 1)
		work->batch_count /= 2;
	else if (spent_ns < TURN_NS / 2 && work->batch_count < IPVS_BATCH_MAX)
		work->batch_count *= 2;
}

/* Returns whether there was anything to do. */
static bool send_batch(struct ipvs_plane *plane)
{
	struct ipvs_work *work = &plane->work;
	struct sent sent[IPVS_BATCH_MAX] = {0};
	uint64_t began_ns = clock_now_ns();

	fill_batch(plane, sent);
	if (plane->table.record_lacks) /* a killed daemon would leave it unknown */
		ipvs_record_write(plane);
	if (!work->batch.count)
		return false;
	ipvs_batch_send(&work->batch, &work->socket);
	if (work->batch.count == work->batch_count)
		adapt(work, clock_now_ns() - began_ns);
	for (unsigned i = 0; i < work->batch.count && sent[i].item; i++)
		take_result(plane, &sent[i], work->batch.results[i]);
	return true;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct ipvs_plane *plane = context;

	(void)fd;
	(void)what;
	if (!plane->look.loaded)
		return;
	if (send_batch(plane))
		ipvs_work_wake(plane);
	if (!TAILQ_EMPTY(&plane->table.ready))
		return;
	ipvs_marks_apply(plane); /* after their services */
	ipvs_record_write(plane);
	if (!plane->left_count)
		return;
	log_info("ipvs: removed %zu services and servers that an earlier daemon had left",
		 plane->left_count);
	plane->left_count = 0;
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	struct ipvs_plane *plane = context;

	(void)fd;
	(void)what;
	ipvs_table_resume(&plane->table, clock_now_ns());
	ipvs_work_wake(plane);
	if (!TAILQ_EMPTY(&plane->table.waiting))
		clock_arm(plane->work.retry, clock_now_ns() + RETRY_NS);
}

void ipvs_work_wake(struct ipvs_plane *plane)
{
	bool needed = !TAILQ_EMPTY(&plane->table.ready) || plane->table.record_stale ||
		      plane->marks.stale;

	if (needed && !evtimer_pending(plane->work.turn, NULL))
		clock_arm(plane->work.turn, clock_now_ns());
}

void ipvs_work_finish(struct ipvs_plane *plane)
{
	uint64_t began_ns = clock_now_ns();

	while (send_batch(plane) && clock_now_ns() - began_ns < FINISH_NS)
		;
}

int ipvs_work_start(struct ipvs_plane *plane)
{
	struct ipvs_work *work = &plane->work;
	int error = ipvs_socket_open(&work->socket);

	if (error)
		return error;
	work->batch_count = BATCH_FIRST;
	work->turn = evtimer_new(plane->base, on_turn, plane);
	work->retry = evtimer_new(plane->base, on_retry, plane);
	return work->turn && work->retry ? 0 : -ENOMEM;
}

void ipvs_work_stop(struct ipvs_plane *plane)
{
	if (plane->work.turn)
		event_free(plane->work.turn);
	if (plane->work.retry)
		event_free(plane->work.retry);
	ipvs_socket_close(&plane->work.socket);
}
