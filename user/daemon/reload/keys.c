/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a key file that has changed. */
#include "user/core/heartbeat.h"
#include "user/daemon/daemon.h"
#include <stdio.h>
#include <string.h>

/* The first one signs. None is valid without a heartbeat block, which is reported by itself. */
static void report_keys(struct daemon *daemon, const struct xb_key *before)
{
	const struct xb_key *signing = &daemon->keys[0], *other = &daemon->keys[1];
	char accepted[32] = "no other key";

	if (!before->valid || !signing->valid)
		return;
	if (other->valid)
		snprintf(accepted, sizeof(accepted), "also key %u", other->id);
	event_log_add(&daemon->event_log, "daemon", "self", "running", "running",
		      "key file changed: signs with key %u (fingerprint %016llx; before: key %u, "
		      "%016llx), accepts %s",
		      signing->id, (unsigned long long)key_fingerprint(signing), before->id,
		      (unsigned long long)key_fingerprint(before), accepted);
}

void daemon_use_keys(struct daemon *daemon, const struct xb_key keys[static XB_KEYS_MAX])
{
	struct xb_key before = daemon->keys[0];

	if (!memcmp(daemon->keys, keys, sizeof(daemon->keys)))
		return;
	memcpy(daemon->keys, keys, sizeof(daemon->keys));
	kernel_set_keys(&daemon->kernel, daemon->keys);
	prober_set_key(&daemon->prober, &daemon->keys[0]);
	report_keys(daemon, &before);
	explicit_bzero(&before, sizeof(before));
}
