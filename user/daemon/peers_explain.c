/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain" of a node: what is known of it, from whom, what was concluded, and what would change that. */
#include <user/daemon/peers.h>
json_t *peer_explain(struct peers *peers, const struct peer *peer)
{
	(void)peers;
	(void)peer;
	return NULL;
}
