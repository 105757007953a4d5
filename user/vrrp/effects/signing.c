/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts of an instance; see signing.h. The kernel side verifies them. */
#include "user/vrrp/effects/signing.h"
#include "user/config/model/config.h"
#include "user/kernel/maps/signed.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/event/event_log.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/router.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int set_keys(const struct instance *instance)
{
	const struct config_signing *signing = &instance->config->signing;
	const struct instance_router *router = instance->router;
	int error = 0;

	for (size_t i = 0; i < signing->key_count && !error; i++)
		error = kernel_signed_set_key(router->kernel, router->slot, &signing->keys[i].key);
	return error;
}

static void forget_other_keys(const struct instance *instance)
{
	const struct config_signing *signing = &instance->config->signing;
	bool keep[UINT8_MAX + 1] = {false};

	for (size_t i = 0; i < signing->key_count; i++)
		keep[signing->keys[i].key.id] = true;
	kernel_signed_forget_keys(instance->router->kernel, instance->router->slot, keep);
}

static int remember_peers(const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	const struct instance_router *router = instance->router;
	int error = 0;

	for (size_t i = 0; config->signing.mode && i < config->unicast_peer_count && !error; i++)
		error = kernel_signed_remember(router->kernel, router->slot,
					       &config->unicast_peers[i].address);
	return error;
}

int instance_signing_configure(const struct instance *instance)
{
	const struct config_signing *signing = &instance->config->signing;
	int error;

	if (!signing->mode && !instance_signing_state(instance)->in_use)
		return 0;
	error = set_keys(instance);
	if (!error)
		error = remember_peers(instance);
	if (error)
		return error;
	kernel_signed_check(instance->router->kernel, instance->router->slot, signing->mode,
			    signing->window_s);
	forget_other_keys(instance);
	return 0;
}

bool instance_signing_signs(const struct instance *instance)
{
	enum xb_signed_mode mode = instance->config->signing.mode;

	return mode == XB_SIGNED_PERMISSIVE || mode == XB_SIGNED_ENFORCE;
}

int instance_signing_sign(const struct instance *instance, struct vrrp_message *message,
			  struct xb_signed_trailer *trailer)
{
	const struct config_signing *signing = &instance->config->signing;
	const struct instance_router *router = instance->router;
	const struct config_signing_key *key;
	int error;

	if (!instance_signing_signs(instance))
		return 0;
	key = config_signing_key(signing, signing->active_key);
	if (!key)
		return -ENOKEY;
	error = vrrp_packet_sign(message, &key->key,
				 kernel_signed_next(router->kernel, router->slot), trailer);
	message->trailer = trailer;
	return error;
}

#define KIND(reason) ((reason)-XB_SIGNED_REASON_FIRST)

/* What to do about a kind of refusal. */
static const char *const remedies[XB_SIGNED_REASON_COUNT + 1] = {
	[KIND(XB_DROP_VRRP_MISSING)] =
		"its adverts are not signed: give it the auth_hmac of this node, or use mode permissive here until it has it",
	[KIND(XB_DROP_VRRP_MALFORMED)] =
		"the format is not that of keepalived 2.4.2 and later: update the sender",
	[KIND(XB_DROP_VRRP_UNKNOWN_KEY)] =
		"add the key to all nodes before one of them signs with it",
	[KIND(XB_DROP_VRRP_INVALID_HMAC)] =
		"its key has another value, NAT changes its address, or the advert is forged",
	[KIND(XB_DROP_VRRP_STALE)] = "set the clocks of both nodes",
	[KIND(XB_DROP_VRRP_REPLAY)] =
		"an old advert was sent again, two machines send from this address, or with anti_replay monotonic its clock is behind the one it had: set it, or restart xbeatd here",
	[XB_SIGNED_SKEW] = "beyond time_window its adverts will be refused: set the clocks",
};

const char *instance_signing_kind_name(size_t kind)
{
	return kind == XB_SIGNED_SKEW
		       ? "skew"
		       : drop_reasons[XB_SIGNED_REASON_FIRST + kind].name + strlen("vrrp_");
}

bool instance_signing_has_note(const struct instance *instance, size_t kind)
{
	return __atomic_load_n(&instance_signing_state(instance)->notes[kind].is_set,
			       __ATOMIC_ACQUIRE);
}

const char *instance_signing_note_text(const struct instance *instance, size_t kind,
				       char text[static SIGNING_TEXT_BYTES])
{
	const struct xb_signed_note *note = &instance_signing_state(instance)->notes[kind];
	char address[ADDRESS_TEXT_BYTES], figures[80] = "";
	int64_t skew_s = note->skew_s;

	if (kind == KIND(XB_DROP_VRRP_STALE) || kind == XB_SIGNED_SKEW)
		snprintf(figures, sizeof(figures),
			 " (its clock is %lld s %s this node's, time_window %u s)",
			 (long long)(skew_s < 0 ? -skew_s : skew_s),
			 skew_s < 0 ? "behind" : "ahead of", instance->config->signing.window_s);
	else if (kind != KIND(XB_DROP_VRRP_MISSING))
		snprintf(figures, sizeof(figures), " (key id %u)", note->key_id);
	snprintf(text, SIGNING_TEXT_BYTES, "from %s%s; %s", address_format(&note->source, address),
		 figures, remedies[kind]);
	return text;
}

static void report(const struct instance *instance, size_t kind)
{
	bool refused = kind != XB_SIGNED_SKEW;
	char text[SIGNING_TEXT_BYTES];

	event_log_add(instance->event_log, "signature", instance->config->name, "",
		      refused ? drop_reasons[XB_SIGNED_REASON_FIRST + kind].name : "skew", "%s %s",
		      refused ? "adverts refused" : "signed adverts accepted",
		      instance_signing_note_text(instance, kind, text));
}

void instance_signing_report(struct instance *instance)
{
	for (size_t kind = 0; kind <= XB_SIGNED_REASON_COUNT; kind++) {
		uint8_t bit = (uint8_t)(1 << kind);

		if (!instance_signing_has_note(instance, kind) ||
		    instance->router->reported_notes & bit)
			continue;
		instance->router->reported_notes |= bit;
		report(instance, kind);
	}
}

static struct signing_sender sender_of(const struct xb_address *source,
				       const struct xb_signed_mark *mark)
{
	uint64_t age_ns = time_since_ns(clock_now_ns(), mark->arrival_ns);

	return (struct signing_sender){
		.source = *source,
		.sequence = mark->sequence,
		.age_ns = age_ns,
		.ahead_ns = vrrp_sequence_ahead_ns(mark->sequence, clock_unix_ns() - age_ns),
		.key_id = mark->key_id,
	};
}

void instance_signing_each_sender(const struct instance *instance,
				  void (*take)(void *context, const struct signing_sender *sender),
				  void *context)
{
	const struct config_instance *config = instance->config;
	const struct instance_router *router = instance->router;
	struct signing_sender sender;
	struct xb_signed_mark mark;

	for (size_t i = 0; i < config->unicast_peer_count; i++) {
		const struct xb_address *peer = &config->unicast_peers[i].address;

		if (!kernel_signed_peer_mark(router->kernel, router->slot, peer, &mark))
			continue;
		sender = sender_of(peer, &mark);
		take(context, &sender);
	}
	for (size_t i = 0; !config->unicast_peer_count && i < XB_SIGNED_SOURCES_MAX; i++) {
		mark = instance_signing_state(instance)->marks[i];
		if (!mark.arrival_ns)
			continue;
		sender = sender_of(&mark.source, &mark);
		take(context, &sender);
	}
}

void instance_signing_want_reports(struct instance *instance)
{
	instance->router->reported_notes = 0;
	kernel_signed_want_notes(instance->router->kernel, instance->router->slot);
}

const struct xb_signed *instance_signing_state(const struct instance *instance)
{
	return kernel_signed_state(instance->router->kernel, instance->router->slot);
}
