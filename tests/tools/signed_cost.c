/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cost of a signed advert (auth_hmac) at a Backup, in ns above an empty program, by
 * BPF_PROG_TEST_RUN, beside an unsigned one and those that are refused; for 1, 4 and 20 addresses
 * of each family. The program's counters show that each was accepted, or refused for its reason.
 * Usage: signed_cost [ROUNDS]
 */
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/signature.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/bpf_cost_advert.h"
#include "tests/tools/tool_clock.h"
#include "xbeat.skel.h"

#define ROUNDS_DEFAULT 9
#define ROUNDS_MAX 1000
#define REPEAT 200000
#define ETHERNET_BYTES 14
#define LOOPBACK_INDEX 1 /* where test runs come from */
#define KEY_ID 7
#define NOW_S UINT64_C(1700000000)
#define WINDOW_S 300

struct bench {
	struct xbeat_bpf *product;
	struct bpf_object *helper;
	int empty_fd, renew_fd;
};

/* One kind of advert, and the counter that grows with it; -1: accepted. */
struct kind {
	const char *name;
	bool is_signed;
	uint8_t key_id;
	int64_t ahead_s; /* of the clock that signs */
	bool forged, longer;
	int reason;
};

static const struct kind kinds[] = {
	{.name = "unsigned", .reason = -1},
	{.name = "signed", .is_signed = true, .key_id = KEY_ID, .reason = -1},
	{.name = "wrong MAC",
	 .is_signed = true,
	 .key_id = KEY_ID,
	 .forged = true,
	 .reason = XB_DROP_VRRP_INVALID_HMAC},
	{.name = "unknown key id",
	 .is_signed = true,
	 .key_id = KEY_ID + 1,
	 .reason = XB_DROP_VRRP_UNKNOWN_KEY},
	{.name = "outside the window",
	 .is_signed = true,
	 .key_id = KEY_ID,
	 .ahead_s = WINDOW_S * 2,
	 .reason = XB_DROP_VRRP_STALE},
	{.name = "another length",
	 .is_signed = true,
	 .key_id = KEY_ID,
	 .longer = true,
	 .reason = XB_DROP_VRRP_MISSING},
};

struct frame {
	uint8_t data[ETHERNET_BYTES + VRRP_PACKET_BYTES_MAX];
	size_t length;
};

static void fail(const char *what, int error)
{
	fprintf(stderr, "signed_cost: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(EXIT_FAILURE);
}

static struct xb_address address_at(bool ipv6, uint8_t last)
{
	struct xb_address address;
	char text[ADDRESS_TEXT_BYTES];

	snprintf(text, sizeof(text), ipv6 ? "fe80::%x" : "10.0.0.%u", last);
	if (address_parse(text, &address))
		fail(text, EINVAL);
	return address;
}

static struct xb_address group_of(bool ipv6)
{
	struct xb_address group;

	if (!ipv6)
		return advert_group();
	address_parse("ff02::12", &group);
	return group;
}

static struct vrrp_signing_key key_of(const struct kind *kind)
{
	const uint8_t secret[VRRP_SECRET_BYTES_MIN] = {kind->forged ? 2 : 1};
	struct vrrp_signing_key key = {.id = kind->key_id};

	vrrp_signature_prepare(secret, sizeof(secret), &key.states);
	return key;
}

static void build(const struct kind *kind, bool ipv6, size_t count, struct frame *frame)
{
	const struct vrrp_signing_key key = key_of(kind);
	struct xb_signed_trailer trailer;
	struct xb_address addresses[20];
	struct vrrp_message message = {
		.version = 3,
		.vrid = ADVERT_VRID,
		.priority = ADVERT_PRIORITY + 1,
		.interval_cs = 100,
		.ttl = VRRP_TTL,
		.pseudo_header = true,
		.source = address_at(ipv6, 2),
		.destination = group_of(ipv6),
		.addresses = addresses,
		.address_count = count,
	};
	uint8_t *packet = frame->data + ETHERNET_BYTES;
	int bytes;

	for (size_t i = 0; i < count; i++)
		addresses[i] = address_at(ipv6, (uint8_t)(100 + i));
	if (kind->is_signed &&
	    vrrp_packet_sign(&message, &key, (NOW_S + (uint64_t)kind->ahead_s) << 32, &trailer))
		fail("sign", EINVAL);
	message.trailer = kind->is_signed ? &trailer : NULL;
	memset(frame, 0, sizeof(*frame));
	bytes = vrrp_packet_build(&message, packet, VRRP_PACKET_BYTES_MAX);
	if (bytes < 0)
		fail("advert", bytes);
	bytes += kind->longer ? 4 : 0;
	frame->data[12] = ipv6 ? 0x86 : 0x08;
	frame->data[13] = ipv6 ? 0xdd : 0x00;
	if (!ipv6)
		advert_finish_header(packet, bytes);
	else
		packet[5] = (uint8_t)(packet[5] + (kind->longer ? 4 : 0));
	frame->length = ETHERNET_BYTES + (size_t)bytes;
}

static void put(const struct bpf_map *map, const void *key, size_t key_bytes, const void *value,
		size_t bytes)
{
	int error = bpf_map__update_elem(map, key, key_bytes, value, bytes, BPF_ANY);

	if (error)
		fail(bpf_map__name(map), error);
}

/* The instance: XB_SIGNED_NONE for unsigned adverts. */
static void serve(struct bench *bench, const struct kind *kind, bool ipv6)
{
	const __u32 slot = 0;
	const struct xb_vrrp_key name = {
		.interface_index = LOOPBACK_INDEX, .vrid = ADVERT_VRID, .family = ipv6 ? 6 : 4};
	const struct xb_signed_key key = {.slot = slot, .id = KEY_ID};
	const struct kind true_one = {.key_id = KEY_ID};
	const struct vrrp_signing_key signing = key_of(&true_one);
	const struct xb_signed state = {
		.realtime_offset_ns = (int64_t)(NOW_S * NS_PER_SECOND - now_ns()),
		.window_s = WINDOW_S,
	};
	struct xb_vrrp router = served_router();

	router.family = name.family;
	router.destination = group_of(ipv6);
	router.signed_mode = kind->is_signed ? XB_SIGNED_ENFORCE : XB_SIGNED_NONE;
	put(bench->product->maps.xb_vrrp, &slot, sizeof(slot), &router, sizeof(router));
	put(bench->product->maps.xb_vrrp_slots, &name, sizeof(name), &slot, sizeof(slot));
	put(bench->product->maps.xb_signed, &slot, sizeof(slot), &state, sizeof(state));
	put(bench->product->maps.xb_signed_keys, &key, sizeof(key), &signing.states,
	    sizeof(signing.states));
}

/* How many were accepted, or refused for this reason. */
static uint64_t outcome_count(struct bench *bench, const struct kind *kind)
{
	const __u32 slot = 0;
	struct xb_signed state;
	struct xb_vrrp router;

	bpf_map__lookup_elem(bench->product->maps.xb_vrrp, &slot, sizeof(slot), &router,
			     sizeof(router), 0);
	bpf_map__lookup_elem(bench->product->maps.xb_signed, &slot, sizeof(slot), &state,
			     sizeof(state), 0);
	return kind->reason < 0 ? router.received_count
				: state.refused_count[kind->reason - XB_SIGNED_REASON_FIRST];
}

static int run(struct bench *bench, int fd, const struct frame *frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->data,
		    .data_size_in = (__u32)frame->length, .repeat = REPEAT);
	const __u32 zero = 0;
	int error;

	put(bpf_object__find_map_by_name(bench->helper, "under_test"), &zero, sizeof(zero), &fd,
	    sizeof(fd));
	error = bpf_prog_test_run_opts(bench->renew_fd, &options);
	if (error)
		fail("BPF_PROG_TEST_RUN", error);
	return (int)options.duration;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void measure(struct bench *bench, const struct kind *kind, bool ipv6, size_t count,
		    int rounds)
{
	int product_fd = bpf_program__fd(bench->product->progs.xbeat);
	int differences_ns[ROUNDS_MAX];
	struct frame frame;
	char name[64];

	build(kind, ipv6, count, &frame);
	serve(bench, kind, ipv6);
	for (int i = 0; i < rounds; i++)
		differences_ns[i] =
			run(bench, product_fd, &frame) - run(bench, bench->empty_fd, &frame);
	qsort(differences_ns, (size_t)rounds, sizeof(int), compare);
	snprintf(name, sizeof(name), "%s, IPv%d, %zu", kind->name, ipv6 ? 6 : 4, count);
	printf("%-34s %6d %6d %6d%s\n", name, differences_ns[rounds / 2], differences_ns[0],
	       differences_ns[rounds - 1],
	       outcome_count(bench, kind) == (uint64_t)rounds * REPEAT ? ""
								       : "   SOME WERE NOT SO");
}

/* The helper object is in the directory of this tool; it shares the product's xb_signed. */
static void load(struct bench *bench)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 32];

	bench->product = xbeat_bpf__open();
	if (!bench->product)
		fail("open the program", errno);
	bench->product->rodata->xb_constants = (struct xb_constants){
		.port = XB_PORT_DEFAULT, .cluster_id = 1, .node_id = 1, .slot_count = 1};
	if (xbeat_bpf__load(bench->product))
		fail("load the program (root?)", errno);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		fail("/proc/self/exe", errno);
	snprintf(path, sizeof(path), "%s/signed_cost.bpf.o", dirname(self));
	bench->helper = bpf_object__open_file(path, NULL);
	if (!bench->helper)
		fail(path, errno);
	bpf_map__reuse_fd(bpf_object__find_map_by_name(bench->helper, "xb_signed"),
			  bpf_map__fd(bench->product->maps.xb_signed));
	if (bpf_object__load(bench->helper))
		fail("load signed_cost.bpf.o", errno);
	bench->empty_fd = bpf_program__fd(bpf_object__find_program_by_name(bench->helper, "empty"));
	bench->renew_fd = bpf_program__fd(bpf_object__find_program_by_name(bench->helper, "renew"));
}

int main(int argc, char **argv)
{
	static const size_t counts[] = {1, 4, 20};
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS_DEFAULT;
	struct bench bench = {0};

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: signed_cost [ROUNDS]   1 to %d\n", ROUNDS_MAX);
		return EXIT_FAILURE;
	}
	load(&bench);
	printf("%-34s median    min    max\n", "ns over an empty program");
	for (int ipv6 = 0; ipv6 < 2; ipv6++)
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
			for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
				measure(&bench, &kinds[k], ipv6, counts[i], rounds);
	bpf_object__close(bench.helper);
	xbeat_bpf__destroy(bench.product);
	return EXIT_SUCCESS;
}
