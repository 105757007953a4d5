/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Field by field; see version5.h. */
#include "user/kernel/layout/version5.h"
#include <string.h>

void version5_take_self(struct xb_self *to, const struct version5_self *from)
{
	to->abi_version = XB_MAP_ABI_VERSION;
	to->node_id = from->node_id;
	to->guard_count = from->guard_count;
	to->epoch = from->epoch;
	to->progress_ns = from->progress_ns;
	to->app_count = from->app_count;
	to->node_state = from->node_state;
	to->current = from->current;
	to->refusing = from->refusing;
	to->fencing = from->fencing;
	to->pid_namespace_device = from->pid_namespace_device;
	to->pid_namespace_inode = from->pid_namespace_inode;
	to->fenced_bits = from->fenced_bits;
	to->fencing_bits = from->fencing_bits;
	to->pid = from->pid;
	to->died_ns = from->died_ns;
	to->restart_grace_ns = from->restart_grace_ns;
	to->guard_due_ns = from->guard_due_ns;
	memcpy(to->daemon_name, from->daemon_name, sizeof(to->daemon_name));
	memcpy(to->description, from->description, sizeof(to->description));
}

static struct xb_vrrp_rule take_rule(const struct version5_rule *from)
{
	return (struct xb_vrrp_rule){
		.period = from->period,
		.role = from->role,
		.priority = from->priority,
		.flags = (__u8)((from->accepts_lower ? XB_VRRP_ACCEPTS_LOWER : 0) |
				(from->endures_lower ? XB_VRRP_ENDURES_LOWER : 0)),
	};
}

static struct xb_vrrp_heard take_heard(const struct version5_heard *from)
{
	return (struct xb_vrrp_heard){
		.last = from->last,
		.lower = from->lower,
		.rival = from->rival,
		.lower_since_ns = from->lower_since_ns,
		.lower_rival_ns = from->lower_rival_ns,
		.period = from->period,
		.unreported = from->unreported,
	};
}

/* What a daemon writes when it serves the instance again is left out. */
void version5_take_router(struct xb_vrrp *to, const struct version5_router *from)
{
	memcpy(to->interface, from->interface, sizeof(to->interface));
	to->vrid = from->vrid;
	to->family = from->family;
	to->served_version = from->served_version;
	to->own_source = from->own_source;
	to->destination = from->destination;
	to->arrival_ns = from->arrival_ns;
	to->source = from->source;
	to->version = from->version;
	to->priority = from->priority;
	to->address_count = from->address_count;
	to->interval_cs = from->interval_cs;
	to->pseudo_header = from->pseudo_header;
	to->refused_reason = from->refused_reason;
	to->addresses_added = from->addresses_added;
	to->addresses_digest = from->addresses_digest;
	to->received_count = from->received_count;
	to->changed_count = from->changed_count;
	to->rule = take_rule(&from->rule);
	to->base = from->base;
	to->heard = take_heard(&from->heard);
	to->refused_arrival_ns = from->refused_arrival_ns;
	to->refused_source = from->refused_source;
}
