/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See owner.h. */
#include "user/vrrp/owners/owner.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/vrrp/owners/names.h"
#include "user/vrrp/owners/reason.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE "none" /* in events */

int instance_owner_new(struct instance *instance)
{
	instance->owner = calloc(1, sizeof(*instance->owner));
	return instance->owner ? 0 : -ENOMEM;
}

void instance_owner_free(struct instance *instance)
{
	free(instance->owner);
}

static bool is_single(const char *names)
{
	return *names && !strstr(names, OWNER_SEPARATOR);
}

/* The last event about the owner, also of a daemon before this one; NULL: none. */
static const struct event_log_entry *last_event(const struct instance *instance)
{
	const struct event_log *event_log = instance->event_log;
	char subject[sizeof(event_log_at(event_log, 0)->subject)];

	snprintf(subject, sizeof(subject), "%s", instance->config->name);
	for (size_t i = event_log->count; i-- > 0;) {
		const struct event_log_entry *entry = event_log_at(event_log, i);

		if (!strcmp(entry->kind, "owner") && !strcmp(entry->subject, subject))
			return entry;
	}
	return NULL;
}

/* Takes up what a daemon before this one, or the instance before a reload, has reported. */
static void recall(struct instance *instance)
{
	const struct event_log_entry *last = last_event(instance);
	struct instance_owner *owner = instance->owner;

	if (!last)
		return;
	if (strcmp(last->to, NONE))
		memcpy(owner->reported, last->to, sizeof(owner->reported));
	memcpy(owner->reason, last->reason, sizeof(owner->reason));
	owner->since_unix_ns = last->time_unix_ns;
	snprintf(owner->left, sizeof(owner->left), "this daemon has started");
}

/* Reports the present owners. */
static void report(struct instance *instance, const char *reason)
{
	struct instance_owner *owner = instance->owner;
	char from[sizeof(owner->reported)];

	memcpy(from, owner->reported, sizeof(from));
	memcpy(owner->reported, owner->names, sizeof(owner->reported));
	snprintf(owner->reason, sizeof(owner->reason), "%s", reason);
	event_log_add(instance->event_log, "owner", instance->config->name, *from ? from : NONE,
		      *owner->reported ? owner->reported : NONE, "%s", owner->reason);
	owner->since_unix_ns =
		event_log_at(instance->event_log, instance->event_log->count - 1)->time_unix_ns;
}

static void end_move(struct instance *instance)
{
	instance->owner->left_ns = 0;
	instance->owner->left[0] = '\0';
	instance_disarm(instance, INSTANCE_TIMER_OWNER);
}

/* Why and, if there was a moment without a single owner, how long it took. */
static void report_single(struct instance *instance)
{
	struct instance_owner *owner = instance->owner;
	char why[OWNER_REASON_BYTES], reason[sizeof(owner->reason)];

	if (!*owner->left)
		owner_reason_left(instance, owner->reported, owner->left);
	owner_reason_taken(instance, why);
	if (owner->left_ns)
		snprintf(reason, sizeof(reason), "%.185s (no single owner was reported for %s)",
			 why, duration_text(time_since_ns(clock_now_ns(), owner->left_ns)).text);
	else
		snprintf(reason, sizeof(reason), "%s", why);
	report(instance, reason);
	end_move(instance);
}

void instance_report_owners(struct instance *instance)
{
	struct instance_owner *owner = instance->owner;
	char reason[OWNER_REASON_BYTES];

	if (!owner->left_ns || is_single(owner->names) || !strcmp(owner->names, owner->reported))
		return;
	owner_reason_no_single(instance, reason);
	report(instance, reason);
}

static void note_move(struct instance *instance)
{
	struct instance_owner *owner = instance->owner;

	if (owner->left_ns)
		return;
	owner->left_ns = clock_now_ns();
	owner_reason_left(instance, owner->reported, owner->left);
	instance_arm(instance, INSTANCE_TIMER_OWNER, owner->left_ns + OWNER_MOVE_NS);
}

void instance_follow_owner(struct instance *instance)
{
	struct instance_owner *owner = instance->owner;
	char names[sizeof(owner->names)];

	owner_names(instance, names);
	if (!strcmp(names, owner->names))
		return;
	memcpy(owner->names, names, sizeof(owner->names));
	if (!owner->known)
		recall(instance);
	owner->known = true;
	if (!strcmp(names, owner->reported))
		end_move(instance);
	else if (!is_single(names))
		note_move(instance);
	else
		report_single(instance);
}

void instance_add_owners(json_t *json, const struct instance *instance)
{
	const struct instance_owner *owner = instance->owner;
	json_t *names;

	if (!owner->known)
		return;
	names = json_array();
	for (const char *name = owner->reported; *name;) {
		size_t length = strcspn(name, ",");

		json_array_append_new(names, json_pack("s%", name, length));
		name += length + (name[length] ? strlen(OWNER_SEPARATOR) : 0);
	}
	json_object_set_new(json, "owners", names);
	json_object_set_new(json, "owners_since_unix_ns",
			    json_integer((json_int_t)owner->since_unix_ns));
	json_object_set_new(json, "owners_reason", json_text(owner->reason));
}
