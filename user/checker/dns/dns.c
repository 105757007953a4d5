// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DNS_CHECK, with keepalived's rule: a datagram with the query's id that is an answer, with rcode 0.
 * c-ares makes the query. It does not read the answer: a resolver that is asked for its health is
 * good also if its answer is empty or truncated, which c-ares takes as a reason to ask again. The
 * socket is connected, so that only the server's datagrams come in; others than the answer are
 * ignored until the timeout.
 */
#include "user/checker/dns/dns.h"
#include "user/lib/clock.h"
#include <ares.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_BYTES 12 /* RFC 1035, 4.1.1 */
#define DATAGRAMS_MAX 64 /* that are read at a stretch: others have their turn, too */

struct work {
	struct run *run;
	struct event *event;
	int fd;
	uint16_t id;
};

static void release(struct work *work)
{
	work->run->work = NULL;
	if (work->event)
		event_free(work->event);
	if (work->fd >= 0)
		close(work->fd);
	free(work);
}

static const char *rcode_name(unsigned rcode)
{
	static const char *const names[] = {
		[ns_r_noerror] = "NOERROR",   [ns_r_formerr] = "FORMERR",
		[ns_r_servfail] = "SERVFAIL", [ns_r_nxdomain] = "NXDOMAIN",
		[ns_r_notimpl] = "NOTIMP",    [ns_r_refused] = "REFUSED",
	};

	return rcode < sizeof(names) / sizeof(*names) ? names[rcode] : "?";
}

static void finish_failed(struct work *work, const char *tried, int error)
{
	struct run *run = work->run;

	release(work);
	run_failed(run, tried, error);
}

static bool is_answer(const struct work *work, const uint8_t *bytes, size_t count)
{
	return count >= HEADER_BYTES && (bytes[0] << 8 | bytes[1]) == work->id && bytes[2] & 0x80;
}

static void finish(struct work *work, const uint8_t *answer)
{
	struct run *run = work->run;
	unsigned rcode = answer[3] & 0x0f;

	release(work);
	run_done(run, rcode == ns_r_noerror ? CHECK_GOOD : CHECK_BAD, "dns %s after %s",
		 rcode_name(rcode), run_after(run).text);
}

/* Returns whether the run has ended. */
static bool read_answers(struct work *work)
{
	uint8_t bytes[HEADER_BYTES]; /* the rest is cut off */
	ssize_t count;

	for (unsigned i = 0; i < DATAGRAMS_MAX; i++) {
		count = recv(work->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (count < 0) {
			if (errno == EAGAIN || errno == EINTR)
				return false;
			finish_failed(work, "receive", errno);
			return true;
		}
		if (is_answer(work, bytes, (size_t)count)) {
			finish(work, bytes);
			return true;
		}
	}
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	read_answers(context);
}

/* Returns a local error as a negative errno; otherwise the run may have ended, too. */
static int open_event(struct work *work, const char **tried)
{
	work->fd = run_open_socket(work->run, SOCK_DGRAM, tried);
	if (work->fd < 0)
		return work->fd;
	work->event = event_new(work->run->owner->base, work->fd, EV_READ | EV_PERSIST, on_readable,
				work);
	return work->event && !event_add(work->event, NULL) ? 0 : -ENOMEM;
}

static int send_query(struct work *work, const char **tried)
{
	const struct config_check *check = work->run->check;
	struct sockaddr_storage target;
	unsigned length = run_target_address(work->run, &target);
	unsigned char *query;
	int query_length, error = 0;

	*tried = "query";
	if (getrandom(&work->id, sizeof(work->id), 0) != sizeof(work->id))
		return -errno;
	if (ares_create_query(check->text ? check->text : ".", C_IN, check->dns_type, work->id, 1,
			      &query, &query_length, 0) != ARES_SUCCESS)
		return -EINVAL;
	*tried = "connect";
	if (connect(work->fd, (struct sockaddr *)&target, length) ||
	    send(work->fd, query, (size_t)query_length, 0) < 0)
		error = -errno;
	ares_free_string(query);
	return error;
}

static void start(struct run *run)
{
	struct work *work = calloc(1, sizeof(*work));
	const char *tried = "memory";
	int error;

	if (!work) {
		run_failed(run, tried, ENOMEM);
		return;
	}
	work->run = run;
	work->fd = -1;
	run->work = work;
	error = open_event(work, &tried);
	if (!error)
		error = send_query(work, &tried);
	if (error)
		finish_failed(work, tried, -error);
	else
		run_set_step_deadline(run);
}

static void cancel(struct run *run)
{
	release(run->work);
}

static void expired(struct run *run)
{
	if (read_answers(run->work))
		return;
	release(run->work);
	run_timed_out(run, "no dns answer within %s", run_timeout(run).text);
}

const struct method dns_method = {
	.name = "dns", .start = start, .cancel = cancel, .expired = expired};
