/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reasons of the state machine in words; see reason.h. */
#include "user/core/vrrp/reason.h"
#include "user/lib/address.h"
#include "user/lib/text/duration.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Returned by value, for use in an argument list. */
struct text {
	char text[ADDRESS_TEXT_BYTES];
};

static void set_reason(struct vrrp *vrrp, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_reason(struct vrrp *vrrp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(vrrp->reason, sizeof(vrrp->reason), format, arguments);
	va_end(arguments);
}

static struct duration_text elapsed(uint64_t now_ns, uint64_t then_ns)
{
	return duration_text(time_since_ns(now_ns, then_ns));
}

static struct text address_text(const struct xb_address *address)
{
	struct text out = {};

	address_format(address, out.text);
	return out;
}

void vrrp_explain(struct vrrp *vrrp, const char *clause)
{
	set_reason(vrrp, "%s", clause);
}

void vrrp_explain_owner(struct vrrp *vrrp)
{
	set_reason(vrrp, "address owner (priority %d)", VRRP_PRIORITY_OWNER);
}

void vrrp_explain_start(struct vrrp *vrrp)
{
	set_reason(vrrp, "started with priority %u, Active_Down_Timer %s", vrrp->effective_priority,
		   duration_text(vrrp_active_down_interval_ns(vrrp)).text);
}

void vrrp_explain_followed(struct vrrp *vrrp)
{
	set_reason(vrrp, "follows %s (priority %u)", address_text(&vrrp->active_address).text,
		   vrrp->active_priority);
}

void vrrp_explain_release(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	set_reason(vrrp, "%s released the addresses (priority 0), Skew_Time %s",
		   address_text(&advert->source).text, duration_text(vrrp_skew_time_ns(vrrp)).text);
}

void vrrp_explain_loss(struct vrrp *vrrp, const char *clause)
{
	set_reason(vrrp, "%s; no better node took over within Skew_Time %s", clause,
		   duration_text(vrrp_skew_time_ns(vrrp)).text);
}

void vrrp_explain_yielding(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	struct text source = address_text(&advert->source);

	if (advert->priority > vrrp->effective_priority)
		set_reason(vrrp, "advert from %s with higher priority %u, ours %u", source.text,
			   advert->priority, vrrp->effective_priority);
	else
		set_reason(vrrp,
			   "advert from %s with equal priority %u and a higher address than %s",
			   source.text, advert->priority,
			   address_text(&vrrp->parameters.primary_address).text);
}

void vrrp_explain_silence(struct vrrp *vrrp, uint64_t now_ns)
{
	struct duration_text interval = duration_text(vrrp_active_down_interval_ns(vrrp));

	if (!vrrp->heard_ns)
		set_reason(vrrp, "no advert for %s, Active_Down_Timer %s",
			   elapsed(now_ns, vrrp->state_since_ns).text, interval.text);
	else if (vrrp->active_priority == VRRP_PRIORITY_RELEASE)
		set_reason(vrrp, "no advert for %s, since the addresses were released",
			   elapsed(now_ns, vrrp->heard_ns).text);
	else
		set_reason(vrrp, "no advert from %s (priority %u) for %s, Active_Down_Timer %s",
			   address_text(&vrrp->active_address).text, vrrp->active_priority,
			   elapsed(now_ns, vrrp->heard_ns).text, interval.text);
}

void vrrp_explain_preemption(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	struct text source = address_text(&advert->source);

	if (vrrp->preempt_since_ns)
		set_reason(
			vrrp,
			"preempts %s: lower priority %u, ours %u, for %s (preempt_delay %s, Active_Down_Timer %s)",
			source.text, advert->priority, vrrp->effective_priority,
			elapsed(now_ns, vrrp->preempt_since_ns).text,
			duration_text(vrrp->parameters.preempt_delay_ns).text,
			duration_text(vrrp_active_down_interval_ns(vrrp)).text);
	else
		set_reason(vrrp, "preempts %s: lower priority %u, ours %u", source.text,
			   advert->priority, vrrp->effective_priority);
}

void vrrp_explain_holding(struct vrrp *vrrp, uint64_t now_ns, const char *clause)
{
	uint64_t heard_ns = vrrp->heard_ns ? vrrp->heard_ns : vrrp->state_since_ns;

	set_reason(vrrp, "no advert for %s, but %s", elapsed(now_ns, heard_ns).text, clause);
}

void vrrp_explain_staying(struct vrrp *vrrp, const struct vrrp_advert *advert, const char *clause)
{
	set_reason(vrrp, "does not preempt %s (priority %u, ours %u): %s",
		   address_text(&advert->source).text, advert->priority, vrrp->effective_priority,
		   clause);
}

void vrrp_explain_waiting(struct vrrp *vrrp, const char *clause)
{
	size_t length = strlen(vrrp->reason);

	snprintf(vrrp->reason + length, sizeof(vrrp->reason) - length, ", but %s", clause);
}

void vrrp_explain_claim(struct vrrp *vrrp, const char *node)
{
	size_t length = strlen(vrrp->reason);

	snprintf(vrrp->reason + length, sizeof(vrrp->reason) - length,
		 "; claims the addresses from %s", node);
}

void vrrp_explain_lateness(struct vrrp *vrrp, uint64_t now_ns, uint64_t limit_ns)
{
	set_reason(vrrp,
		   "this node sent no advert for %s: a Backup of priority %u takes over after %s",
		   elapsed(now_ns, vrrp->advertised_ns).text,
		   vrrp->parameters.timer_expired_priority, duration_text(limit_ns).text);
}
