/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which memory has keys and passwords. */
#include "user/daemon/daemon.h"
#include "user/lib/process/core_dump.h"

/* Where keys stay; those of auth_hmac, and passwords, are in the heap. */
void daemon_hide_secrets(struct daemon *daemon)
{
	core_dump_exclude(daemon->keys, sizeof(daemon->keys));
	core_dump_exclude(daemon->kernel.keys, sizeof(daemon->kernel.keys));
	core_dump_exclude(&daemon->prober.key, sizeof(daemon->prober.key));
	core_dump_exclude_heap();
	core_dump_clear_stack();
}
