/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run waits until the session is Up, and is good then; or bad, if that takes too long. While the
 * session is Up a run only reports that. When it is lost, a run that reports why starts at once.
 *
 * What is lost because this process did not run is no sign of the server: packets that have come
 * meanwhile are read before the neighbour counts as silent, and if it timed out this side, the session
 * gets the time to come up again.
 */
#include "user/checker/bfd/bfd.h"
#include "user/checker/bfd/link.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* Three packets of each side bring a session up; a lost one may be sent again. */
#define ESTABLISH_IDLE_INTERVALS 4
#define LATE_NS (2 * NS_PER_MS)
#define LATE_PARTS 16 /* of the detection time */
#define EXCUSES_MAX 8
#define OPEN_AGAIN_NS NS_PER_SECOND
#define SEEN_BYTES 192

static const struct bfd_settings *settings_of(const struct config_check *check,
					      struct bfd_settings *settings)
{
	*settings = (struct bfd_settings){.min_rx_us = check->bfd.min_rx_us,
					  .min_tx_us = check->bfd.min_tx_us,
					  .idle_tx_us = check->bfd.idle_tx_us,
					  .multiplier = check->bfd.multiplier,
					  .passive = check->bfd.passive};
	return settings;
}

static uint64_t establish_ns(const struct run *run)
{
	uint64_t least_ns = ESTABLISH_IDLE_INTERVALS * run->check->bfd.idle_tx_us * NS_PER_US;
	uint64_t timeout_ns = run->check->rules.timeout_ns;

	return timeout_ns > least_ns ? timeout_ns : least_ns;
}

static void arm(struct link *link)
{
	link->timer_due_ns = bfd_session_due_ns(&link->session);
	if (link->timer_due_ns == BFD_NEVER)
		evtimer_del(link->timer);
	else
		clock_arm(link->timer, link->timer_due_ns);
}

static void send_packet(struct link *link, struct bfd_packet packet)
{
	uint8_t bytes[BFD_PACKET_BYTES];

	bfd_packet_write(&packet, bytes);
	link->send_error = send(link->fd, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* For how long it has been Up, or was. */
static struct duration_text state_for(const struct link *link)
{
	return duration_text(time_since_ns(clock_now_ns(), link->session.since_ns));
}

/* Begins a run, or ends the one that waits. */
static void report(struct link *link)
{
	struct run *run = link->run;

	if (!run->in_progress)
		run->owner->begin(run);
	else if (link->session.state == BFD_UP)
		run_done(run, CHECK_GOOD, "session up after %s", run_after(run).text);
}

static void note_loss(struct link *link)
{
	const struct bfd_session *session = &link->session;

	link->lost = true;
	if (session->loss == BFD_SILENCE)
		snprintf(link->reason, sizeof(link->reason),
			 "session down: no packet for %s, detection time %s",
			 duration_text(session->silence_ns).text,
			 duration_text(bfd_session_detection_ns(session)).text);
	else
		snprintf(link->reason, sizeof(link->reason),
			 "session down: the neighbour reports %s (%s)",
			 bfd_state_name(session->remote_state),
			 bfd_diagnostic_name(session->remote_diagnostic));
}

static void changed(struct link *link, enum bfd_state before)
{
	if (link->session.state == BFD_UP) {
		report(link);
		return;
	}
	if (before != BFD_UP || link->session.loss == BFD_NEIGHBOUR_ADMIN)
		return;
	if (link->session.loss != BFD_OWN_SILENCE)
		note_loss(link);
	report(link);
}

static void act(struct link *link, const struct bfd_actions *actions, enum bfd_state before)
{
	if (actions->send)
		send_packet(link, bfd_session_packet(&link->session, actions->final));
	arm(link);
	if (actions->changed)
		changed(link, before);
}

static void receive(struct link *link, const struct bfd_packet *packet)
{
	enum bfd_state before = link->session.state;
	uint64_t now_ns = clock_now_ns();
	struct bfd_actions actions;

	link->refused[0] = '\0';
	link->excuse_count = 0;
	bfd_session_receive(&link->session, packet, now_ns, now_ns,
			    bfd_random(link->run->owner->bfd), &actions);
	act(link, &actions, before);
}

/* Whether the neighbour's silence may be this process's own: it was late. */
static bool may_be_own(struct link *link, uint64_t late_ns)
{
	return late_ns >= LATE_NS &&
	       late_ns >= bfd_session_detection_ns(&link->session) / LATE_PARTS &&
	       link->excuse_count < EXCUSES_MAX;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct link *link = context;
	struct bfd_session *session = &link->session;
	uint64_t now_ns = clock_now_ns(), late_ns = time_since_ns(now_ns, link->timer_due_ns);
	enum bfd_state before;
	struct bfd_actions actions;

	(void)fd;
	(void)what;
	if (now_ns >= session->detect_due_ns)
		bfd_sockets_drain(link->run->owner->bfd, link->run->check);
	if (now_ns >= session->detect_due_ns && may_be_own(link, late_ns)) {
		link->excuse_count++;
		bfd_session_excuse(session, now_ns);
	}
	before = session->state;
	bfd_session_advance(session, now_ns, bfd_random(link->run->owner->bfd), &actions);
	act(link, &actions, before);
}

static bool is_used(const struct bfd_hub *hub, uint32_t discriminator)
{
	for (const struct link *link = hub->links; link; link = link->next)
		if (link->session.discriminator == discriminator)
			return true;
	return false;
}

/* Returns 0 if there is none. */
static uint32_t new_discriminator(const struct bfd_hub *hub)
{
	uint32_t number;

	do
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return 0;
	while (!number || is_used(hub, number));
	return number;
}

static void free_link(struct run_owner *owner, struct link *link)
{
	struct link **place = &owner->bfd->links;

	while (*place && *place != link)
		place = &(*place)->next;
	if (*place)
		*place = link->next;
	if (link->timer)
		event_free(link->timer);
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

/* Returns 0 or a negative errno. */
static int begin_session(struct run *run, struct link *link, const char **tried)
{
	struct run_owner *owner = run->owner;
	uint32_t discriminator = new_discriminator(owner->bfd);
	struct bfd_settings settings;

	link->fd = bfd_sockets_connect(run, tried);
	if (link->fd < 0)
		return link->fd;
	*tried = "memory";
	link->timer = evtimer_new(owner->base, on_timer, link);
	if (!link->timer || !discriminator)
		return -ENOMEM;
	bfd_session_start(&link->session, settings_of(run->check, &settings), discriminator,
			  clock_now_ns());
	if (address_is_link_local(&run->check->target.address))
		link->interface = if_nametoindex(run->check->interface);
	link->next = owner->bfd->links;
	owner->bfd->links = link;
	run->kept = link;
	return 0;
}

/* Returns 0 or a negative errno. */
static int make_link(struct run *run, const char **tried)
{
	int error = bfd_sockets_open(run->owner, run->check, receive, tried);
	struct link *link;

	if (error)
		return error;
	*tried = "memory";
	link = calloc(1, sizeof(*link));
	error = link ? 0 : -ENOMEM;
	if (link) {
		link->run = run;
		link->fd = -1;
		error = begin_session(run, link, tried);
	}
	if (error && link)
		free_link(run->owner, link);
	if (error && !run->owner->bfd->links)
		bfd_sockets_close(run->owner);
	return error;
}

static void open_session(struct run *run)
{
	const char *tried;
	int error = make_link(run, &tried);

	if (error) {
		run->again_ns = OPEN_AGAIN_NS;
		run_failed(run, tried, -error);
		return;
	}
	run_set_deadline(run, establish_ns(run));
	arm(run->kept);
}

/* A person has ended it at the neighbour; the path may be good (RFC 5882 section 3.2). */
static bool is_switched_off(const struct bfd_session *session)
{
	return session->remote_state == BFD_ADMIN_DOWN || session->loss == BFD_NEIGHBOUR_ADMIN;
}

static void report_switched_off(struct run *run)
{
	run_done(run, CHECK_LOCAL_ERROR,
		 "BFD is switched off at the neighbour (administratively down)");
}

static void start(struct run *run)
{
	struct link *link = run->kept;

	if (!link) {
		open_session(run);
	} else if (link->session.state == BFD_UP) {
		run_done(run, CHECK_GOOD, "session up for %s", state_for(link).text);
	} else if (link->lost) {
		link->lost = false;
		run_done(run, CHECK_BAD, "%s", link->reason);
	} else if (is_switched_off(&link->session)) {
		report_switched_off(run);
	} else {
		run_set_deadline(run, establish_ns(run));
	}
}

/* What was seen instead of an answer. */
static void explain(const struct link *link, char text[SEEN_BYTES])
{
	const struct bfd_session *session = &link->session;
	char address[ADDRESS_TEXT_BYTES];

	address_format(&link->run->check->target.address, address);
	if (*link->refused)
		snprintf(text, SEEN_BYTES, "a packet of %s is discarded: %s", address,
			 link->refused);
	else if (session->remote_discriminator)
		snprintf(text, SEEN_BYTES, "%s reports %s (%s)", address,
			 bfd_state_name(session->remote_state),
			 bfd_diagnostic_name(session->remote_diagnostic));
	else if (link->send_error)
		snprintf(text, SEEN_BYTES, "send to %s: %s", address,
			 limits_strerror(link->send_error));
	else
		snprintf(text, SEEN_BYTES, "%s sends nothing", address);
}

static void expired(struct run *run)
{
	struct link *link = run->kept;
	char seen[SEEN_BYTES];

	bfd_sockets_drain(run->owner->bfd, run->check);
	if (!run->in_progress)
		return;
	if (is_switched_off(&link->session)) {
		report_switched_off(run);
		return;
	}
	explain(link, seen);
	run_timed_out(run, "no session within %s: %s", run_after(run).text, seen);
}

/* The session goes on. */
static void cancel(struct run *run)
{
	(void)run;
}

static void forget(struct run *run)
{
	struct link *link = run->kept;

	if (!link)
		return;
	run->kept = NULL;
	/* It need not find out by silence, nor take this for a failure. */
	if (link->session.remote_discriminator)
		send_packet(link, bfd_session_last_packet(&link->session));
	free_link(run->owner, link);
	if (!run->owner->bfd->links)
		bfd_sockets_close(run->owner);
}

const struct method bfd_method = {
	.name = "bfd", .start = start, .cancel = cancel, .expired = expired, .forget = forget};
