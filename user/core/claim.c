/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of claims; see claim.h. */
#include "user/core/claim.h"
#include <stdio.h>

#define CLAIM_REASON_BYTES 160
#define PAUSE_DOUBLINGS_MAX 6

static bool is_active(const struct claim_node *node)
{
	return node->said && node->said->state == XB_INSTANCE_ACTIVE && !node->fenced;
}

static bool has_flag(const struct claim_node *node, uint8_t flag)
{
	return node->said->family_flags & flag;
}

static void explain_ignorant(const struct claim_node *node, char *reason, size_t bytes)
{
	snprintf(reason, bytes, "%s runs a version of xbeat without claims", node->name);
}

const struct claim_node *claim_find_ignorant(const struct claim_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].said && !has_flag(&nodes[i], XB_INSTANCE_KNOWS_CLAIMS))
			return &nodes[i];
	return NULL;
}

static size_t count_active(const struct claim_node *nodes, size_t count, size_t *active)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_active(&nodes[i]))
			continue;
		*active = i;
		found++;
	}
	return found;
}

enum claim_prospect claim_prospect(const struct claim_node *nodes, size_t count,
				   uint8_t own_priority, size_t *active, char *reason, size_t bytes)
{
	const struct claim_node *ignorant = claim_find_ignorant(nodes, count);
	size_t found = count_active(nodes, count, active);

	if (!found || (found == 1 && nodes[*active].said->priority >= own_priority))
		return CLAIM_NEEDLESS;
	if (found > 1)
		snprintf(reason, bytes, "%zu nodes are Active", found);
	else if (ignorant)
		explain_ignorant(ignorant, reason, bytes);
	else if (!has_flag(&nodes[*active], XB_INSTANCE_GUARDED))
		snprintf(reason, bytes, "%s does not guard the addresses", nodes[*active].name);
	else
		return CLAIM_POSSIBLE;
	return CLAIM_IMPOSSIBLE;
}

static bool ranks_higher(const struct claim_node *node, uint8_t own_priority)
{
	if (node->said->priority != own_priority)
		return node->said->priority > own_priority;
	return node->outranks_equal;
}

/* An Active of the same priority does not give the addresses up either. */
static bool is_better(const struct claim_node *node, uint8_t own_priority)
{
	if (is_active(node))
		return node->said->priority >= own_priority;
	return node->said && node->said->state == XB_INSTANCE_BACKUP &&
	       has_flag(node, XB_INSTANCE_CLAIM) && ranks_higher(node, own_priority);
}

static enum claim_outcome judge_node(const struct claim_node *node, uint8_t own_priority,
				     char *reason, size_t bytes)
{
	enum claim_outcome outcome = CLAIM_GRANTED;

	if (is_better(node, own_priority)) {
		snprintf(reason, bytes, "%s %s with priority %u, ours %u", node->name,
			 is_active(node) ? "is Active" : "claims it, too,", node->said->priority,
			 own_priority);
		outcome = CLAIM_LOST;
	} else if (node->said && !has_flag(node, XB_INSTANCE_KNOWS_CLAIMS)) {
		explain_ignorant(node, reason, bytes);
		outcome = CLAIM_LOST;
	} else if (!node->answered) {
		snprintf(reason, bytes, "%s does not answer", node->name);
		outcome = CLAIM_WAITS;
	} else if (is_active(node)) {
		snprintf(reason, bytes, "%s answers, but is still Active", node->name);
		outcome = CLAIM_REFUSED;
	}
	return outcome;
}

enum claim_outcome claim_judge(const struct claim_node *nodes, size_t count, uint8_t own_priority,
			       char *reason, size_t bytes)
{
	enum claim_outcome outcome = CLAIM_GRANTED;

	for (size_t i = 0; i < count; i++) {
		char text[CLAIM_REASON_BYTES];
		enum claim_outcome one = judge_node(&nodes[i], own_priority, text, sizeof(text));

		if (one <= outcome)
			continue;
		outcome = one;
		snprintf(reason, bytes, "%s", text);
	}
	return outcome;
}

bool claim_has_fenced(uint64_t daemon_age_ns, uint64_t guard_timeout_ns)
{
	return daemon_age_ns < guard_timeout_ns - guard_timeout_ns / 8;
}

uint64_t claim_pause_ns(unsigned unanswered_count, uint64_t active_down_interval_ns)
{
	unsigned doublings =
		unanswered_count < PAUSE_DOUBLINGS_MAX ? unanswered_count : PAUSE_DOUBLINGS_MAX;

	return unanswered_count ? active_down_interval_ns << (doublings - 1) : 0;
}
