/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes xb_vrrp and the hashes that lead to its slots; see routers.h. A slot keeps its contents
 * while no daemon runs, so that the next one finds it by interface, VRID and family. */
#include "user/kernel/maps/routers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/maps/signed.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static bool is_router(const struct xb_vrrp *router, const char *interface, uint8_t vrid,
		      uint8_t family)
{
	return router->vrid == vrid && router->family == family &&
	       !strcmp(router->interface, interface);
}

void kernel_forbid_unicast(struct kernel *kernel, size_t slot)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_vrrp_peers);
	struct xb_vrrp_peer_key key, next;
	bool any = bpf_map_get_next_key(fd, NULL, &next) == 0;

	while (any) {
		key = next;
		any = bpf_map_get_next_key(fd, &key, &next) == 0;
		if (key.slot == slot)
			bpf_map_delete_elem(fd, &key);
	}
}

int kernel_claim_router(struct kernel *kernel, const char *interface, uint8_t vrid, uint8_t family,
			size_t *slot)
{
	size_t unused = XB_VRRP_SLOTS_MAX;

	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++) {
		if (kernel->router_claimed[i])
			continue;
		if (is_router(&kernel->routers[i], interface, vrid, family)) {
			kernel->router_claimed[i] = true;
			kernel_forbid_unicast(kernel, i);
			*slot = i;
			return 0;
		}
		if (unused == XB_VRRP_SLOTS_MAX && !kernel->routers[i].vrid)
			unused = i;
	}
	if (unused == XB_VRRP_SLOTS_MAX)
		return -ENOSPC;
	snprintf(kernel->routers[unused].interface, XB_NAME_BYTES, "%s", interface);
	kernel->routers[unused].vrid = vrid;
	kernel->routers[unused].family = family;
	kernel->router_claimed[unused] = true;
	*slot = unused;
	return 0;
}

void kernel_configure_router(struct kernel *kernel, size_t slot,
			     const struct kernel_router_service *service)
{
	struct xb_vrrp *router = &kernel->routers[slot];

	router->served_version = service->version;
	router->served_interval_cs = service->interval_cs;
	router->no_addresses = service->no_addresses;
	router->group_sum = service->group_sum;
	router->unicast = service->unicast;
	router->has_password = service->has_password;
	memcpy(router->password, service->password, sizeof(router->password));
	router->event_pending = 0;
}

void kernel_publish_router(struct kernel *kernel, size_t slot,
			   const struct kernel_router_state *state)
{
	struct xb_vrrp *router = &kernel->routers[slot];
	struct xb_vrrp_rule rule = state->rule;

	router->own_source = state->own_source;
	router->destination = state->destination;
	if (router->rule.period == rule.period)
		return;
	router->base = state->base;
	/* Afterwards: the kernel side reads the base when it sees another period. */
	__atomic_store(&router->rule, &rule, __ATOMIC_SEQ_CST);
}

uint64_t kernel_router_arrival_ns(const struct kernel *kernel, size_t slot)
{
	return __atomic_load_n(&kernel->routers[slot].arrival_ns, __ATOMIC_ACQUIRE);
}

uint32_t kernel_router_period(const struct kernel *kernel, size_t slot)
{
	return kernel->routers[slot].rule.period;
}

void kernel_want_router_event(struct kernel *kernel, size_t slot)
{
	__atomic_store_n(&kernel->routers[slot].event_pending, 0, __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst);
}

void kernel_add_refuted(struct kernel *kernel, size_t slot, uint64_t count)
{
	kernel->routers[slot].refuted_count += count;
}

uint64_t kernel_refuted_count(const struct kernel *kernel)
{
	uint64_t count = kernel->refuted_before_count;

	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++)
		count += kernel->routers[i].refuted_count;
	return count;
}

void kernel_set_added_addresses(struct kernel *kernel, size_t slot, uint64_t bits)
{
	kernel->routers[slot].addresses_added = bits;
}

uint64_t kernel_added_addresses(const struct kernel *kernel, size_t slot)
{
	return kernel->routers[slot].addresses_added;
}

static void stop_serving(struct kernel *kernel, size_t slot)
{
	struct xb_vrrp_key *key = &kernel->router_keys[slot];

	if (key->interface_index)
		bpf_map_delete_elem(bpf_map__fd(kernel->skeleton->maps.xb_vrrp_slots), key);
	*key = (struct xb_vrrp_key){0};
}

int kernel_serve_router(struct kernel *kernel, size_t slot, unsigned interface_index)
{
	const struct xb_vrrp *router = &kernel->routers[slot];
	struct xb_vrrp_key key = {
		.interface_index = interface_index, .vrid = router->vrid, .family = router->family};
	uint32_t value = (uint32_t)slot;

	if (kernel->router_keys[slot].interface_index == interface_index)
		return 0;
	stop_serving(kernel, slot);
	if (!interface_index)
		return 0;
	if (bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.xb_vrrp_slots), &key, &value,
				BPF_ANY))
		return -errno;
	kernel->router_keys[slot] = key;
	return 0;
}

int kernel_allow_unicast(struct kernel *kernel, size_t slot, const struct xb_address *address,
			 struct xb_vrrp_peer bounds)
{
	struct xb_vrrp_peer_key key = {.slot = (uint32_t)slot, .address = *address};

	return bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.xb_vrrp_peers), &key, &bounds,
				   BPF_ANY)
		       ? -errno
		       : 0;
}

/* Clears all but the lock, which a run of the program may be taking or releasing now: overwriting
 * it could leave it taken for ever. */
static void clear_router(struct xb_vrrp *router)
{
	const size_t rest = offsetof(struct xb_vrrp, lock_sequence) + sizeof(router->lock_sequence);

	memset(router, 0, offsetof(struct xb_vrrp, lock_sequence));
	memset((char *)router + rest, 0, sizeof(*router) - rest);
}

void kernel_release_router(struct kernel *kernel, size_t slot)
{
	stop_serving(kernel, slot);
	if (kernel->routers[slot].unicast)
		kernel_forbid_unicast(kernel, slot);
	kernel->refuted_before_count += kernel->routers[slot].refuted_count;
	clear_router(&kernel->routers[slot]);
	kernel_signed_release(kernel, slot);
	kernel->router_claimed[slot] = false;
}

/* Removes keys of interfaces that had another index when an earlier daemon ran. */
static void drop_stale_keys(struct kernel *kernel)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_vrrp_slots);
	struct xb_vrrp_key key, next;
	bool any = bpf_map_get_next_key(fd, NULL, &next) == 0;

	while (any) {
		uint32_t slot;

		key = next;
		any = bpf_map_get_next_key(fd, &key, &next) == 0;
		if (bpf_map_lookup_elem(fd, &key, &slot) == 0 &&
		    memcmp(&kernel->router_keys[slot % XB_VRRP_SLOTS_MAX], &key, sizeof(key)) != 0)
			bpf_map_delete_elem(fd, &key);
	}
}

void kernel_release_unclaimed(struct kernel *kernel)
{
	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++)
		if (!kernel->router_claimed[i] && kernel->routers[i].vrid)
			kernel_release_router(kernel, i);
	drop_stale_keys(kernel);
}

void kernel_accept_all(struct kernel *kernel)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_no_accept);
	struct xb_no_accept_key key;

	while (bpf_map_get_next_key(fd, NULL, &key) == 0)
		bpf_map_delete_elem(fd, &key);
	kernel->refused_count = 0;
	kernel_self_set_refusing(kernel, false);
}

int kernel_refuse_packets(struct kernel *kernel, unsigned interface_index,
			  const struct xb_address *address, bool refuse)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.xb_no_accept);
	struct xb_no_accept_key key = {.interface_index = interface_index, .address = *address};
	uint8_t yes = 1;

	if (refuse) {
		if (bpf_map_update_elem(fd, &key, &yes, BPF_NOEXIST))
			return errno == EEXIST ? 0 : -errno;
		kernel->refused_count++;
	} else if (bpf_map_delete_elem(fd, &key) == 0) {
		kernel->refused_count--;
	}
	kernel_self_set_refusing(kernel, kernel->refused_count != 0);
	return 0;
}
