/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One VRRP router for the tests of user/core/vrrp/vrrp.c: 10.0.0.5 with priority 100, version 3, an
 * interval of 1 s. It starts at START.
 */
#ifndef XBEAT_TESTS_VRRP_FIXTURE_H
#define XBEAT_TESTS_VRRP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <cmocka.h>

#define MS NS_PER_MS
#define START (1000 * NS_PER_SECOND)
#define SKEW_NS (NS_PER_SECOND * 156 / 256)
#define DOWN_NS (3 * NS_PER_SECOND + SKEW_NS)
#define OWN_HOST 5

#define INITIALIZE XB_INSTANCE_INITIALIZE
#define BACKUP XB_INSTANCE_BACKUP
#define ACTIVE XB_INSTANCE_ACTIVE

static struct vrrp vrrp;
static struct vrrp_actions actions;

static inline struct xb_address host_address(uint8_t host)
{
	struct xb_address address = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, host}};

	return address;
}

static inline struct vrrp_advert advert_from(uint8_t host, uint8_t priority, uint64_t arrival_ns)
{
	struct vrrp_advert advert = {
		.source = host_address(host),
		.priority = priority,
		.interval_ns = NS_PER_SECOND,
		.arrival_ns = arrival_ns,
	};

	return advert;
}

static inline struct vrrp_parameters default_parameters(void)
{
	struct vrrp_parameters parameters = {
		.vrid = 51,
		.version = 3,
		.priority = 100,
		.preempt = true,
		.advert_interval_ns = NS_PER_SECOND,
		.down_timer_adverts = 3,
		.primary_address = host_address(OWN_HOST),
	};

	return parameters;
}

/* Each event must set every action. */
static inline void forget_actions(void)
{
	memset(&actions, 0xff, sizeof(actions));
}

static inline void start_with(const struct vrrp_parameters *parameters)
{
	vrrp_init(&vrrp, parameters);
	forget_actions();
	vrrp_startup(&vrrp, START, &actions);
}

static inline void start_backup(void)
{
	struct vrrp_parameters parameters = default_parameters();

	start_with(&parameters);
	assert_int_equal(vrrp.state, BACKUP);
}

static inline void receive_advert(const struct vrrp_advert *advert, uint64_t now_ns)
{
	forget_actions();
	vrrp_advert_received(&vrrp, advert, now_ns, &actions);
}

static inline void receive(uint8_t host, uint8_t priority, uint64_t arrival_ns, uint64_t now_ns)
{
	struct vrrp_advert advert = advert_from(host, priority, arrival_ns);

	receive_advert(&advert, now_ns);
}

/* newest: an advert that is taken in before the timer is handled, or NULL. */
static inline void expire_with(uint64_t now_ns, const struct vrrp_advert *newest,
			       struct vrrp_timer_view view)
{
	if (newest && vrrp.state == BACKUP)
		vrrp_advert_received(&vrrp, newest, now_ns, &actions);
	view.lower = newest;
	forget_actions();
	vrrp_timer_expired(&vrrp, now_ns, &view, &actions);
}

static inline void expire_in_group(uint64_t now_ns, const struct vrrp_advert *newest,
				   const char *group_reason)
{
	expire_with(now_ns, newest, (struct vrrp_timer_view){.group_reason = group_reason});
}

static inline void expire(uint64_t now_ns, const struct vrrp_advert *newest,
			  const char *alive_reason)
{
	expire_with(now_ns, newest, (struct vrrp_timer_view){.alive_reason = alive_reason});
}

/* Active after one Active_Down_Interval from START. */
static inline void start_active_with(const struct vrrp_parameters *parameters)
{
	start_with(parameters);
	if (vrrp.state == BACKUP)
		expire(START + vrrp_active_down_interval_ns(&vrrp), NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
}

static inline void start_active(void)
{
	struct vrrp_parameters parameters = default_parameters();

	start_active_with(&parameters);
}

static inline void assert_no_actions(void)
{
	assert_false(actions.send_advert || actions.take_addresses || actions.announce_again ||
		     actions.release_addresses || actions.state_changed || actions.held);
}

static inline void assert_quiet_backup(uint64_t due_ns)
{
	assert_no_actions();
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(vrrp.timer_armed);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

static inline void assert_took_over(const char *reason)
{
	assert_string_equal(vrrp.reason, reason);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert && actions.take_addresses && actions.state_changed);
	assert_int_equal(actions.advert_priority, vrrp.effective_priority);
	assert_int_equal(actions.old_state, BACKUP);
}

#endif
