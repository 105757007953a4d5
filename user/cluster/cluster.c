/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the other nodes for their statements, a page at a time; see cluster.h. */
#include "user/cluster/cluster.h"
#include "user/cluster/members.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define START_DELAY_NS (200 * NS_PER_MS)
#define CHECK_AGAIN_NS NS_PER_SECOND /* a node that is not heard */
#define RETRY_FIRST_NS NS_PER_SECOND
#define RETRY_DOUBLINGS_MAX 8 /* to 256 s */

static uint64_t period_ns(const struct cluster *cluster)
{
	return cluster->config->pools.count ? CLUSTER_POOLS_PERIOD_NS : CLUSTER_PERIOD_NS;
}

static void drop_transfer(struct member *member)
{
	free(member->transfer.bytes);
	member->transfer = (struct transfer){0};
}

static struct member *member_of(struct cluster *cluster, const struct peer *peer, uint64_t now_ns)
{
	struct member **member = &cluster->members[peer->node->id];

	if (!*member) {
		*member = calloc(1, sizeof(**member));
		if (*member)
			(*member)->due_ns = (*member)->ask_ns = now_ns;
	}
	return *member;
}

/* Returns a link over which the peer is up, another one than the last if it did not answer there;
 * its count if there is none. */
static size_t choose_link(const struct peer *peer, const struct member *member)
{
	for (size_t i = 0; i < peer->link_count; i++) {
		size_t link =
			(member->link + (member->unanswered_count ? 1 : 0) + i) % peer->link_count;

		if (peer->liveness.links[link] == VERDICT_UP && peer->seen[link].peer_epoch)
			return link;
	}
	return peer->link_count;
}

static uint64_t retry_ns(unsigned unanswered_count)
{
	unsigned doublings =
		unanswered_count < RETRY_DOUBLINGS_MAX ? unanswered_count : RETRY_DOUBLINGS_MAX;

	return RETRY_FIRST_NS << doublings;
}

static void ask(struct cluster *cluster, const struct peer *peer, struct member *member,
		size_t link, uint64_t now_ns)
{
	if (member->asked_ns)
		member->unanswered_count++;
	member->asked_ns = cluster->asked_ns = now_ns;
	member->link = link;
	member->ask_ns = now_ns + retry_ns(member->unanswered_count);
	prober_compare(cluster->prober, link, peer, member->transfer.page, now_ns);
}

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
	return time_reached(a_ns, b_ns) ? b_ns : a_ns;
}

/* Does what is due for one node: at most one question. */
static void attend(struct cluster *cluster, const struct peer *peer, struct member *member,
		   uint64_t now_ns)
{
	size_t link = choose_link(peer, member);

	cluster_check_suspicions(cluster, member, peer, now_ns);
	if (member->known && !member->compared)
		cluster_compare(cluster, peer->node->id);
	member->due_ns = now_ns + CHECK_AGAIN_NS;
	if (link == peer->link_count)
		return;
	if (time_reached(now_ns, member->ask_ns))
		ask(cluster, peer, member, link, now_ns);
	member->due_ns = earlier(member->ask_ns, now_ns + period_ns(cluster));
}

static void arm(struct cluster *cluster, uint64_t now_ns)
{
	uint64_t next_ns = now_ns + period_ns(cluster);
	uint64_t least_ns = cluster->asked_ns + CLUSTER_QUESTION_GAP_NS;

	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct member *member = member_of(cluster, &cluster->peers->list[i], now_ns);

		if (member && !time_reached(member->due_ns, next_ns))
			next_ns = member->due_ns;
	}
	clock_arm(cluster->timer, time_reached(next_ns, least_ns) ? next_ns : least_ns);
}

/* Attends to the node that has been due longest. */
static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct cluster *cluster = context;
	const struct peer *next = NULL;
	struct member *longest = NULL;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct peer *peer = &cluster->peers->list[i];
		struct member *member = member_of(cluster, peer, now_ns);

		if (!member || !time_reached(now_ns, member->due_ns) ||
		    (longest && time_reached(member->due_ns, longest->due_ns)))
			continue;
		longest = member;
		next = peer;
	}
	if (next)
		attend(cluster, next, longest, now_ns);
	cluster_check_pools(cluster, now_ns);
	arm(cluster, now_ns);
}

static void make_due(struct cluster *cluster, struct member *member, uint64_t due_ns)
{
	member->due_ns = member->ask_ns = due_ns;
	arm(cluster, clock_now_ns());
}

struct cluster *cluster_start(const struct cluster_setup *setup)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));

	if (!cluster)
		return NULL;
	cluster->kernel = setup->kernel;
	cluster->peers = setup->peers;
	cluster->prober = setup->prober;
	cluster->config = setup->config;
	cluster->own_node = setup->own_node;
	cluster->event_log = setup->event_log;
	cluster->pools = setup->pools;
	cluster->timer = evtimer_new(setup->base, on_timer, cluster);
	if (!cluster->timer) {
		free(cluster);
		return NULL;
	}
	cluster_digest_pools(cluster);
	cluster_describe(cluster);
	clock_arm(cluster->timer, clock_now_ns() + START_DELAY_NS);
	return cluster;
}

static void free_member(struct member *member)
{
	if (!member)
		return;
	drop_transfer(member);
	statement_free(&member->statement);
	free(member);
}

void cluster_stop(struct cluster *cluster)
{
	if (!cluster)
		return;
	event_free(cluster->timer);
	for (size_t i = 0; i <= XB_NODE_ID_MAX; i++)
		free_member(cluster->members[i]);
	statement_free(&cluster->own);
	free(cluster->disputes);
	free(cluster->pool_digests);
	free(cluster);
}

static bool has_node(const struct config_heartbeat *heartbeat, uint16_t node_id)
{
	for (size_t i = 0; i < heartbeat->node_count; i++)
		if (heartbeat->nodes[i].id == node_id)
			return true;
	return false;
}

static void forget_others(struct cluster *cluster)
{
	for (uint16_t id = 0; id <= XB_NODE_ID_MAX; id++) {
		if (!cluster->members[id] || has_node(cluster->config->heartbeat, id))
			continue;
		cluster_forget(cluster, id);
		free_member(cluster->members[id]);
		cluster->members[id] = NULL;
	}
}

/* One node is compared a time, because all at once would take long with many. */
void cluster_use_config(struct cluster *cluster, const struct config *config, size_t own_node)
{
	uint64_t now_ns = clock_now_ns();

	if (!cluster)
		return;
	cluster->config = config;
	cluster->own_node = own_node;
	forget_others(cluster);
	cluster_digest_pools(cluster);
	cluster_describe(cluster);
	for (size_t i = 0; i <= XB_NODE_ID_MAX; i++) {
		struct member *member = cluster->members[i];

		if (!member)
			continue;
		member->compared = false;
		member->suspicions.checked_ns = 0; /* other slots may count from 0 */
		member->due_ns = now_ns;
	}
	arm(cluster, now_ns);
}

void cluster_note_epoch(struct cluster *cluster, const struct xb_event *event)
{
	const struct peer *peer = cluster ? peers_by_slot(cluster->peers, event->slot) : NULL;
	struct member *member = peer ? member_of(cluster, peer, event->arrival_ns) : NULL;

	if (!member)
		return;
	suspicions_note_epoch(&member->suspicions, event->arrival_ns);
	member->unanswered_count = 0;
	member->asked_ns = 0;
	drop_transfer(member);
	make_due(cluster, member, clock_now_ns() + START_DELAY_NS);
}

/* All pages have come. */
static void complete(struct cluster *cluster, struct member *member, uint16_t node_id)
{
	struct transfer *transfer = &member->transfer;
	bool whole = statement_digest(transfer->bytes, transfer->length) == transfer->digest;

	if (whole) {
		statement_free(&member->statement);
		member->digest = transfer->digest;
		member->known =
			!statement_decode(transfer->bytes, transfer->length, &member->statement);
		if (!member->known)
			log_warning("cannot read the statement of node %u: it is damaged", node_id);
	}
	drop_transfer(member);
	if (whole && member->known) {
		cluster_compare(cluster, node_id);
		cluster_take_pools(cluster, node_id);
	}
}

static bool begin(struct transfer *transfer, const struct xb_page *page)
{
	uint16_t page_count = be16toh(page->page_count);
	size_t length = be32toh(page->statement_bytes);

	if (page_count > XB_PAGES_MAX || length > page_count * (size_t)XB_PAGE_DATA_BYTES)
		return false;
	*transfer = (struct transfer){
		.bytes = calloc(page_count, XB_PAGE_DATA_BYTES),
		.length = length,
		.digest = be64toh(page->digest),
		.page_count = page_count,
	};
	return transfer->bytes;
}

/* Takes a page. Returns when the node is to be asked again, in ns from now. */
static uint64_t take_page(struct cluster *cluster, struct member *member, uint16_t node_id,
			  const struct xb_page *page)
{
	struct transfer *transfer = &member->transfer;
	uint64_t digest = be64toh(page->digest);

	if (!page->page_count || (!transfer->bytes && digest == member->digest))
		return period_ns(cluster);
	if (!transfer->bytes && !begin(transfer, page))
		return period_ns(cluster);
	if (digest != transfer->digest) { /* it has changed meanwhile */
		drop_transfer(member);
		return RETRY_FIRST_NS;
	}
	memcpy(transfer->bytes + (size_t)transfer->page * XB_PAGE_DATA_BYTES, page->data,
	       XB_PAGE_DATA_BYTES);
	if (++transfer->page < transfer->page_count)
		return 0;
	complete(cluster, member, node_id);
	return period_ns(cluster);
}

void cluster_take_answer(struct cluster *cluster, const struct xb_event *event)
{
	const struct peer *peer = cluster ? peers_by_slot(cluster->peers, event->slot) : NULL;
	struct member *member = peer ? cluster->members[peer->node->id] : NULL;
	const struct xb_page *page = &event->compared.page;

	if (!member || !member->asked_ns || event->compared.t1_ns != member->asked_ns ||
	    be16toh(page->page) != member->transfer.page)
		return;
	member->asked_ns = 0;
	member->unanswered_count = 0;
	make_due(cluster, member,
		 clock_now_ns() + take_page(cluster, member, peer->node->id, page));
}
