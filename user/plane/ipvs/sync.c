/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's sync daemons: one sends the connections of this machine, one receives those of
 * another. */
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/settings.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ip_vs.h>
#include <string.h>

static const char *const roles[] = {"backup", "master"};

struct running {
	struct ipvs_sync_entry entries[2]; /* by role */
	bool present[2];
};

static int take(const struct nlmsghdr *answer, void *context)
{
	struct running *running = context;
	struct ipvs_sync_entry entry;

	if (ipvs_read_sync(answer, &entry)) {
		running->entries[entry.master] = entry;
		running->present[entry.master] = true;
	}
	return MNL_CB_OK;
}

static int find_running(struct ipvs_plane *plane, struct running *running)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_socket *ipvs = &plane->work.socket;

	*running = (struct running){0};
	return netlink_query(&ipvs->netlink,
			     ipvs_message(buffer, ipvs->family, IPVS_CMD_GET_DAEMON, NLM_F_DUMP),
			     take, running);
}

/* Whether it runs as it is configured; what is not configured is the kernel's choice. */
static bool is_as_wanted(const struct ipvs_plane *plane, const struct ipvs_sync_entry *entry)
{
	const struct config_lvs_sync *wanted = &plane->settings->sync, *found = &entry->settings;

	return !strcmp(found->interface, wanted->interface) && entry->id == plane->sync.id &&
	       (!wanted->length_max || found->length_max == wanted->length_max) &&
	       (!wanted->port || found->port == wanted->port) &&
	       (!wanted->ttl || found->ttl == wanted->ttl) &&
	       (address_is_unset(&wanted->group) || address_equal(&found->group, &wanted->group));
}

static int request(struct ipvs_plane *plane, uint8_t command, bool master)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_socket *ipvs = &plane->work.socket;
	struct nlmsghdr *message = ipvs_message(buffer, ipvs->family, command, 0);

	ipvs_put_sync(message, master, plane->sync.id,
		      command == IPVS_CMD_NEW_DAEMON ? &plane->settings->sync : NULL);
	return ipvs_transact(ipvs, message);
}

static void start(struct ipvs_plane *plane, bool master)
{
	int error = request(plane, IPVS_CMD_NEW_DAEMON, master);

	if (!error)
		log_info("ipvs: the %s sync daemon runs on %s, syncid %u", roles[master],
			 plane->settings->sync.interface, plane->sync.id);
	else if (error != plane->sync.error[master])
		log_warning("ipvs: cannot start the %s sync daemon on %s: %s; it is tried again",
			    roles[master], plane->settings->sync.interface,
			    limits_strerror(-error));
	plane->sync.error[master] = error;
}

static void apply_role(struct ipvs_plane *plane, const struct running *running, bool master)
{
	bool wanted = plane->settings->sync.interface[0] && plane->sync.wanted[master];
	bool runs = running->present[master];

	if (wanted && runs && is_as_wanted(plane, &running->entries[master]))
		return;
	if (runs)
		request(plane, IPVS_CMD_DEL_DAEMON, master);
	if (wanted)
		start(plane, master);
}

static void set_ours(struct ipvs_plane *plane, bool ours)
{
	plane->table.record_stale |= plane->sync.ours != ours;
	plane->sync.ours = ours;
}

/* Without lvs_sync_daemon those of another program are left alone. */
void ipvs_sync_apply(struct ipvs_plane *plane)
{
	const struct config_lvs_sync *settings = &plane->settings->sync;
	bool configured = settings->interface[0];
	struct running running;

	if (configured ? settings->instance && !plane->sync.known : !plane->sync.ours)
		return;
	if (configured && !settings->instance) {
		plane->sync.wanted[false] = plane->sync.wanted[true] = true;
		plane->sync.id = settings->id;
	}
	if (find_running(plane, &running))
		return;
	set_ours(plane, configured);
	/* That which ends, first: with the same settings the other one could not start. */
	for (int role = 0; role < 2; role++)
		if (!plane->sync.wanted[role])
			apply_role(plane, &running, role);
	for (int role = 0; role < 2; role++)
		if (plane->sync.wanted[role])
			apply_role(plane, &running, role);
}

void ipvs_sync_stop(struct ipvs_plane *plane)
{
	if (!plane->sync.ours)
		return;
	for (int role = 0; role < 2; role++)
		request(plane, IPVS_CMD_DEL_DAEMON, role);
	set_ours(plane, false);
}
