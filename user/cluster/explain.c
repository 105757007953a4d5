/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs, as sentences of "xbeatctl explain". */
#include "user/cluster/members.h"
#include "user/lib/text/json_text.h"
#include <string.h>

static bool concerns(const struct cluster *cluster, const struct dispute *dispute, const char *name)
{
	const struct peer *peer = peers_find(cluster->peers, name);

	return !strcmp(dispute->instance, name) ||
	       (peer && dispute_is_with(dispute, peer->node->id));
}

void cluster_explain(const struct cluster *cluster, const char *name, json_t *lines)
{
	char text[CLUSTER_TEXT_BYTES];

	for (size_t i = 0; cluster && i < cluster->dispute_count; i++) {
		const struct dispute *dispute = &cluster->disputes[i];

		if (!name || concerns(cluster, dispute, name))
			json_say(lines, "Configurations differ: %s.",
				 cluster_text(cluster, dispute, text));
	}
}
