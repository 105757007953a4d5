/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the owner of the plane learns, in words. */
#include "user/lib/limits.h"
#include "user/plane/ipvs/state.h"
#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#define WHY_BYTES 160

/* The kernel has no scheduler of that name, and its module could not be loaded. */
static void explain_scheduler(const struct ipvs_service *service, char why[static WHY_BYTES])
{
	if (service->wanted.engine[0])
		snprintf(why, WHY_BYTES,
			 "the kernel has no scheduler %s or no persistence engine %s "
			 "(modprobe ip_vs_%s ip_vs_pe_%s)",
			 service->wanted.scheduler, service->wanted.engine,
			 service->wanted.scheduler, service->wanted.engine);
	else
		snprintf(why, WHY_BYTES, "the kernel has no scheduler %s (modprobe ip_vs_%s)",
			 service->wanted.scheduler, service->wanted.scheduler);
}

static const struct explanation {
	int error;
	const char *text;
} explanations[] = {
	{-EPERM, "not permitted: it needs CAP_NET_ADMIN"},
	{-EAFNOSUPPORT, "this kernel's ip_vs has no IPv6"},
	{-ERANGE, "a weight or threshold is out of range: lthreshold must not be above uthreshold"},
	{-EINVAL, "ip_vs refuses the settings: a server of the other family needs lvs_method TUN "
		  "and no sync daemon"},
	{-ENOMEM, "the kernel is out of memory"},
};

static void explain(const struct ipvs_item *item, int error, char why[static WHY_BYTES])
{
	if (error == -ENOENT && !item->is_server) {
		explain_scheduler(item->service, why);
		return;
	}
	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i].error == error) {
			snprintf(why, WHY_BYTES, "%s", explanations[i].text);
			return;
		}
	snprintf(why, WHY_BYTES, "%s", limits_strerror(-error));
}

static const struct plane_server *server_of(const struct ipvs_item *item)
{
	return item->is_server ? &((const struct ipvs_server *)item)->shown : NULL;
}

void ipvs_report_refused(const struct ipvs_plane *plane, const struct ipvs_item *item, int error)
{
	char why[WHY_BYTES];

	explain(item, error, why);
	plane->events.refused(plane->events.context, &item->service->shown, server_of(item), why);
}

void ipvs_report_accepted(const struct ipvs_plane *plane, const struct ipvs_item *item)
{
	if (plane->events.accepted)
		plane->events.accepted(plane->events.context, &item->service->shown,
				       server_of(item));
}

void ipvs_report_restored(const struct ipvs_plane *plane, const struct ipvs_item *item,
			  const char *what)
{
	plane->events.restored(plane->events.context, &item->service->shown, server_of(item), what);
}
