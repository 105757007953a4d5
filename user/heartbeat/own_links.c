/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This node's own links; see own_links.h. */
#include "user/heartbeat/own_links.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A link that goes up and down is bad: addresses would move with it. */
#define RECOVERY_NS NS_PER_SECOND

struct heard {
	size_t here; /* nodes that are up on the link */
	size_t elsewhere; /* nodes that are up, but not on it */
	size_t others; /* all but this one */
};

static struct heard count_heard(const struct peers *peers, size_t link)
{
	struct heard heard = {.others = peers->count};

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		bool up = false;

		for (size_t other = 0; other < peer->link_count; other++)
			up |= peer->liveness.links[other] == VERDICT_UP;
		if (peer->liveness.links[link] == VERDICT_UP)
			heard.here++;
		else if (up)
			heard.elsewhere++;
	}
	return heard;
}

static void describe(struct own_link *link, const struct heard *heard)
{
	if (link->bad && heard->here)
		snprintf(link->reason, sizeof(link->reason),
			 "%zu of %zu nodes are heard on it, for less than a second", heard->here,
			 heard->others);
	else if (link->bad)
		snprintf(link->reason, sizeof(link->reason),
			 "no node is heard on it, %zu of %zu on other links", heard->elsewhere,
			 heard->others);
	else if (heard->here)
		snprintf(link->reason, sizeof(link->reason), "%zu of %zu nodes are heard on it",
			 heard->here, heard->others);
	else
		snprintf(link->reason, sizeof(link->reason), "no node is heard on any link");
}

/* Whether a state has lasted for wait_ns; *since_ns: when it began; 0: it is new. */
static bool has_lasted(uint64_t *since_ns, uint64_t wait_ns, uint64_t now_ns)
{
	if (!*since_ns)
		*since_ns = now_ns;
	return time_since_ns(now_ns, *since_ns) >= wait_ns;
}

static bool is_bad(struct own_link *link, const struct heard *heard,
		   const struct liveness_timing *timing, uint64_t now_ns)
{
	if (!heard->here && heard->elsewhere) {
		link->heard_since_ns = 0;
		return has_lasted(&link->silent_since_ns, timing->detection_time_ns, now_ns) ||
		       link->bad;
	}
	link->silent_since_ns = 0;
	return link->bad && heard->here && !has_lasted(&link->heard_since_ns, RECOVERY_NS, now_ns);
}

/* Returns whether the link has become bad or good. */
static bool judge(struct own_link *link, const struct heard *heard,
		  const struct liveness_timing *timing, uint64_t now_ns)
{
	bool before = link->bad;

	link->unused &= !heard->here;
	if (link->unused)
		return false;
	link->bad = is_bad(link, heard, timing, now_ns);
	link->known |= link->bad || heard->here;
	describe(link, heard);
	return link->bad != before;
}

void peers_links_judge(struct peers *peers, uint64_t now_ns)
{
	size_t link_count = peers->count ? peers->list[0].link_count : 0;
	bool any = false;

	for (size_t i = 0; i < link_count; i++) {
		struct own_link *link = &peers->own_links[i];
		const struct heard heard = count_heard(peers, i);
		char subject[XB_NAME_BYTES + 8];

		if (!judge(link, &heard, &peers->timing, now_ns))
			continue;
		any = true;
		snprintf(subject, sizeof(subject), "self/%s", peers->list[0].seen[i].interface);
		event_log_add(peers->event_log, "link", subject, link->bad ? "good" : "bad",
			      link->bad ? "bad" : "good", "%s", link->reason);
	}
	if (any)
		peers->callbacks.on_links(peers->callbacks.context);
}

struct track_status peers_link_status(const struct peers *peers, const char *interface,
				      const char **reason)
{
	size_t link_count = peers && peers->count ? peers->list[0].link_count : 0;

	for (size_t i = 0; i < link_count; i++) {
		const struct own_link *link = &peers->own_links[i];

		if (strcmp(peers->list[0].seen[i].interface, interface) != 0 || !link->known)
			continue;
		*reason = link->reason;
		return (struct track_status){.known = true, .up = !link->bad};
	}
	return (struct track_status){0};
}

const char *peers_send_remedy(int error)
{
	return error == EPERM
		       ? "; this machine's own packet filter drops them: let UDP to the heartbeat port out"
		       : "; check the interface and the route";
}

json_t *peers_links_json(const struct peers *peers)
{
	size_t link_count = peers->count ? peers->list[0].link_count : 0;
	json_t *array = json_array();

	for (size_t i = 0; i < link_count; i++) {
		const struct own_link *link = &peers->own_links[i];
		const struct xb_peer *seen = &peers->list[0].seen[i];
		json_t *json = json_pack("{s:s, s:b, s:s}", "interface", seen->interface, "bad",
					 link->bad, "reason", link->reason);
		char text[ADDRESS_TEXT_BYTES];

		if (peers->lacks_address[i])
			json_object_set_new(
				json, "waiting_for",
				json_string(address_format(&seen->local_address, text)));
		json_array_append_new(array, json);
	}
	return array;
}
