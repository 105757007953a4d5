/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auth_hmac in "xbeatctl vrrp" and "xbeatctl status". */
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/report/json.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/room.h"
#include <stdio.h>

#define SEQUENCE_TEXT_BYTES 17

static json_t *address_json(const struct xb_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	return json_string(address_format(address, text));
}

/* As on the wire: 64 bits without a sign are no number of JSON's. */
static json_t *sequence_json(uint64_t sequence)
{
	char text[SEQUENCE_TEXT_BYTES];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)sequence);
	return json_string(text);
}

/* The counters have keepalived's names. */
static json_t *refused_json(const struct xb_signed *state)
{
	json_t *json = json_object();

	for (size_t i = 0; i < XB_SIGNED_REASON_COUNT; i++)
		json_object_set_new(json, instance_signing_kind_name(i),
				    json_integer((json_int_t)state->refused_count[i]));
	return json;
}

static json_t *note_json(const struct instance *instance, size_t kind)
{
	const struct xb_signed_note *note = &instance_signing_state(instance)->notes[kind];
	char text[SIGNING_TEXT_BYTES];

	return json_pack("{s:s, s:o, s:i, s:i, s:I, s:o}", "kind", instance_signing_kind_name(kind),
			 "source", address_json(&note->source), "key", note->key_id,
			 "clock_ahead_s", note->skew_s, "age_ns",
			 (json_int_t)time_since_ns(clock_now_ns(), note->arrival_ns), "text",
			 json_text(instance_signing_note_text(instance, kind, text)));
}

/* Since the last change of state. */
static json_t *notes_json(const struct instance *instance)
{
	json_t *json = json_array();

	for (size_t kind = 0; kind <= XB_SIGNED_REASON_COUNT; kind++)
		if (instance_signing_has_note(instance, kind))
			json_array_append_new(json, note_json(instance, kind));
	return json;
}

static json_t *keys_json(const struct config_signing *signing)
{
	json_t *json = json_array();

	for (size_t i = 0; i < signing->key_count; i++)
		json_array_append_new(json, json_integer(signing->keys[i].key.id));
	return json;
}

static void add_sender(void *context, const struct signing_sender *sender)
{
	json_array_append_new(context,
			      json_pack("{s:o, s:i, s:o, s:I, s:I}", "address",
					address_json(&sender->source), "key", sender->key_id,
					"sequence", sequence_json(sender->sequence), "age_ns",
					(json_int_t)sender->age_ns, "clock_ahead_ns",
					(json_int_t)sender->ahead_ns));
}

static json_t *senders_json(const struct instance *instance)
{
	json_t *json = json_array();

	instance_signing_each_sender(instance, add_sender, json);
	return json;
}

void instance_add_signing(json_t *json, const struct instance *instance)
{
	const struct config_signing *signing = &instance->config->signing;
	const struct xb_signed *state = instance_signing_state(instance);
	json_t *signed_json;

	if (!signing->mode)
		return;
	signed_json = json_pack("{s:s, s:s, s:i, s:o, s:I, s:o, s:o, s:o}", "mode",
				config_signed_mode_name(signing->mode), "anti_replay",
				signing->monotonic ? "monotonic" : "time", "active_key",
				signing->active_key, "keys", keys_json(signing), "accepted",
				(json_int_t)state->accepted_count, "refused", refused_json(state),
				"notes", notes_json(instance), "senders", senders_json(instance));
	if (signing->window_s)
		json_object_set_new(signed_json, "time_window_s", json_integer(signing->window_s));
	if (state->has_sent)
		json_object_set_new(signed_json, "sent_sequence",
				    sequence_json(state->sent_sequence));
	json_object_set_new(json, "auth_hmac", signed_json);
}

json_t *instances_signing_json(const struct vrrp_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < room->instances.count; i++) {
		const struct instance *instance = room->instances.list[i];
		const struct config_signing *signing = &instance->config->signing;

		if (signing->mode)
			json_array_append_new(array,
					      json_pack("{s:o, s:s, s:i, s:o}", "instance",
							json_text(instance->config->name), "mode",
							config_signed_mode_name(signing->mode),
							"active_key", signing->active_key, "notes",
							notes_json(instance)));
	}
	return array;
}
