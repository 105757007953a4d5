/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cost of the XDP program, in ns above an empty program, by BPF_PROG_TEST_RUN: a TCP packet,
 * also with guarded addresses, a PROBE answered, a REPLY consumed, an advert at a Backup, and a
 * check of all guards.
 * Usage: bpf_cost [ROUNDS]
 *
 * A test run repeats one packet in one buffer, and the second time a heartbeat is a replay. So
 * heartbeats go through "prepare" (bpf_cost.bpf.c), which restores packet and windows and
 * tail-calls the program that the daemon loads; the same with an empty program instead is the
 * baseline. Runs of baseline and program alternate; each round gives one difference. The drop
 * counters, summed before and after, show that every repetition was evidence.
 */
#include "user/core/heartbeat.h"
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <endian.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/map.h>

#include "tests/tools/bpf_cost_advert.h"
#include "xbeat.skel.h"

#define ROUNDS_DEFAULT 9
#define ROUNDS_MAX 1000
#define REPEAT 1000000
#define REPEAT_TIMER_CHECK 1000
#define GUARDS 100
#define FAR_NS (1ULL << 62)
#define FRAME_BYTES (14 + 20 + 8 + XB_PACKET_BYTES)
#define SEQ 1000
#define EPOCH 5
#define LOOPBACK_INDEX 1 /* where test runs come from */

/* As in bpf_cost.bpf.c. */
struct pristine {
	uint8_t packet[XB_PACKET_BYTES];
	uint8_t header[42];
	uint16_t forget_digest;
	uint32_t high_seq;
};

struct bench {
	struct xbeat_bpf *product;
	struct bpf_object *helper;
	int product_fd;
	int empty_fd;
	int prepare_fd;
	int timer_check_fd;
};

/* Guarded addresses, other than the packet's destination or also that one. */
enum guards { GUARDS_NONE, GUARDS_OTHERS, GUARDS_ITS, GUARDS_OTHERS_FENCED, GUARDS_ITS_FENCED };

/* One line of the result: the frame, and whether it goes through prepare. */
struct measurement {
	const char *name;
	bool fresh;
	enum xb_packet_type type;
	double target_ns; /* 0: none */
	bool forget_digest; /* the slot's digest is useless: the key has changed */
	enum guards guards;
	bool arp; /* for the destination, instead of TCP to it */
	uint8_t advert_priority; /* an advert instead; 0: not */
	bool timer_check; /* a check by the kernel's timer, instead of a packet */
	unsigned app_count; /* whose pages are checked */
	unsigned chained; /* interfaces with a next program, the empty one; this is the last */
};

static const struct measurement measurements[] = {
	{"TCP packet, not ours", .target_ns = 5},
	{"TCP, and a next program", .target_ns = 10, .chained = 1},
	{"TCP, 16 have next programs", .target_ns = 10, .chained = XB_CHAIN_MAX},
	{"TCP, 100 guards held", .target_ns = 10, .guards = GUARDS_OTHERS},
	{"TCP to a guarded address", .target_ns = 10, .guards = GUARDS_ITS},
	{"ARP request, guards held", .target_ns = 10, .guards = GUARDS_ITS, .arp = true},
	{"TCP, others are fenced", .guards = GUARDS_OTHERS_FENCED},
	{"TCP, fenced", .guards = GUARDS_ITS_FENCED},
	{"ARP request, fenced", .guards = GUARDS_ITS_FENCED, .arp = true},
	{"advert that is followed", .advert_priority = ADVERT_PRIORITY + 1},
	{"advert, lower", .advert_priority = ADVERT_PRIORITY - 1},
	{"PROBE answered", .fresh = true, .type = XB_PROBE, .target_ns = 250},
	{"PROBE, 100 guards held", .fresh = true, .type = XB_PROBE, .target_ns = 250,
	 .guards = GUARDS_OTHERS},
	{"REPLY consumed", .fresh = true, .type = XB_REPLY, .target_ns = 200},
	{"PROBE, instances rehashed", .fresh = true, .type = XB_PROBE, .forget_digest = true},
	{"REPLY, instances rehashed", .fresh = true, .type = XB_REPLY, .forget_digest = true},
	{"PROBE, 4 applications", .fresh = true, .type = XB_PROBE, .app_count = 4},
	{"PROBE, 32 applications", .fresh = true, .type = XB_PROBE, .app_count = 32},
	{"the timer checks", .guards = GUARDS_OTHERS, .timer_check = true},
};

static const __u64 key_words[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

static const uint8_t headers[42] = {
	2,
	0,
	0,
	0,
	0,
	1,
	2,
	0,
	0,
	0,
	0,
	2,
	8,
	0, /* Ethernet */
	0x45,
	0,
	0,
	FRAME_BYTES - 14,
	0,
	0,
	0,
	0,
	255,
	17,
	0,
	0, /* IPv4 */
	10,
	0,
	0,
	2,
	10,
	0,
	0,
	1, /* from, to */
	0x9c,
	0x40,
	XB_PORT_DEFAULT >> 8,
	XB_PORT_DEFAULT & 0xff,
	0,
	8 + XB_PACKET_BYTES,
	0,
	0,
};

static void fail(const char *what, int error)
{
	fprintf(stderr, "bpf_cost: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(EXIT_FAILURE);
}

static void build_heartbeat(enum xb_packet_type type, struct pristine *pristine)
{
	const struct xb_address peer = ipv4_mapped(headers + 26), own = ipv4_mapped(headers + 30);
	const struct xb_key key = {.word = {key_words[0], key_words[1]}, .id = 1, .valid = 1};
	struct xb_packet packet = {
		.magic = htons(XB_MAGIC),
		.version = XB_WIRE_VERSION,
		.type = (__u8)type,
		.cluster_id = htons(1),
		.key_id = 1,
		.prober_id = htons(type == XB_PROBE ? 2 : 1),
		.responder_id = htons(type == XB_PROBE ? 1 : 2),
		.seq = htonl(SEQ),
		.ack = htonl(SEQ),
		.prober_epoch = htobe64(EPOCH),
		.responder_epoch = htobe64(EPOCH),
		.t1_ns = htobe64(1),
	};

	for (uint8_t i = 0; i < XB_INSTANCES_MAX; i++)
		packet.instances[i] = (struct xb_instance){i + 1, 4, XB_INSTANCE_BACKUP, 100};
	packet.tag = htole64(type == XB_PROBE ? heartbeat_tag(&packet, &peer, &own, &key)
					      : heartbeat_tag(&packet, &own, &peer, &key));
	memset(pristine, 0, sizeof(*pristine));
	memcpy(pristine->header, headers, sizeof(headers));
	memcpy(pristine->packet, &packet, sizeof(packet));
	pristine->high_seq = SEQ - 1;
}

static void put(const struct bpf_map *map, const void *value, size_t bytes)
{
	const __u32 zero = 0;
	int error = bpf_map__update_elem(map, &zero, sizeof(zero), value, bytes, BPF_ANY);

	if (error)
		fail(bpf_map__name(map), error);
}

static void put_guard(struct bench *bench, __u32 slot, const struct xb_address *address,
		      __u64 deadline_ns)
{
	const struct xb_guard guard = {.address = *address,
				       .used = 1,
				       .place = XB_GUARD_NO_INSTANCE,
				       .deadline_ns = deadline_ns};
	const struct xb_guard_key key = {.address = *address};
	const struct bpf_map *slots = bench->product->maps.xb_guard_slots;
	int error = bpf_map__update_elem(bench->product->maps.xb_guard, &slot, sizeof(slot), &guard,
					 sizeof(guard), BPF_ANY);

	if (deadline_ns && !error)
		error = bpf_map__update_elem(slots, &key, sizeof(key), &slot, sizeof(slot),
					     BPF_ANY);
	else
		bpf_map__delete_elem(slots, &key, sizeof(key), 0);
	if (error)
		fail("xb_guard", error);
}

static void put_self(struct bench *bench, unsigned app_count, bool fencing, __u64 due_ns)
{
	const struct xb_self self = {.node_id = 1,
				     .app_count = app_count,
				     .epoch = EPOCH,
				     .guard_count = GUARDS + 1,
				     .fencing = fencing ? XB_FENCING_SOME : XB_FENCING_NONE,
				     .guard_due_ns = due_ns};

	put(bench->product->maps.xb_self, &self, sizeof(self));
}

static void put_state(struct bench *bench, enum guards guards, unsigned app_count)
{
	bool fenced = guards >= GUARDS_OTHERS_FENCED;
	__u64 deadline_ns = guards == GUARDS_NONE ? 0 : fenced ? XB_GUARD_FENCED : FAR_NS;
	struct xb_address address = ipv4_mapped(headers + 30);

	put_guard(bench, 0, &address,
		  guards == GUARDS_ITS || guards == GUARDS_ITS_FENCED ? deadline_ns : 0);
	address.bytes[13] = 1;
	for (__u32 i = 1; i <= GUARDS; i++) {
		address.bytes[15] = (__u8)i;
		put_guard(bench, i, &address, deadline_ns);
	}
	put_self(bench, app_count, fenced, fenced ? 0 : deadline_ns);
}

/* Test runs come from the loopback interface, which has the last slot. */
static void put_chain(struct bench *bench, unsigned count)
{
	struct xb_chain chain = {.count = count};
	const __u32 slot = count ? count - 1 : 0;

	chain.interface_index[slot] = LOOPBACK_INDEX;
	put(bench->product->maps.xb_chain, &chain, sizeof(chain));
	if (bpf_map_update_elem(bpf_map__fd(bench->product->maps.xb_next), &slot, &bench->empty_fd,
				BPF_ANY))
		fail("xb_next", errno);
}

static void make_app_pages(const struct xbeat_bpf *product)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);

	for (uint32_t i = 0; i < XB_APPS_MAX; i++) {
		const struct xb_app app = {.timeout_ns = 1000000000, .page = i};
		int page = bpf_map_create(BPF_MAP_TYPE_ARRAY, "page", sizeof(i),
					  sizeof(struct xb_app_page), 1, &options);

		if (page < 0 ||
		    bpf_map_update_elem(bpf_map__fd(product->maps.xb_app_pages), &i, &page,
					BPF_ANY) ||
		    bpf_map_update_elem(bpf_map__fd(product->maps.xb_apps), &i, &app, BPF_ANY))
			fail("pages of applications", errno);
		close(page);
	}
}

static void load_product(struct bench *bench, bool adaptive)
{
	struct xb_peer peer = {.node_id = 2, .probe_sent_seq = SEQ, .ack_window_count = 4};
	const struct xb_key key = {.word = {key_words[0], key_words[1]}, .id = 1, .valid = 1};
	struct xbeat_bpf *product = xbeat_bpf__open();

	if (!product)
		fail("open the program", errno);
	product->rodata->xb_constants = (struct xb_constants){.port = XB_PORT_DEFAULT,
							      .cluster_id = 1,
							      .node_id = 1,
							      .slot_count = 1,
							      .adaptive = adaptive};
	product->rodata->xb_frags = 1; /* as xbeatd loads it on this kernel */
	bpf_program__set_flags(product->progs.xbeat, BPF_F_XDP_HAS_FRAGS);
	if (xbeat_bpf__load(product))
		fail("load the program (root?)", errno);
	peer.peer_address = ipv4_mapped(headers + 26);
	peer.local_address = ipv4_mapped(headers + 30);
	put(product->maps.xb_peers, &peer, sizeof(peer));
	put(product->maps.xb_keys, &key, sizeof(key));
	make_app_pages(product);
	bench->product = product;
	bench->product_fd = bpf_program__fd(product->progs.xbeat);
	bench->timer_check_fd = bpf_program__fd(product->progs.xbeat_guard);
}

static int program_fd(const struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* The helper object is in the directory of this tool; it shares the product's xb_peers. */
static void load_helper(struct bench *bench)
{
	char self[PATH_MAX] = "";
	char path[PATH_MAX + 32];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		fail("/proc/self/exe", errno);
	snprintf(path, sizeof(path), "%s/bpf_cost.bpf.o", dirname(self));
	bench->helper = bpf_object__open_file(path, NULL);
	if (!bench->helper)
		fail(path, errno);
	bpf_map__reuse_fd(bpf_object__find_map_by_name(bench->helper, "xb_peers"),
			  bpf_map__fd(bench->product->maps.xb_peers));
	if (bpf_object__load(bench->helper))
		fail("load bpf_cost.bpf.o", errno);
	bench->empty_fd = program_fd(bench->helper, "empty");
	bench->prepare_fd = program_fd(bench->helper, "prepare");
}

/* Returns ns per repetition. */
static uint32_t run(int fd, const uint8_t *frame, int repeat, uint32_t *action)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = FRAME_BYTES,
		    .repeat = repeat);
	int error = bpf_prog_test_run_opts(fd, &options);

	if (error)
		fail("BPF_PROG_TEST_RUN", error);
	*action = options.retval;
	return options.duration;
}

/* Runs a frame through one of the programs: through prepare if each repetition must be new. */
static uint32_t run_program(struct bench *bench, const struct measurement *what, int fd,
			    const struct pristine *pristine, uint32_t *action)
{
	uint8_t frame[FRAME_BYTES];

	memcpy(frame, pristine->header, sizeof(headers));
	memcpy(frame + sizeof(headers), pristine->packet, sizeof(pristine->packet));
	if (!what->fresh)
		return run(fd, frame, what->timer_check ? REPEAT_TIMER_CHECK : REPEAT, action);
	put(bpf_object__find_map_by_name(bench->helper, "under_test"), &fd, sizeof(fd));
	return run(bench->prepare_fd, frame, REPEAT, action);
}

static uint64_t drop_total(struct bench *bench)
{
	int processors = libbpf_num_possible_cpus();
	size_t bytes = (size_t)processors * sizeof(struct xb_drops);
	__u64 *counts = calloc(1, bytes);
	const __u32 zero = 0;
	uint64_t total = 0;

	if (!counts)
		fail("counters", ENOMEM);
	bpf_map__lookup_elem(bench->product->maps.xb_drops, &zero, sizeof(zero), counts, bytes, 0);
	for (size_t i = 0; i < bytes / sizeof(*counts); i++)
		total += counts[i];
	free(counts);
	return total;
}

static int compare(const void *a, const void *b)
{
	int left = *(const int *)a;
	int right = *(const int *)b;

	return (left > right) - (left < right);
}

static const char *action_name(uint32_t action)
{
	static const char *const names[] = {"ABORTED", "DROP", "PASS", "TX"};

	return action < 4 ? names[action] : "?";
}

/* A packet that is no heartbeat, made from one. */
static void make_foreign(struct pristine *pristine, bool arp)
{
	static const uint8_t arp_head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 1};

	pristine->header[23] = IPPROTO_TCP;
	if (!arp)
		return;
	memcpy(pristine->header + 12, arp_head, sizeof(arp_head));
	memcpy(pristine->header + 38, headers + 30, 4);
}

static void serve_advert(struct bench *bench)
{
	const struct xb_vrrp_key key = {
		.interface_index = LOOPBACK_INDEX, .vrid = ADVERT_VRID, .family = 4};
	const struct xb_vrrp router = served_router();
	const __u32 slot = 0;

	put(bench->product->maps.xb_vrrp, &router, sizeof(router));
	if (bpf_map__update_elem(bench->product->maps.xb_vrrp_slots, &key, sizeof(key), &slot,
				 sizeof(slot), BPF_ANY))
		fail("xb_vrrp_slots", errno);
}

static void make_advert(struct pristine *pristine, uint8_t priority)
{
	const size_t in_header = sizeof(headers) - 14;
	uint8_t packet[VRRP_PACKET_BYTES_MAX] = {0};
	int bytes = advert_build(priority, ipv4_mapped(headers + 26), packet);

	if (bytes < 0)
		fail("advert", bytes);
	memcpy(pristine->header + 14, packet, in_header);
	memcpy(pristine->packet, packet + in_header, (size_t)bytes - in_header);
}

static void measure(struct bench *bench, const struct measurement *what, int rounds)
{
	struct pristine pristine;
	int differences_ns[ROUNDS_MAX];
	uint64_t dropped = drop_total(bench);
	uint32_t action = 0;

	build_heartbeat(what->type, &pristine);
	pristine.forget_digest = what->forget_digest;
	if (what->advert_priority)
		make_advert(&pristine, what->advert_priority);
	else if (!what->fresh)
		make_foreign(&pristine, what->arp);
	put_state(bench, what->guards, what->app_count);
	put_chain(bench, what->chained);
	serve_advert(bench);
	put(bpf_object__find_map_by_name(bench->helper, "pristine"), &pristine, sizeof(pristine));
	for (int i = 0; i < rounds; i++) {
		uint32_t base_action;
		uint32_t base_ns =
			run_program(bench, what, bench->empty_fd, &pristine, &base_action);
		uint32_t product_ns = run_program(
			bench, what, what->timer_check ? bench->timer_check_fd : bench->product_fd,
			&pristine, &action);

		differences_ns[i] = (int)product_ns - (int)base_ns;
	}
	qsort(differences_ns, (size_t)rounds, sizeof(int), compare);
	printf("%-26s %-6s %6d %6d %6d   ", what->name, action_name(action),
	       differences_ns[rounds / 2], differences_ns[0], differences_ns[rounds - 1]);
	if (what->target_ns > 0)
		printf("%5.0f", what->target_ns);
	printf("%s\n",
	       !what->fresh || drop_total(bench) == dropped ? "" : " SOME WERE NOT EVIDENCE");
}

/* adaptive: gaps are counted, too, which affects heartbeats only. */
static void measure_all(bool adaptive, int rounds)
{
	struct bench bench = {0};

	load_product(&bench, adaptive);
	load_helper(&bench);
	printf("%-43s    median    min    max  target\n",
	       adaptive ? "the same, multiplier auto" : "ns over an empty program");
	for (size_t i = 0; i < sizeof(measurements) / sizeof(measurements[0]); i++)
		if (measurements[i].fresh || !adaptive)
			measure(&bench, &measurements[i], rounds);
	bpf_object__close(bench.helper);
	xbeat_bpf__destroy(bench.product);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS_DEFAULT;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bpf_cost [ROUNDS]   1 to %d\n", ROUNDS_MAX);
		return EXIT_FAILURE;
	}
	printf("%d rounds of %d\n", rounds, REPEAT);
	measure_all(false, rounds);
	measure_all(true, rounds);
	return EXIT_SUCCESS;
}
