/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads, resets and runs the program under test. */
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "user/kernel/frags.h"
#include "xbeat.skel.h"

const uint8_t key_old[16] = "an old key, 16 b";
const uint8_t key_new[16] = "a new key, 16 by";

bool fixture_adaptive;

static const struct slot {
	uint8_t node_id;
	uint8_t link;
	const char *peer;
	const char *local;
} slots[SLOT_COUNT] = {
	[SLOT_A] = {2, 0, "10.0.0.2", "10.0.0.1"},
	[SLOT_B] = {2, 1, "10.0.1.2", "10.0.1.1"},
	[SLOT_IPV6] = {3, 0, "fd00::3", "fd00::1"},
};

bool fixture_may_run(void)
{
	if (geteuid() == 0)
		return true;
	print_message("SKIP: loading a BPF program needs root\n");
	return false;
}

static void freeze_constants(struct xbeat_bpf *program)
{
	program->rodata->xb_constants = (struct xb_constants){
		.port = XB_PORT_DEFAULT,
		.cluster_id = CLUSTER,
		.node_id = OWN_NODE,
		.slot_count = SLOT_COUNT,
		.adaptive = fixture_adaptive,
	};
	for (int i = 0; i < SLOT_COUNT; i++)
		program->rodata->xb_constants.own_addresses[i] = address_of(slots[i].local);
	memset((void *)program->rodata->xb_slot_of, 0xff, sizeof(program->rodata->xb_slot_of));
	for (int i = 0; i < SLOT_COUNT; i++)
		program->rodata->xb_slot_of[slots[i].node_id][slots[i].link] = (__u16)i;
}

static void *map_memory(const struct bpf_map *map)
{
	size_t bytes = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static void unmap_memory(const struct bpf_map *map, void *memory)
{
	munmap(memory, (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map));
}

static int on_event(void *context, void *data, size_t bytes)
{
	struct fixture *fixture = context;

	assert_int_equal(bytes, sizeof(struct xb_event));
	if (fixture->event_count < EVENTS_MAX)
		memcpy(&fixture->events[fixture->event_count], data, bytes);
	fixture->event_count++;
	return 0;
}

int fixture_open(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct xbeat_bpf *program = xbeat_bpf__open();

	assert_non_null(fixture);
	assert_non_null(program);
	freeze_constants(program);
	frags_enable_if_supported(program);
	bpf_map__set_max_entries(program->maps.xb_peers, SLOT_COUNT);
	bpf_map__set_max_entries(program->maps.xb_compare, SLOT_COUNT);
	bpf_map__set_max_entries(program->maps.xb_rtt_hist, SLOT_COUNT);
	if (fixture_adaptive)
		bpf_map__set_max_entries(program->maps.xb_gap_hist, SLOT_COUNT);
	assert_int_equal(xbeat_bpf__load(program), 0);
	fixture->program = program;
	fixture->peers = map_memory(program->maps.xb_peers);
	fixture->self = map_memory(program->maps.xb_self);
	fixture->vrrp = map_memory(program->maps.xb_vrrp);
	fixture->guards = map_memory(program->maps.xb_guard);
	fixture->signed_states = map_memory(program->maps.xb_signed);
	fixture->ring =
		ring_buffer__new(bpf_map__fd(program->maps.xb_events), on_event, fixture, NULL);
	assert_non_null(fixture->ring);
	*state = fixture;
	return 0;
}

int fixture_close(void **state)
{
	struct fixture *fixture = *state;

	ring_buffer__free(fixture->ring);
	unmap_memory(fixture->program->maps.xb_peers, fixture->peers);
	unmap_memory(fixture->program->maps.xb_self, fixture->self);
	unmap_memory(fixture->program->maps.xb_vrrp, fixture->vrrp);
	unmap_memory(fixture->program->maps.xb_guard, fixture->guards);
	unmap_memory(fixture->program->maps.xb_signed, fixture->signed_states);
	xbeat_bpf__destroy(fixture->program);
	free(fixture);
	return 0;
}

static void put_key(struct fixture *fixture, __u32 index, __u8 id, const uint8_t bytes[16])
{
	struct xb_key key = {.id = id, .valid = 1};

	memcpy(key.word, bytes, sizeof(key.word));
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_keys, &index, sizeof(index),
					      &key, sizeof(key), BPF_ANY),
			 0);
}

static void put_peer(struct xb_peer *peer, const struct slot *slot)
{
	memset(peer, 0, sizeof(*peer));
	peer->node_id = slot->node_id;
	peer->link = slot->link;
	peer->peer_address = address_of(slot->peer);
	peer->local_address = address_of(slot->local);
	peer->probe_sent_seq = SENT_SEQ;
	peer->ack_window_count = ACK_WINDOW;
}

static void reset_comparison(struct fixture *fixture)
{
	const struct xb_compare none = {0};

	for (__u32 i = 0; i < SLOT_COUNT; i++)
		assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_compare, &i,
						      sizeof(i), &none, sizeof(none), BPF_ANY),
				 0);
}

static void reset_histograms(struct fixture *fixture)
{
	const struct xb_rtt_hist zero = {{0}};

	for (__u32 i = 0; i < SLOT_COUNT; i++)
		assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_rtt_hist, &i,
						      sizeof(i), &zero, sizeof(zero), BPF_ANY),
				 0);
}

/* Adds up the counters of all processors. */
static struct xb_drops read_drops(struct fixture *fixture)
{
	int processors = libbpf_num_possible_cpus();
	struct xb_drops *each = calloc((size_t)processors, sizeof(*each));
	struct xb_drops sum = {0};
	__u32 zero = 0;

	assert_non_null(each);
	assert_int_equal(bpf_map__lookup_elem(fixture->program->maps.xb_drops, &zero, sizeof(zero),
					      each, (size_t)processors * sizeof(*each), 0),
			 0);
	for (int i = 0; i < processors; i++) {
		for (size_t reason = 0; reason < XB_DROP_COUNT; reason++)
			((__u64 *)&sum)[reason] += ((__u64 *)&each[i])[reason];
	}
	free(each);
	return sum;
}

void fixture_digest_self(struct fixture *fixture)
{
	struct xb_description *own = &fixture->self->description[fixture->self->current];

	own->digest[0] = instances_digest(own->instances, key_old);
	own->digest[1] = instances_digest(own->instances, key_new);
}

static void clear_map(const struct bpf_map *map)
{
	uint8_t key[64];

	assert_true(bpf_map__key_size(map) <= sizeof(key));
	while (bpf_map__get_next_key(map, NULL, key, bpf_map__key_size(map)) == 0)
		bpf_map__delete_elem(map, key, bpf_map__key_size(map), 0);
}

int fixture_reset(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < SLOT_COUNT; i++)
		put_peer(&fixture->peers[i], &slots[i]);
	memset(fixture->self, 0, sizeof(*fixture->self));
	fixture->self->epoch = OWN_EPOCH;
	fixture->self->node_state = XB_NODE_RUNNING;
	fixture_digest_self(fixture);
	memset(&fixture->vrrp[VRRP_SLOT], 0, sizeof(fixture->vrrp[VRRP_SLOT]));
	memset(&fixture->signed_states[VRRP_SLOT], 0, sizeof(fixture->signed_states[VRRP_SLOT]));
	clear_map(fixture->program->maps.xb_signed_keys);
	clear_map(fixture->program->maps.xb_signed_marks);
	clear_map(fixture->program->maps.xb_vrrp_slots);
	clear_map(fixture->program->maps.xb_vrrp_peers);
	clear_map(fixture->program->maps.xb_vlan);
	clear_map(fixture->program->maps.xb_networks);
	clear_map(fixture->program->maps.xb_no_accept);
	fixture->self->refusing = 0;
	clear_map(fixture->program->maps.xb_guard_slots);
	memset(fixture->guards, 0, XB_GUARD_MAX * sizeof(*fixture->guards));
	put_key(fixture, 0, 1, key_old);
	put_key(fixture, 1, 2, key_new);
	reset_histograms(fixture);
	reset_comparison(fixture);
	fixture_events(fixture);
	fixture->drops_before = read_drops(fixture);
	return 0;
}

enum action fixture_run(struct fixture *fixture, struct frame *frame)
{
	uint8_t result[FRAME_BYTES_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = (__u32)frame->length, .data_out = result,
		    .data_size_out = sizeof(result), .repeat = 1);

	assert_int_equal(
		bpf_prog_test_run_opts(bpf_program__fd(fixture->program->progs.xbeat), &options),
		0);
	assert_int_equal(options.data_size_out, frame->length);
	memcpy(frame->bytes, result, frame->length);
	return (enum action)options.retval;
}

int fixture_run_tc(struct fixture *fixture, const struct frame *frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = (__u32)frame->length, .repeat = 1);

	assert_int_equal(
		bpf_prog_test_run_opts(bpf_program__fd(fixture->program->progs.xbeat_tc), &options),
		0);
	return (int)options.retval;
}

uint64_t fixture_drop_count(struct fixture *fixture, enum xb_drop reason)
{
	struct xb_drops now = read_drops(fixture);

	return ((__u64 *)&now)[reason] - ((__u64 *)&fixture->drops_before)[reason];
}

uint64_t fixture_drop_total(struct fixture *fixture)
{
	struct xb_drops now = read_drops(fixture);
	uint64_t total = 0;

	for (size_t reason = 0; reason < XB_DROP_COUNT; reason++)
		total += ((__u64 *)&now)[reason] - ((__u64 *)&fixture->drops_before)[reason];
	return total;
}

void fixture_expect(struct fixture *fixture, const struct frame *frame, enum action action,
		    enum xb_drop reason)
{
	struct frame copy = *frame;

	fixture->drops_before = read_drops(fixture);
	assert_int_equal(fixture_run(fixture, &copy), action);
	assert_int_equal(fixture_drop_count(fixture, reason), 1);
	assert_int_equal(fixture_drop_total(fixture), 1);
}

void fixture_expect_refused(struct fixture *fixture, const struct heartbeat *heartbeat,
			    enum xb_drop reason)
{
	struct frame frame;

	frame_build(heartbeat, &frame);
	fixture_expect(fixture, &frame, ACTION_DROP, reason);
	assert_int_equal(fixture_events(fixture), 0);
}

void fixture_expect_uncounted(struct fixture *fixture, const struct frame *frame,
			      enum action action)
{
	struct frame copy = *frame;

	fixture->drops_before = read_drops(fixture);
	assert_int_equal(fixture_run(fixture, &copy), action);
	assert_int_equal(fixture_drop_total(fixture), 0);
}

size_t fixture_events(struct fixture *fixture)
{
	fixture->event_count = 0;
	ring_buffer__consume(fixture->ring);
	return fixture->event_count;
}

struct heartbeat heartbeat_from(int slot, enum xb_packet_type type)
{
	return (struct heartbeat){
		.ipv6 = slot == SLOT_IPV6,
		.source = address_of(slots[slot].peer),
		.destination = address_of(slots[slot].local),
		.key = key_old,
		.destination_port = XB_PORT_DEFAULT,
		.magic = XB_MAGIC,
		.version = XB_WIRE_VERSION,
		.type = (uint8_t)type,
		.cluster_id = CLUSTER,
		.key_id = 1,
		.link = slots[slot].link,
		.sender_id = slots[slot].node_id,
		.addressee_id = OWN_NODE,
		.seq = type == XB_REPLY ? SENT_SEQ : 40,
		.ack = SENT_SEQ,
		.node_state = XB_NODE_RUNNING,
		.sender_epoch = PEER_EPOCH,
		.addressee_epoch = OWN_EPOCH,
		.t1_ns = 1,
		.daemon_age_us = 77,
		.instances = {{VRID, 4, XB_INSTANCE_ACTIVE, 150}},
	};
}

struct xb_vrrp *fixture_serve(struct fixture *fixture, uint8_t version, uint8_t vrid,
			      const char *destination)
{
	const struct xb_vrrp_key key = {
		.interface_index = INTERFACE_INDEX,
		.vrid = vrid,
		.family = strchr(destination, ':') ? 6 : 4,
	};
	struct xb_vrrp *entry = &fixture->vrrp[VRRP_SLOT];
	const __u32 slot = VRRP_SLOT;

	*entry = (struct xb_vrrp){
		.vrid = vrid,
		.family = key.family,
		.served_version = version,
		.served_interval_cs = 100,
		.group_sum = htons(0xe000 + 0x0012),
		.destination = address_of(destination),
	};
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_vrrp_slots, &key,
					      sizeof(key), &slot, sizeof(slot), BPF_ANY),
			 0);
	return entry;
}

void fixture_serve_vrrp(struct fixture *fixture)
{
	fixture_serve(fixture, 3, VRID, "224.0.0.18");
}

void fixture_hide_tags(struct fixture *fixture, uint64_t handed_ns)
{
	const struct xb_vlan entry = {.handed_ns = handed_ns};
	const __u32 interface_index = INTERFACE_INDEX;

	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_vlan, &interface_index,
					      sizeof(interface_index), &entry, sizeof(entry),
					      BPF_ANY),
			 0);
}

void fixture_add_network(struct fixture *fixture, const char *address, unsigned prefix_length)
{
	const struct xb_network_key key = {
		.prefix_bits = 32 + (strchr(address, ':') ? 0U : 96U) + prefix_length,
		.interface_index = INTERFACE_INDEX,
		.address = address_of(address),
	};
	const __u8 yes = 1;

	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_networks, &key, sizeof(key),
					      &yes, sizeof(yes), BPF_ANY),
			 0);
}

void fixture_add_unicast_peer(struct fixture *fixture, uint32_t slot, const char *address,
			      uint8_t ttl_minimum, uint8_t ttl_maximum)
{
	const struct xb_vrrp_peer_key key = {.slot = slot, .address = address_of(address)};
	const struct xb_vrrp_peer peer = {ttl_minimum, ttl_maximum};

	fixture->vrrp[VRRP_SLOT].unicast = 1;
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_vrrp_peers, &key,
					      sizeof(key), &peer, sizeof(peer), BPF_ANY),
			 0);
}

void fixture_set_password(struct fixture *fixture, const char *password)
{
	struct xb_vrrp *entry = &fixture->vrrp[VRRP_SLOT];

	entry->has_password = password != NULL;
	if (password)
		memcpy(entry->password, password, strlen(password));
}

void fixture_no_accept(struct fixture *fixture, uint32_t interface_index, const char *address)
{
	const struct xb_no_accept_key key = {.interface_index = interface_index,
					     .address = address_of(address)};
	const __u8 one = 1;

	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_no_accept, &key,
					      sizeof(key), &one, sizeof(one), BPF_ANY),
			 0);
	fixture->self->refusing = 1;
}

void fixture_guard(struct fixture *fixture, uint32_t slot, uint32_t interface_index,
		   const char *address, uint8_t instance_index, uint64_t deadline_ns)
{
	const struct xb_guard_key key = {.interface_index = interface_index,
					 .address = address_of(address)};

	fixture->guards[slot] = (struct xb_guard){.address = key.address,
						  .interface_index = interface_index,
						  .used = 1,
						  .place = instance_index,
						  .deadline_ns = deadline_ns};
	fixture->self->guard_count = XB_GUARD_MAX;
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_guard_slots, &key,
					      sizeof(key), &slot, sizeof(slot), BPF_ANY),
			 0);
}
