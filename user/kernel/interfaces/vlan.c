/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the driver what it does with VLAN tags, and keeps the tc program in place; see vlan.h. */
#include "user/kernel/interfaces/vlan.h"
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/system/tc_filter.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between tries to attach to tc where it was refused. */
#define RETRY_SPACING_NS (10 * NS_PER_SECOND)

static int ask_driver(const char *interface, void *question)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_data = question};

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return ioctl(fd, SIOCETHTOOL, &request) ? -errno : 0;
}

static bool is_on_bus(const struct ethtool_drvinfo *driver)
{
	return driver->bus_info[0] && strcmp(driver->bus_info, "N/A") != 0;
}

/* Only of an adapter, which is on a bus, whose offload is off. A veth gets packets as the other end
 * left them; bridge, bond and macvlan get them from the stack, which has taken the tag off. */
static bool tags_are_visible(const struct attachment *attachment)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};

	if (attachment->ip_only || ask_driver(attachment->interface, &driver) ||
	    !is_on_bus(&driver))
		return false;
	return !ask_driver(attachment->interface, &flags) && !(flags.data & ETH_FLAG_RXVLAN);
}

static void read_kind(struct attachment *attachment)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};

	if (ask_driver(attachment->interface, &driver))
		driver.driver[0] = driver.bus_info[0] = 0;
	attachment->is_veth = !strcmp(driver.driver, "veth");
	attachment->is_lowest = attachment->is_veth || is_on_bus(&driver);
}

static void forget(const struct kernel *kernel, unsigned interface_index)
{
	bpf_map__delete_elem(kernel->skeleton->maps.xb_vlan, &interface_index,
			     sizeof(interface_index), 0);
}

static void write_entry(const struct kernel *kernel, unsigned interface_index, bool by_tc)
{
	struct xb_vlan entry = {.handed_ns = by_tc ? 0 : XB_VLAN_NO_TC};

	bpf_map__update_elem(kernel->skeleton->maps.xb_vlan, &interface_index,
			     sizeof(interface_index), &entry, sizeof(entry), BPF_ANY);
}

static void change(const struct attachment *attachment, bool visible, struct vlan_result *result)
{
	*result = (struct vlan_result){.changed = true,
				       .tags = ATTACH_TAGS_VISIBLE,
				       .own_qdisc = attachment->tc_own_qdisc};
	if (visible) {
		tc_filter_detach(attachment->interface_index);
		return;
	}
	result->error = tc_filter_attach(attachment->interface_index, attachment->tc_program_fd,
					 &result->own_qdisc);
	result->tags = result->error ? ATTACH_TAGS_UNKNOWN : ATTACH_TAGS_BY_TC;
}

void vlan_keep(const struct attachment *attachment, struct vlan_result *result)
{
	bool was_visible = attachment->vlan_tags == ATTACH_TAGS_VISIBLE, visible;

	if (!attachment->vlan_due)
		return;
	visible = tags_are_visible(attachment);
	if (visible != was_visible || (!visible && attachment->tc_changed &&
				       !tc_filter_is_attached(attachment->interface_index)))
		change(attachment, visible, result);
}

static void warn(const struct attachment *attachment, int error)
{
	if (attachment->ip_only)
		log_warning(
			"interface %s: the tc program cannot be attached (%s): heartbeats are not answered there; load sch_ingress and cls_bpf and restart",
			attachment->interface, limits_strerror(-error));
	else
		log_warning(
			"interface %s: VLAN tags may be removed before the XDP program runs, and the tc program cannot be attached (%s): adverts from other networks than the interface's are ignored; load sch_ingress and cls_bpf and restart, or let an adapter keep the tags (ethtool -K %s rxvlan off)",
			attachment->interface, limits_strerror(-error), attachment->interface);
}

bool vlan_take(const struct kernel *kernel, struct attachment *attachment,
	       const struct vlan_result *result)
{
	enum attach_vlan_tags before = attachment->vlan_tags;

	attachment->vlan_tags = result->tags;
	attachment->tc_own_qdisc = result->own_qdisc;
	if (result->tags == ATTACH_TAGS_VISIBLE) {
		forget(kernel, attachment->interface_index);
		return before != ATTACH_TAGS_VISIBLE;
	}
	attachment->tc_tried_ns = clock_now_ns();
	attachment->untaken_seen_count = 0;
	if (!attachment->ip_only)
		write_entry(kernel, attachment->interface_index, !result->error);
	if (result->error && before != ATTACH_TAGS_UNKNOWN)
		warn(attachment, result->error);
	return before == ATTACH_TAGS_VISIBLE;
}

int vlan_attach(struct kernel *kernel, struct attachment *attachment)
{
	struct vlan_result result;

	read_kind(attachment);
	change(attachment, tags_are_visible(attachment), &result);
	vlan_take(kernel, attachment, &result);
	return result.error;
}

static void read_changes(struct kernel *kernel)
{
	unsigned interface_index;
	bool qdisc_removed;

	while (kernel->tc_watch_fd > 0 &&
	       tc_watch_next(kernel->tc_watch_fd, &interface_index, &qdisc_removed))
		for (size_t i = 0; i < kernel->attachment_count; i++) {
			struct attachment *attachment = &kernel->attachments[i];

			foreign_programs_note(attachment, interface_index);
			if (interface_index && attachment->interface_index != interface_index)
				continue;
			attachment->tc_changed = true;
			if (qdisc_removed)
				attachment->tc_own_qdisc = false;
		}
}

/* A failed try changes qdiscs, too, and must not cause the next one. */
static bool is_due(const struct attachment *attachment)
{
	if (!attachment->tc_changed || attachment->vlan_tags == ATTACH_TAGS_VISIBLE)
		return false;
	return attachment->vlan_tags == ATTACH_TAGS_BY_TC ||
	       time_since_ns(clock_now_ns(), attachment->tc_tried_ns) >= RETRY_SPACING_NS;
}

void vlan_note_changes(struct kernel *kernel)
{
	read_changes(kernel);
	for (size_t i = 0; i < kernel->attachment_count; i++) {
		struct attachment *attachment = &kernel->attachments[i];

		attachment->vlan_due |= attachment->tags_changed || is_due(attachment);
		attachment->programs_due |= attachment->tags_changed;
	}
}

void vlan_detach(struct kernel *kernel, const struct attachment *attachment)
{
	forget(kernel, attachment->interface_index);
	tc_filter_detach(attachment->interface_index);
}

/* It has not taken the newest adverts either. */
bool vlan_is_bypassed(const struct kernel *kernel, struct attachment *attachment)
{
	uint64_t before = attachment->untaken_seen_count;
	struct xb_vlan entry;

	if (attachment->vlan_tags != ATTACH_TAGS_BY_TC ||
	    bpf_map__lookup_elem(kernel->skeleton->maps.xb_vlan, &attachment->interface_index,
				 sizeof(attachment->interface_index), &entry, sizeof(entry), 0))
		return false;
	attachment->untaken_seen_count = entry.untaken_count;
	return entry.untaken_count > before && entry.lost_count;
}

static int compare_keys(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct xb_network_key));
}

/* Many addresses are in one network. Returns how many different keys there are. */
static size_t sort_keys(struct xb_network_key *keys, size_t count)
{
	size_t kept = 0;

	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < count; i++)
		if (!kept || compare_keys(&keys[kept - 1], &keys[i]))
			keys[kept++] = keys[i];
	return kept;
}

static void remove_others(int fd, const struct xb_network_key *keys, size_t count)
{
	struct xb_network_key key, next;
	bool more = bpf_map_get_next_key(fd, NULL, &next) == 0;

	while (more) {
		key = next;
		more = bpf_map_get_next_key(fd, &key, &next) == 0;
		if (!bsearch(&key, keys, count, sizeof(key), compare_keys))
			bpf_map_delete_elem(fd, &key);
	}
}

void vlan_set_networks(struct kernel *kernel, struct xb_network_key *keys, size_t count)
{
	size_t distinct = sort_keys(keys, count), added = 0;
	size_t fitting = distinct < XB_NETWORKS_MAX ? distinct : XB_NETWORKS_MAX;
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_networks);
	const uint8_t any = 1;

	remove_others(fd, keys, fitting);
	while (added < fitting && !bpf_map_update_elem(fd, &keys[added], &any, BPF_ANY))
		added++;
	if (added < distinct && !kernel->networks_logged)
		log_warning(
			"only %zu of the %zu networks of this node's interfaces fit into the kernel side (limit %d): if something else removes the program in tc, adverts from the others are ignored until it is attached again",
			added, distinct, XB_NETWORKS_MAX);
	kernel->networks_logged |= added < distinct;
}
