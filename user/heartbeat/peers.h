/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other nodes as this one sees them: a copy of their slots in xb_peers, refreshed once a tick,
 * and the verdicts made from it. Only user/heartbeat writes these structs. The deadline timer fires
 * between ticks when a peer's evidence becomes older than the detection time.
 *
 * judge.c judges, bypass.c sees heartbeats that went past the XDP program, report.c reports what
 * has changed, replies.c finds peers whose REPLYs are lost, answers.c those of this node,
 * indirect.c asks other nodes about silent peers, detection.c chooses detection times, own_links.c
 * judges this node's links, refusals.c counts what is refused while a peer is silent, explain.c and
 * json.c answer xbeatctl, round_trips.c keeps and shows round trips.
 *
 * All times are CLOCK_MONOTONIC in ns unless the name says otherwise.
 */
#ifndef XBEAT_HEARTBEAT_PEERS_H
#define XBEAT_HEARTBEAT_PEERS_H

#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/figures/lateness.h"
#include "user/figures/recent.h"
#include "user/heartbeat/bypass.h"
#include "user/heartbeat/refusals.h"
#include "user/kernel/kernel.h"
#include "user/kernel/upkeep/answer_way.h"
#include "user/lib/event/event_log.h"
#include <event2/event.h>
#include <jansson.h>

/* Whether a peer's REPLYs arrive over a link (replies.c). */
struct peer_replies {
	uint64_t reply_count, probe_count, sent_count; /* of the slot, at the last REPLY */
	bool missing;
	uint64_t since_ns; /* it is missing */
	uint64_t report_due_ns;
	uint64_t spell_count; /* how often they have become missing */
};

struct peer {
	const struct config_node *node;
	size_t link_count;
	size_t first_slot; /* slot of link 0 in xb_peers; the others follow */
	uint64_t epoch; /* the newest reported */
	struct liveness_peer liveness;
	/* of this peer: the detection time may follow what is seen of it */
	struct liveness_timing timing;
	struct indirect_probe indirect;
	uint64_t progress_ns; /* of its daemon, the last; as of the last refresh */
	uint64_t stall_start_ns, stall_end_ns; /* of its daemon, the last */
	struct xb_peer seen[XB_LINKS_MAX]; /* index: link; as of the last refresh */
	struct liveness_evidence evidence[XB_LINKS_MAX]; /* of these, for the judgement */
	uint32_t late_apps_bits; /* of peer_late_apps(), as reported */
	uint64_t answered_count[XB_LINKS_MAX]; /* evidence there was at the last probe */
	uint32_t unanswered_count[XB_LINKS_MAX]; /* probes sent since there was any, in ticks */
	uint64_t extra_count[XB_LINKS_MAX]; /* probes sent between ticks */
	struct peer_replies replies[XB_LINKS_MAX];
	struct refusals refusals;
	struct recent recent[XB_LINKS_MAX]; /* round trips (round_trips.c) */
	uint64_t verdict_count[VERDICT_COUNT]; /* changes to it */
};

/* One of this node's own links (own_links.h). */
struct own_link {
	bool unused; /* a reload added it, and no node has been heard on it: it is not judged */
	bool known; /* a peer was heard on it, or it is bad */
	bool bad;
	uint64_t silent_since_ns; /* no peer is up on it, but on other links; 0: not so */
	uint64_t heard_since_ns; /* it is bad, but a peer is up on it; 0: not so */
	char reason[96];
};

/* How this node's answers leave a link, and whether they arrive (answers.h). */
struct answers {
	unsigned interface_index; /* of the device that this is about; 0: none yet */
	enum answer_way way;
	uint64_t judged_from_ns; /* reports that arrive from then on are about this way */
	uint64_t first_count; /* answers sent when it was taken */
	uint32_t failed_bits; /* bit n: way n */
	uint64_t sent_count[ANSWER_WAYS]; /* of those that failed: answers lost */
	bool native_refused; /* by the driver */
	bool exhausted; /* all have failed: the network loses the answers */
	bool changed; /* the device has, since a way failed */
	uint64_t retry_ns; /* not before; 0: at once */
	uint64_t retry_wait_ns; /* the next time */
};

/* What one node last answered about another. */
struct peer_view {
	bool asked; /* in the last round about the subject */
	uint64_t arrival_ns; /* of the answer; 0: none since the subject fell silent */
	uint64_t heard_ns; /* when it last heard the subject, on this node's clock; 0: never */
};

/* Sends a QUERY about the node subject_id to a peer, on all links. */
typedef void peers_ask(void *context, const struct peer *respondent, uint16_t subject_id,
		       uint64_t t1_ns);

/* Sends a PROBE to all peers on all links, now. */
typedef void peers_probe(void *context);

/* What follows from a judgement is done elsewhere; all members are set. */
struct peers_callbacks {
	void (*on_verdict)(void *context, struct peer *peer, enum verdict from); /* has changed */
	void (*on_links)(void *context); /* one of own_links has become bad or good */
	void (*on_isolated)(void *context); /* peers->isolated has changed; before on_verdict */
	void *context;
};

struct peers {
	struct peer *list;
	size_t count;
	struct kernel *kernel;
	struct event_log *event_log;
	/* with the configured detection time, or the largest of all peers */
	struct liveness_timing timing;
	struct stall_watch stall;
	struct lateness lateness; /* prober.c counts ticks, report.c stalls */
	size_t sampled; /* index of the last peer whose round trips were sampled */
	struct peers_detection *detection; /* NULL: the multiplier is fixed */
	bool isolated; /* this node hears no peer, of at least two: it may be cut off */
	uint64_t isolated_since_ns; /* when that last changed */
	char isolated_reason[LIVENESS_REASON_BYTES]; /* of the last change */
	uint64_t started_ns;
	uint64_t refreshed_ns; /* before the last refresh */
	const struct config *config; /* for the names of applications and instances */
	struct peer_view *views; /* count x count: by subject, then by respondent */
	peers_ask *ask; /* NULL: cannot send yet */
	peers_probe *probe; /* likewise */
	void *prober;
	size_t awaiting_count; /* moments since which answers are awaited (acks.h) */
	struct event *deadline;
	struct liveness_judgement *judgements; /* index: peer; as of the last judgement */
	uint64_t tick_due_ns; /* when the next tick is due */
	uint64_t reported_due_ns; /* due time of the tick whose stall has been reported */
	struct own_link own_links[XB_LINKS_MAX];
	int send_error
		[XB_LINKS_MAX]; /* prober_links.c: why PROBEs do not leave, an errno; 0: they do */
	bool lacks_address[XB_LINKS_MAX]; /* prober_links.c: this node's own is not there yet */
	struct answers *answers; /* index: link */
	struct bypass bypass[XB_LINKS_MAX];
	struct peers_callbacks callbacks;
};

struct peers_setup {
	struct event_base *base;
	struct kernel *kernel;
	const struct config *config; /* with a heartbeat block */
	size_t own_node; /* index of this node in the block */
	struct event_log *event_log;
	struct peers_callbacks callbacks;
};

/* Writes the identities of all slots (to be freed) for kernel_setup. Returns their number. */
size_t peers_slots(const struct config_heartbeat *heartbeat, size_t own_node,
		   struct xb_peer **slots);

/* Starts with all peers down, "not heard yet". Returns 0 or -ENOMEM. */
int peers_start(struct peers *peers, const struct peers_setup *setup);
void peers_stop(struct peers *peers);

/* Verdicts and since when, as new JSON, for a daemon that goes on; and back, after peers_start()
 * (saved: NULL: nothing). */
json_t *peers_saved_json(const struct peers *peers);
void peers_restore_saved(struct peers *peers, const json_t *saved);

/* Takes the configuration of a reload, which keeps the heartbeat block; the old one may be
 * freed. */
void peers_use_config(struct peers *peers, const struct config *config);

/* Calls on_isolated again, because a reload may have changed what follows from isolation. Without
 * heartbeats it does nothing. */
void peers_repeat_isolated(struct peers *peers);

/* Takes daemon_timeout and restart_grace of a reload. */
void peers_retime(struct peers *peers, const struct config_heartbeat *heartbeat);

/* A PEER_EPOCH event: a peer was first heard, or its daemon was restarted. Reports it once,
 * whatever the link. */
void peers_note_epoch(struct peers *peers, const struct xb_event *event);

/* The next tick is due at due_ns: when it runs later, this node stalled. */
void peers_expect_tick(struct peers *peers, uint64_t due_ns);

/* Sets what sends QUERYs and extra PROBEs; NULL: nothing can. */
void peers_use_prober(struct peers *peers, peers_ask *ask, peers_probe *probe, void *context);

/* Sends a PROBE to each peer on each link at once, beside those of the ticks: they carry the
 * present description of this node. Judges nothing. peers: NULL without heartbeats. */
void peers_probe_now(struct peers *peers);

/* Copies all slots. */
void peers_refresh(struct peers *peers);

/* Judges all peers from the last refresh, then reports what changed and arms the deadline timer.
 * now_ns must have been read before the refresh: a pause between the two must not make evidence
 * look old. */
void peers_judge(struct peers *peers, uint64_t now_ns);

/* From what the slots hold now. */
void peers_replies_start(struct peer *peer);

/* Adds "rtt_ns" and "rtt_minute_ns" to the JSON of a link. */
void peers_add_round_trips(json_t *json, const struct peers *peers, const struct peer *peer,
			   size_t link, uint64_t now_ns);

/* Once a tick: copies the round trips of some peers where that is due. */
void peers_sample_round_trips(struct peers *peers, uint64_t now_ns);

/* Judges whether the REPLYs of all peers arrive, from the last refresh. */
void peers_replies_judge(struct peers *peers, uint64_t now_ns);

/* Whether to report to a peer now that its REPLYs do not arrive. */
bool peers_loss_report_due(struct peers *peers, struct peer *peer, size_t link, uint64_t now_ns);

/* A PROBE is about to leave on a link; extra: between ticks. */
void peers_note_probe(struct peer *peer, size_t link, bool extra);

/* Jumps over numbers of PROBEs that were answered, if this node's have gone back behind them. */
void peers_skip_answered(struct peers *peers);

/* Returns the peer that owns a slot of xb_peers, or NULL. */
struct peer *peers_by_slot(const struct peers *peers, size_t slot);

/* Returns what the peer last reported of itself (its freshest link), or NULL if it was never
 * heard. */
const struct xb_peer *peer_said(const struct peer *peer);

/* Returns the bits of its applications that are late. A witness has the same configuration, but
 * runs no applications. */
uint32_t peer_late_apps(const struct peer *peer);

/* Starts a round of indirect probes about each peer for which one is due. */
void peers_ask_due(struct peers *peers, uint64_t now_ns);

/* An ANSWER event: takes it, and judges again, because verdicts may wait for it. */
void peers_take_answer(struct peers *peers, const struct xb_event *event);

/* Returns what respondent last answered about subject. */
struct peer_view *peers_view(const struct peers *peers, const struct peer *subject,
			     const struct peer *respondent);

/* Reports what a judgement has changed. */
void peers_report(struct peers *peers, struct peer *peer, const struct liveness_change *change);

/* Reports that the tick ran late_ns late, once a tick. */
void peers_report_stall(struct peers *peers, uint64_t late_ns);

/* Reports that this node has become isolated or connected. */
void peers_report_isolated(struct peers *peers, bool isolated, uint64_t now_ns);

/* Writes the name of the application or instance with an index in the peer's packets; returns
 * text. */
#define PEERS_NAME_BYTES 64
const char *peers_app_name(const struct peers *peers, size_t index, char text[PEERS_NAME_BYTES]);
/* Writes why it is late, with the timeout from this node's configuration: packets carry only one
 * bit. */
const char *peers_app_lateness(const struct peers *peers, size_t index,
			       char text[PEERS_NAME_BYTES]);
const char *peers_instance_name(const struct peers *peers, const struct xb_instance *said,
				char text[PEERS_NAME_BYTES]);

/* Whether this node receives heartbeats at the address. peers: NULL without heartbeats. */
bool peers_come_to(const struct peers *peers, const struct xb_address *address);

/* Returns the node of that name, or NULL. */
struct peer *peers_find(const struct peers *peers, const char *name);

/* Whether a node is up, but not on all its links. */
bool peer_is_degraded(const struct peer *peer);

/* Returns a new JSON array of all peers. */
json_t *peers_json(struct peers *peers);

/* Returns a new JSON object: round trips and gaps of all links by bucket, and the bounds of the
 * buckets. Without heartbeats it has no links. */
json_t *peers_histograms_json(const struct peers *peers);

/* Returns a new JSON object of one, as of the last refresh. */
json_t *peer_json(const struct peers *peers, const struct peer *peer, uint64_t now_ns);

/* Returns a new JSON object: one peer in sentences. */
json_t *peer_explain(struct peers *peers, const struct peer *peer);

/* Takes an ANSWER, after a refresh. Returns whether it was expected. */
bool peers_note_answer(struct peers *peers, const struct xb_event *event);

#endif
