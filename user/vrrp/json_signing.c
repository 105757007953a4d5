/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auth_hmac in "xbeatctl vrrp". */
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/drop_reasons.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/json.h"
#include "user/vrrp/state/instance.h"
#include <string.h>

/* The counters have keepalived's names. */
static json_t *refused_json(const struct xb_signed *state)
{
	json_t *json = json_object();

	for (size_t i = 0; i < XB_SIGNED_REASON_COUNT; i++) {
		const char *name = drop_reasons[XB_SIGNED_REASON_FIRST + i].name;

		json_object_set_new(json, name + strlen("vrrp_"),
				    json_integer((json_int_t)state->refused_count[i]));
	}
	return json;
}

static json_t *keys_json(const struct config_signing *signing)
{
	json_t *json = json_array();

	for (size_t i = 0; i < signing->key_count; i++)
		json_array_append_new(json, json_integer(signing->keys[i].key.id));
	return json;
}

void instance_add_signing(json_t *json, const struct instance *instance)
{
	const struct config_signing *signing = &instance->config->signing;
	const struct xb_signed *state = instance_signing_state(instance);
	const struct xb_signed_note *skew = &state->notes[XB_SIGNED_SKEW];
	json_t *signed_json;

	if (!signing->mode)
		return;
	signed_json = json_pack("{s:s, s:s, s:i, s:o, s:I, s:o}", "mode",
				config_signed_mode_name(signing->mode), "anti_replay",
				signing->monotonic ? "monotonic" : "time", "active_key",
				signing->active_key, "keys", keys_json(signing), "accepted",
				(json_int_t)state->accepted_count, "refused", refused_json(state));
	if (signing->window_s)
		json_object_set_new(signed_json, "time_window_s", json_integer(signing->window_s));
	if (skew->is_set) {
		char address[ADDRESS_TEXT_BYTES];

		json_object_set_new(signed_json, "skew_s", json_integer(skew->skew_s));
		json_object_set_new(signed_json, "skew_source",
				    json_string(address_format(&skew->source, address)));
	}
	json_object_set_new(json, "auth_hmac", signed_json);
}
