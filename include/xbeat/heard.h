/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which adverts count: the rules for adverts of RFC 9568 sections 6.4.2 and 6.4.3, applied to each
 * at its arrival. struct xb_vrrp_heard keeps what is needed to do later what would have been done
 * at once; the daemon reads it when its timer is due, when it is woken, and before it changes
 * anything that the rules depend on.
 *
 * If adverts are held to what nodes report in heartbeats, only those count that fit it; the daemon
 * decides about the others, which are kept aside.
 */
#ifndef XBEAT_HEARD_H
#define XBEAT_HEARD_H

#include <xbeat/map.h>

typedef __u64 __attribute__((__may_alias__)) xb_address_word;

static inline __attribute__((always_inline)) int xb_address_same(const struct xb_address *a,
								 const struct xb_address *b)
{
	const xb_address_word *x = (const xb_address_word *)a, *y = (const xb_address_word *)b;

	return x[0] == y[0] && x[1] == y[1];
}

static inline __attribute__((always_inline)) int xb_address_unset(const struct xb_address *a)
{
	const xb_address_word *x = (const xb_address_word *)a;

	return !x[0] && !x[1];
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define XB_FROM_BE64(x) __builtin_bswap64(x)
#else
#define XB_FROM_BE64(x) (x)
#endif

/* Whether a is the higher address. */
static inline __attribute__((always_inline)) int xb_address_higher(const struct xb_address *a,
								   const struct xb_address *b)
{
	const xb_address_word *x = (const xb_address_word *)a, *y = (const xb_address_word *)b;

	if (x[0] != y[0])
		return XB_FROM_BE64(x[0]) > XB_FROM_BE64(y[0]);
	return XB_FROM_BE64(x[1]) > XB_FROM_BE64(y[1]);
}

/* Whether the sender is the Active that is followed, or none is followed. */
static inline __attribute__((always_inline)) int
xb_vrrp_is_followed(const struct xb_vrrp_advert *last, const struct xb_address *source)
{
	return (last->arrival_ns && !last->priority) || xb_address_unset(&last->source) ||
	       xb_address_same(&last->source, source);
}

/* Returns whether the advert can bring the timer forward, or may be the first one that is
 * followed: then the daemon must know it now. All others make the timer later. */
static inline __attribute__((always_inline)) int
xb_vrrp_hear_as_backup(struct xb_vrrp_rule rule, struct xb_vrrp_heard *heard,
		       const struct xb_vrrp_advert *advert)
{
	__u16 interval_cs = heard->last.interval_cs;

	if (!advert->priority) {
		if (!xb_vrrp_is_followed(&heard->last, &advert->source))
			return 0;
		heard->last = *advert;
		heard->last.interval_cs = interval_cs;
		heard->lower_since_ns = 0;
		return 1;
	}
	if (advert->priority >= rule.priority || (rule.flags & XB_VRRP_ACCEPTS_LOWER)) {
		heard->lower_since_ns = 0;
	} else {
		heard->lower = *advert;
		if (!(rule.flags & XB_VRRP_ENDURES_LOWER))
			return 0;
		if (!heard->lower_since_ns)
			heard->lower_since_ns = advert->arrival_ns;
	}
	heard->last = *advert;
	return !interval_cs || advert->interval_cs < interval_cs;
}

static inline __attribute__((always_inline)) int
xb_vrrp_outranks(const struct xb_vrrp_advert *advert, struct xb_vrrp_rule rule,
		 const struct xb_address *own)
{
	if (advert->priority != rule.priority)
		return advert->priority > rule.priority;
	/* An address can be forged; which of two nodes is the higher one cannot. */
	if (rule.flags & XB_VRRP_HELD_TO_NODES)
		return rule.flags & XB_VRRP_EQUAL_OUTRANKS;
	return xb_address_higher(&advert->source, own);
}

/* The daemon must know all: it answers each. */
static inline __attribute__((always_inline)) int
xb_vrrp_hear_as_active(struct xb_vrrp *entry, struct xb_vrrp_rule rule,
		       const struct xb_vrrp_advert *advert)
{
	struct xb_vrrp_heard *heard = &entry->heard;

	if (!advert->priority) {
		heard->last = *advert;
	} else if (xb_vrrp_outranks(advert, rule, &entry->own_source)) {
		heard->rival = *advert;
		heard->last = *advert;
	} else {
		heard->lower = *advert;
		if (advert->priority < rule.priority)
			heard->lower_rival_ns = advert->arrival_ns;
	}
	return 1;
}

/* heard->lower stays: the daemon judges its age. */
static inline __attribute__((always_inline)) void xb_vrrp_begin_period(struct xb_vrrp *entry,
								       __u32 period)
{
	struct xb_vrrp_heard *heard = &entry->heard;
	__u32 fetched = __sync_fetch_and_add(&heard->period, period - heard->period);

	/* A full barrier: the base is at least as new as the period that was read. */
	asm volatile("" ::"r"(fetched) : "memory");
	heard->last = (struct xb_vrrp_advert){.source = entry->base.followed};
	heard->rival = (struct xb_vrrp_advert){.arrival_ns = 0};
	heard->lower_since_ns = entry->base.lower_since_ns;
}

/* Whether the advert is one that a node may have sent, as nodes report. */
static inline __attribute__((always_inline)) int xb_vrrp_fits(struct xb_vrrp_rule rule,
							      __u8 priority)
{
	if (!(rule.flags & XB_VRRP_HELD_TO_NODES))
		return 1;
	/* A release (0) fits if none is Active (0). */
	return priority == rule.active_priority &&
	       (priority || !(rule.flags & XB_VRRP_NODE_UNHEARD));
}

/* Whether a Backup ignores it in any case: a release by a node that it does not follow. */
static inline __attribute__((always_inline)) int
xb_vrrp_is_ignored(struct xb_vrrp_rule rule, const struct xb_vrrp_heard *heard,
		   const struct xb_vrrp_advert *advert)
{
	return (rule.role == XB_VRRP_BACKUP || heard->rival.arrival_ns) && !advert->priority &&
	       !xb_vrrp_is_followed(&heard->last, &advert->source);
}

static inline __attribute__((always_inline)) int
xb_vrrp_keep_aside(struct xb_vrrp_heard *heard, const struct xb_vrrp_advert *advert)
{
	heard->aside_count++;
	if (advert->priority)
		heard->aside = *advert;
	else
		heard->aside_release = *advert;
	return 1;
}

/* An advert has arrived; the caller holds the lock of the slot. Returns whether the daemon must
 * know it now. */
static inline __attribute__((always_inline)) int xb_vrrp_hear(struct xb_vrrp *entry,
							      const struct xb_vrrp_advert *advert)
{
	union {
		__u64 word;
		struct xb_vrrp_rule rule;
	} now = {.word = *(const volatile xb_address_word *)&entry->rule};

	if (entry->heard.period != now.rule.period)
		xb_vrrp_begin_period(entry, now.rule.period);
	if (now.rule.role == XB_VRRP_NO_ROLE)
		return 0;
	if (!xb_vrrp_fits(now.rule, advert->priority) &&
	    !xb_vrrp_is_ignored(now.rule, &entry->heard, advert))
		return xb_vrrp_keep_aside(&entry->heard, advert);
	if (now.rule.role == XB_VRRP_ACTIVE && !entry->heard.rival.arrival_ns)
		return xb_vrrp_hear_as_active(entry, now.rule, advert);
	return xb_vrrp_hear_as_backup(now.rule, &entry->heard, advert);
}

#endif
