// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * saturate: sends as fast as a core can, and counts the answers of the other end of the cable.
 *
 *   saturate OBJECT INTERFACE KIND FROM TO TO_MAC [KEY EPOCH ACK]
 *
 * KIND: heartbeat (node 2 probes node 1; KEY is key 1 in hex, EPOCH is node 1's, ACK the highest
 * seq it sent), udp (port 7777), icmp, or asking: no heartbeat, but sent to its port, so dropped
 * after a few comparisons, which shows the cost of sending and delivery alone. Frames have the same
 * size in all kinds and are sent by BPF_PROG_TEST_RUN on live frames through saturate.bpf.c;
 * heartbeats carry prepared tags under advancing numbers, because a replayed one would be dropped.
 * Prints JSON. The caller chooses the core, and removes the interface, and with it the programs.
 */
#include "tests/tools/saturate_shared.h"
#include "user/core/heartbeat.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xbeat/wire.h>

#include "tests/tools/tool_clock.h"

#define ECHO_PORT 7777
#define WARM_UP_MS 300
#define MEASURED_MS 700
#define BATCH 64
#define ICMP_ECHO_REQUEST 8

struct frame {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp; /* for ICMP: type, code, checksum, id, sequence, of the same size */
	struct xb_packet packet;
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == SATURATE_FRAME_BYTES, "frame size");

struct programs {
	struct bpf_object *object;
	int sender_fd;
	int state_fd;
	int tags_fd;
	unsigned interface_index;
};

static int fail(const char *what)
{
	fprintf(stderr, "saturate: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* The Internet checksum (RFC 1071) of an even number of bytes. */
static uint16_t checksum(const void *data, size_t bytes)
{
	const uint8_t *byte = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes; i += 2)
		sum += (uint32_t)(byte[i] << 8 | byte[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static int read_mac(const char *text, uint8_t mac[ETH_ALEN])
{
	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		      &mac[4], &mac[5]) == ETH_ALEN
		       ? 0
		       : -EINVAL;
}

static int fill_network(struct frame *frame, const char *from, const char *to, const char *to_mac)
{
	static const uint8_t our_mac[ETH_ALEN] = {2, 0, 0, 0, 0, 0xc8};

	frame->ethernet.h_proto = htons(ETH_P_IP);
	memcpy(frame->ethernet.h_source, our_mac, ETH_ALEN);
	frame->ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 255, .protocol = IPPROTO_UDP};
	frame->ip.tot_len = htons(sizeof(*frame) - sizeof(frame->ethernet));
	if (read_mac(to_mac, frame->ethernet.h_dest) ||
	    inet_pton(AF_INET, from, &frame->ip.saddr) != 1 ||
	    inet_pton(AF_INET, to, &frame->ip.daddr) != 1)
		return -EINVAL;
	return 0;
}

static void fill_udp(struct frame *frame, uint16_t port)
{
	frame->udp.source = htons(40000);
	frame->udp.dest = htons(port);
	frame->udp.len = htons(sizeof(frame->udp) + sizeof(frame->packet));
}

static void fill_icmp(struct frame *frame)
{
	frame->ip.protocol = IPPROTO_ICMP;
	memset(&frame->udp, 0, sizeof(frame->udp));
	*(uint8_t *)&frame->udp = ICMP_ECHO_REQUEST;
	frame->udp.dest = checksum(&frame->udp, sizeof(frame->udp) + sizeof(frame->packet));
}

static struct xb_packet make_heartbeat(uint64_t epoch, uint32_t ack)
{
	return (struct xb_packet){
		.magic = htons(XB_MAGIC),
		.version = XB_WIRE_VERSION,
		.type = XB_PROBE,
		.cluster_id = htons(1),
		.key_id = 1,
		.prober_id = htons(2),
		.responder_id = htons(1),
		.ack = htonl(ack),
		.node_state = XB_NODE_RUNNING,
		.prober_epoch = htobe64(1),
		.responder_epoch = htobe64(epoch),
		.t1_ns = htobe64(1),
	};
}

/* Prepares the tag of every PROBE that can be sent. */
static int fill_tags(struct frame *frame, const uint64_t key[2], int tags_fd)
{
	const size_t bytes = SATURATE_TAGS * sizeof(uint64_t);
	uint64_t *tags = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, tags_fd, 0);
	struct xb_packet packet = frame->packet;
	const struct xb_address prober = address_from_ipv4(frame->ip.saddr);
	const struct xb_address responder = address_from_ipv4(frame->ip.daddr);
	const struct xb_key used = {.word = {key[0], key[1]}};

	if (tags == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < SATURATE_TAGS; i++) {
		packet.seq = htonl(i + 1);
		tags[i] = htole64(heartbeat_tag(&packet, &prober, &responder, &used));
	}
	munmap(tags, bytes);
	return 0;
}

static int read_key(const char *text, uint64_t key[2])
{
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
			return -EINVAL;
	}
	memcpy(key, bytes, sizeof(bytes));
	key[0] = le64toh(key[0]);
	key[1] = le64toh(key[1]);
	return 0;
}

/* Fills in what this kind of traffic needs. Returns 0 or a negative errno. */
static int fill_kind(struct frame *frame, char **arguments, int argument_count, int tags_fd,
		     struct saturate_state *state)
{
	const char *kind = arguments[0];
	uint64_t key[2];
	int error = fill_network(frame, arguments[1], arguments[2], arguments[3]);

	frame->ip.check = 0;
	if (!error && !strcmp(kind, "icmp")) {
		fill_icmp(frame);
	} else if (!error && !strcmp(kind, "udp")) {
		state->answer_port = ECHO_PORT;
		fill_udp(frame, ECHO_PORT);
	} else if (!error && !strcmp(kind, "asking")) {
		fill_udp(frame, XB_PORT_DEFAULT);
	} else if (!error && !strcmp(kind, "heartbeat") && argument_count == 7) {
		state->answer_port = XB_PORT_DEFAULT;
		state->prepared = 1;
		fill_udp(frame, XB_PORT_DEFAULT);
		frame->packet = make_heartbeat(strtoull(arguments[5], NULL, 10),
					       (uint32_t)strtoul(arguments[6], NULL, 10));
		error = read_key(arguments[4], key) ?: fill_tags(frame, key, tags_fd);
	} else {
		error = -EINVAL;
	}
	frame->ip.check = checksum(&frame->ip, sizeof(frame->ip));
	memcpy(state->frame, frame, sizeof(*frame));
	return error;
}

static int load(struct programs *programs, const char *path, const char *interface)
{
	struct bpf_program *counter;

	programs->interface_index = if_nametoindex(interface);
	programs->object = bpf_object__open_file(path, NULL);
	if (!programs->interface_index || !programs->object || bpf_object__load(programs->object))
		return -errno;
	counter = bpf_object__find_program_by_name(programs->object, "counter");
	programs->sender_fd =
		bpf_program__fd(bpf_object__find_program_by_name(programs->object, "sender"));
	programs->state_fd = bpf_object__find_map_fd_by_name(programs->object, "state");
	programs->tags_fd = bpf_object__find_map_fd_by_name(programs->object, "tags");
	return bpf_xdp_attach((int)programs->interface_index, bpf_program__fd(counter),
			      XDP_FLAGS_DRV_MODE, NULL);
}

/* Sends until it is killed; does not return. */
static void send_forever(const struct programs *programs, const struct frame *frame)
{
	struct xdp_md context = {
		.data_end = sizeof(*frame),
		.ingress_ifindex = programs->interface_index,
	};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(*frame),
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = INT32_MAX,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (bpf_prog_test_run_opts(programs->sender_fd, &options) && errno != EINTR)
		fail("sending live frames");
	_exit(EXIT_FAILURE);
}

static struct saturate_state read_state(int fd)
{
	struct saturate_state state = {0};
	const uint32_t zero = 0;

	bpf_map_lookup_elem(fd, &zero, &state);
	return state;
}

static void measure(const struct programs *programs, const char *kind)
{
	const struct timespec warm_up = {.tv_nsec = WARM_UP_MS * (long)NS_PER_MS};
	const struct timespec measured = {.tv_nsec = MEASURED_MS * (long)NS_PER_MS};
	struct saturate_state before, after;
	uint64_t start_ns;
	double seconds;

	nanosleep(&warm_up, NULL);
	start_ns = now_ns();
	before = read_state(programs->state_fd);
	nanosleep(&measured, NULL);
	after = read_state(programs->state_fd);
	seconds = (double)(now_ns() - start_ns) / 1e9;
	printf("{\"kind\":\"%s\",\"sent_per_second\":%.0f,\"answers_per_second\":%.0f}\n", kind,
	       (double)(after.sent_count - before.sent_count) / seconds,
	       (double)(after.answer_count - before.answer_count) / seconds);
}

int main(int argument_count, char **arguments)
{
	static struct frame frame;
	struct saturate_state state = {0};
	struct programs programs = {0};
	const uint32_t zero = 0;
	pid_t child;

	if (argument_count < 7) {
		fputs("usage: saturate OBJECT INTERFACE KIND FROM TO TO_MAC [KEY EPOCH ACK]\n",
		      stderr);
		return 2;
	}
	if (load(&programs, arguments[1], arguments[2]))
		return fail(arguments[2]);
	errno = -fill_kind(&frame, arguments + 3, argument_count - 3, programs.tags_fd, &state);
	if (errno)
		return fail(arguments[3]);
	bpf_map_update_elem(programs.state_fd, &zero, &state, BPF_ANY);
	child = fork();
	if (child < 0)
		return fail("fork");
	if (child == 0)
		send_forever(&programs, &frame);
	measure(&programs, arguments[3]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	bpf_object__close(programs.object);
	return EXIT_SUCCESS;
}
