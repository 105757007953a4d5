// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds out whose a captured packet is, and words its verdict; see words.h. */
#include "user/ctl/capture/words.h"
#include "user/ctl/capture/packet.h"
#include "user/lib/array.h"
#include "user/lib/drop_reasons.h"
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xbeat/wire.h>

#define NAME_BYTES 64

static const char *const types[] = {
	[XB_PROBE] = "PROBE",	[XB_REPLY] = "REPLY",	  [XB_QUERY] = "QUERY",
	[XB_ANSWER] = "ANSWER", [XB_COMPARE] = "COMPARE", [XB_COMPARED] = "COMPARED"};

struct words {
	char *text;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *format, ...)
{
	va_list arguments;
	int added;

	if (words->used >= WORDS_BYTES)
		return;
	va_start(arguments, format);
	added = vsnprintf(words->text + words->used, WORDS_BYTES - words->used, format, arguments);
	va_end(arguments);
	words->used += added > 0 ? (size_t)added : 0;
}

static bool has_id(const json_t *node, unsigned id)
{
	return json_integer_value(json_object_get(node, "id")) == (json_int_t)id;
}

static const char *node_name(const struct words_names *names, unsigned id,
			     char text[static NAME_BYTES])
{
	const json_t *node = json_object_get(names->status, "node");
	size_t index;

	if (!has_id(node, id)) {
		json_array_foreach(names->peers, index, node) if (has_id(node, id)) break;
		if (index >= json_array_size(names->peers))
			node = NULL;
	}
	if (node)
		snprintf(text, NAME_BYTES, "%s", json_string_value(json_object_get(node, "name")));
	else
		snprintf(text, NAME_BYTES, "node %u", id);
	return text;
}

/* A copy, because it may not be aligned. Returns false if it is not a whole heartbeat. */
static bool read_heartbeat(const struct packet *packet, struct xb_packet *heartbeat)
{
	if (packet->protocol != IPPROTO_UDP || packet->payload_bytes < sizeof(*heartbeat))
		return false;
	memcpy(heartbeat, packet->payload, sizeof(*heartbeat));
	return heartbeat->magic == htons(XB_MAGIC) && heartbeat->type < ARRAY_SIZE(types) &&
	       types[heartbeat->type];
}

/* "PROBE from node-b" */
static void add_heartbeat(struct words *words, const struct words_names *names,
			  const struct xb_packet *heartbeat, bool outbound)
{
	bool question = heartbeat->type & 1;
	unsigned other = ntohs(question ? heartbeat->prober_id : heartbeat->responder_id);
	char name[NAME_BYTES];

	if (outbound)
		other = ntohs(heartbeat->prober_id);
	add(words, "%s %s %s", types[heartbeat->type], outbound ? "to" : "from",
	    node_name(names, other, name));
}

static const char *instance_name(const struct words_names *names, unsigned vrid, unsigned family)
{
	const json_t *instance;
	size_t index;

	json_array_foreach(names->vrrp, index, instance)
	{
		const char *own = json_string_value(json_object_get(instance, "family"));

		if (json_integer_value(json_object_get(instance, "vrid")) == (json_int_t)vrid &&
		    own && !strcmp(own, family == 4 ? "ipv4" : "ipv6"))
			return json_string_value(json_object_get(instance, "name"));
	}
	return NULL;
}

static void add_advert(struct words *words, const struct words_names *names,
		       const struct packet *packet)
{
	const uint8_t *advert = packet->payload;
	const char *name = instance_name(names, advert[1], packet->family);

	if (name)
		add(words, "advert of %s", name);
	else
		add(words, "advert of VRID %u", advert[1]);
	add(words, ", priority %u, from %s", advert[2], packet->source);
}

/* "": nothing is known of it. */
static void add_packet(struct words *words, const struct words_names *names,
		       const struct xb_captured *record)
{
	struct packet packet;
	struct xb_packet heartbeat;

	if (!packet_read(&packet, record->data, record->data_bytes, record->bare))
		return;
	if (read_heartbeat(&packet, &heartbeat))
		add_heartbeat(words, names, &heartbeat, record->verdict == XB_CAPTURED_ANSWER);
	else if (packet.protocol == PACKET_VRRP && packet.payload_bytes >= 3)
		add_advert(words, names, &packet);
	else
		add(words, "packet from %s", packet.source);
}

static void add_reasons(struct words *words, uint64_t bits, bool with_help)
{
	const char *before = "";

	for (size_t i = 0; i < XB_DROP_COUNT; i++) {
		if (!(bits & 1ULL << i))
			continue;
		add(words, "%s%s", before, drop_reasons[i].name);
		if (with_help)
			add(words, " (%s)", drop_reasons[i].help);
		before = ", ";
	}
}

const char *words_verdict(const struct words_names *names, const struct xb_captured *record,
			  char text[static WORDS_BYTES])
{
	static const char *const verdicts[] = {[XB_CAPTURED_ANSWERED] = " answered",
					       [XB_CAPTURED_ANSWER] = "",
					       [XB_CAPTURED_TAKEN] = " taken",
					       [XB_CAPTURED_REFUSED] = " refused: "};
	struct words words = {.text = text};

	text[0] = '\0';
	add_packet(&words, names, record);
	if (!words.used)
		add(&words, "packet");
	if (record->verdict < ARRAY_SIZE(verdicts) && verdicts[record->verdict])
		add(&words, "%s", verdicts[record->verdict]);
	if (record->verdict == XB_CAPTURED_REFUSED) {
		add_reasons(&words, record->reason_bits, true);
	} else if (record->reason_bits && record->verdict != XB_CAPTURED_ANSWER) {
		add(&words, ", and counted as ");
		add_reasons(&words, record->reason_bits, false);
	}
	return text;
}
