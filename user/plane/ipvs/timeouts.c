/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/record.h"
#include "user/plane/ipvs/settings.h"
#include <libmnl/libmnl.h>
#include <linux/ip_vs.h>
#include <string.h>

static int take(const struct nlmsghdr *answer, void *context)
{
	struct ipvs_timeouts timeouts;

	if (ipvs_read_timeouts(answer, &timeouts))
		*(struct ipvs_timeouts *)context = timeouts;
	return MNL_CB_OK;
}

static int get(struct ipvs_plane *plane, struct ipvs_timeouts *timeouts)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_socket *ipvs = &plane->work.socket;

	return netlink_query(&ipvs->netlink,
			     ipvs_message(buffer, ipvs->family, IPVS_CMD_GET_CONFIG, 0), take,
			     timeouts);
}

static int set(struct ipvs_plane *plane, const struct ipvs_timeouts *timeouts)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_socket *ipvs = &plane->work.socket;
	struct nlmsghdr *message = ipvs_message(buffer, ipvs->family, IPVS_CMD_SET_CONFIG, 0);

	ipvs_put_timeouts(message, timeouts);
	return ipvs_transact(ipvs, message);
}

static int remember(struct ipvs_plane *plane)
{
	int error = get(plane, &plane->timeouts_before);

	if (error)
		return error;
	plane->has_timeouts_before = plane->table.record_stale = true;
	ipvs_record_write(plane);
	return 0;
}

void ipvs_timeouts_apply(struct ipvs_plane *plane)
{
	const struct config_pools *settings = plane->settings;
	struct ipvs_timeouts wanted = {settings->timeout_tcp_s, settings->timeout_tcpfin_s,
				       settings->timeout_udp_s};
	int error;

	ipvs_timeouts_restore(plane); /* what is not set any more */
	if (!settings->has_timeouts)
		return;
	error = remember(plane);
	if (!error)
		error = set(plane, &wanted);
	if (error)
		log_warning("ipvs: cannot set lvs_timeouts: %s", limits_strerror(-error));
}

void ipvs_timeouts_restore(struct ipvs_plane *plane)
{
	int error;

	if (!plane->has_timeouts_before)
		return;
	error = set(plane, &plane->timeouts_before);
	if (error)
		log_warning("ipvs: cannot put the timeouts back that were there before "
			    "(ipvsadm --set %u %u %u): %s",
			    plane->timeouts_before.tcp_s, plane->timeouts_before.tcpfin_s,
			    plane->timeouts_before.udp_s, limits_strerror(-error));
	plane->has_timeouts_before = false;
	plane->table.record_stale = true;
}
