/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See explain_signing.h. */
#include "user/vrrp/report/explain_signing.h"
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/report/explain_adverts.h"
#include "user/vrrp/state/instance.h"
#include <stdlib.h>

static void explain_sender(void *context, const struct signing_sender *sender)
{
	char address[ADDRESS_TEXT_BYTES];

	json_say(context, "%s signed with key %u, %.1f s ago; its clock is %.1f s %s this node's.",
		 address_format(&sender->source, address), sender->key_id,
		 duration_s(sender->age_ns), duration_s((uint64_t)llabs(sender->ahead_ns)),
		 sender->ahead_ns < 0 ? "behind" : "ahead of");
}

static void explain_note(const struct instance *instance, size_t kind, json_t *lines)
{
	const struct xb_signed *state = instance_signing_state(instance);
	uint64_t age_ns = time_since_ns(clock_now_ns(), state->notes[kind].arrival_ns);
	char text[SIGNING_TEXT_BYTES];

	if (!instance_signing_has_note(instance, kind) || age_ns >= EXPLAIN_FAULT_AGE_NS)
		return;
	instance_signing_note_text(instance, kind, text);
	if (kind == XB_SIGNED_SKEW)
		json_say(lines, "Signed adverts are accepted %s.", text);
	else
		json_say(
			lines,
			"Adverts are refused as %s, most recently %.1f s ago (%llu so far): %s. Their sender may be Active, too, and have the addresses.",
			instance_signing_kind_name(kind), duration_s(age_ns),
			(unsigned long long)state->refused_count[kind], text);
}

void instance_explain_signing(const struct instance *instance, json_t *lines)
{
	const struct config_signing *signing = &instance->config->signing;

	if (!signing->mode)
		return;
	json_say(lines, "Adverts are signed (auth_hmac, mode %s, active key %u).",
		 config_signed_mode_name(signing->mode), signing->active_key);
	instance_signing_each_sender(instance, explain_sender, lines);
	for (size_t kind = 0; kind <= XB_SIGNED_REASON_COUNT; kind++)
		explain_note(instance, kind, lines);
}
