/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the applications that have not beaten in time (xbeat/app.h), from their own pages, when
 * a packet reports it. */
#ifndef BPF_HEARTBEAT_APPS_H
#define BPF_HEARTBEAT_APPS_H

#include "bpf/base/maps.h"
#include "bpf/base/word.h"

static __always_inline bool app_is_late(__u32 index, __u64 now_ns)
{
	const struct xb_app *app = bpf_map_lookup_elem(&xb_apps, &index);
	const struct xb_app_page *page;
	void *pages;
	__u32 key;

	if (!app)
		return false;
	key = READ_ONCE(app->page);
	pages = bpf_map_lookup_elem(&xb_app_pages, &key);
	if (!pages)
		return true;
	key = 0;
	page = bpf_map_lookup_elem(pages, &key);
	return !page || xb_app_is_late(now_ns, READ_ONCE(page->beat_ns), app->timeout_ns);
}

/* Not static, so that the verifier checks the loop once, not for each path to it. */
__noinline __u32 apps_look(__u32 count, __u64 now_ns)
{
	__u32 bits = 0;

	for (__u32 index = 0; index < XB_APPS_MAX; index++) {
		if (index >= count)
			break;
		if (app_is_late(index, now_ns))
			bits |= 1u << index;
	}
	return bits;
}

/* Returns bit n set if application n, of the first count, is late. */
static __always_inline __u32 apps_late_bits(__u32 count, __u64 now_ns)
{
	return count ? apps_look(count, now_ns) : 0;
}

#endif
