// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * who_has: which nodes answer for a service address, at each millisecond.
 *
 *	who_has INTERFACE ADDRESS INTERVAL_US SECONDS
 *
 * Sends an ARP request (for an IPv6 address a neighbour solicitation) to all nodes on an absolute
 * schedule and records which answer it. Two answers to one request: the address has two owners.
 * Every other ARP request is a probe (RFC 5227), without a sender address.
 *
 * Which request an answer is for: those of ARP repeat the sender's Ethernet address, which carries
 * the request's number; those of a neighbour solicitation are sent to its source address, whose
 * last byte carries the number's low bits.
 *
 * Prints, when it ends (also by SIGINT or SIGTERM), one line of JSON: "runs" of successive requests
 * with the same set of owners, none included, from the sending of the first of them to that of the
 * last, CLOCK_MONOTONIC.
 *
 * RFC 826, RFC 4861 section 4.3.
 */
#include "user/lib/cleanup.h"
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/tools/tool_clock.h"
#include "tests/tools/tool_stop.h"

#define OWNERS_MAX 8
#define REQUESTS_MAX 10000000
#define LATE_ANSWERS_NS (200 * NS_PER_MS)
#define ASKER_HOST 250 /* of the sender address of ARP requests; no node has it */
#define SOURCES 64 /* of neighbour solicitations: this many are distinguished */

struct arp_frame {
	struct ethhdr ethernet;
	struct ether_arp arp;
} __attribute__((packed));

struct solicitation {
	struct ethhdr ethernet;
	struct ip6_hdr ip;
	struct nd_neighbor_solicit message;
	struct nd_opt_hdr option; /* source link-layer address */
	uint8_t option_address[ETH_ALEN];
} __attribute__((packed));

struct request {
	uint64_t sent_ns;
	uint8_t owners; /* bit n: owner n answered */
};

struct run {
	int fd;
	bool is_ipv6;
	uint8_t target[16];
	uint8_t mac[ETH_ALEN]; /* own */
	uint64_t interval_ns, end_ns;
	struct request *requests;
	size_t request_max, sent;
	uint8_t owners[OWNERS_MAX][ETH_ALEN];
	size_t owner_count;
};

/* Locally administered; the number makes it unique. */
static void number_to_mac(uint32_t number, uint8_t mac[ETH_ALEN])
{
	const uint32_t network_order = htonl(number);

	mac[0] = 0x02;
	mac[1] = 0xfb;
	memcpy(mac + 2, &network_order, sizeof(network_order));
}

static void send_arp(const struct run *run, uint32_t number)
{
	struct arp_frame frame = {
		.ethernet.h_proto = htons(ETH_P_ARP),
		.arp.arp_hrd = htons(ARPHRD_ETHER),
		.arp.arp_pro = htons(ETH_P_IP),
		.arp.arp_hln = ETH_ALEN,
		.arp.arp_pln = 4,
		.arp.arp_op = htons(ARPOP_REQUEST),
	};

	memset(frame.ethernet.h_dest, 0xff, ETH_ALEN);
	memcpy(frame.ethernet.h_source, run->mac, ETH_ALEN);
	number_to_mac(number, frame.arp.arp_sha);
	memcpy(frame.arp.arp_tpa, run->target, 4);
	if (number % 2) {
		memcpy(frame.arp.arp_spa, run->target, 3);
		frame.arp.arp_spa[3] = ASKER_HOST;
	}
	(void)!send(run->fd, &frame, sizeof(frame), MSG_DONTWAIT);
}

static uint32_t sum_words(const void *data, size_t bytes, uint32_t sum)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i + 1 < bytes; i += 2)
		sum += (uint32_t)byte[i] << 8 | byte[i + 1];
	return sum;
}

static uint16_t icmpv6_checksum(const struct solicitation *frame)
{
	const uint16_t bytes = ntohs(frame->ip.ip6_plen);
	uint32_t sum = IPPROTO_ICMPV6 + bytes;

	sum = sum_words(&frame->ip.ip6_src, 2 * sizeof(struct in6_addr), sum);
	sum = sum_words(&frame->message, bytes, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void send_solicitation(const struct run *run, uint32_t number)
{
	static const uint8_t group[13] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};
	struct solicitation frame = {
		.ethernet.h_proto = htons(ETH_P_IPV6),
		.ip.ip6_flow = htonl(6U << 28),
		.ip.ip6_nxt = IPPROTO_ICMPV6,
		.ip.ip6_hlim = 255,
		.message.nd_ns_hdr.icmp6_type = ND_NEIGHBOR_SOLICIT,
		.option = {.nd_opt_type = ND_OPT_SOURCE_LINKADDR, .nd_opt_len = 1},
	};

	memcpy(frame.ethernet.h_source, run->mac, ETH_ALEN);
	memcpy(frame.option_address, run->mac, ETH_ALEN);
	frame.ip.ip6_plen = htons(sizeof(frame) - sizeof(frame.ethernet) - sizeof(frame.ip));
	memcpy(&frame.ip.ip6_src, run->target, 8);
	frame.ip.ip6_src.s6_addr[14] = ASKER_HOST;
	frame.ip.ip6_src.s6_addr[15] = (uint8_t)(number % SOURCES);
	memcpy(&frame.ip.ip6_dst, group, sizeof(group));
	memcpy(frame.ip.ip6_dst.s6_addr + 13, run->target + 13, 3);
	frame.ethernet.h_dest[0] = frame.ethernet.h_dest[1] = 0x33;
	memcpy(frame.ethernet.h_dest + 2, frame.ip.ip6_dst.s6_addr + 12, 4);
	memcpy(&frame.message.nd_ns_target, run->target, 16);
	frame.message.nd_ns_hdr.icmp6_cksum = icmpv6_checksum(&frame);
	(void)!send(run->fd, &frame, sizeof(frame), MSG_DONTWAIT);
}

/* Returns whether the frame answers for the address, and which request, from which Ethernet
 * address. */
static bool read_arp(const struct run *run, const uint8_t *data, ssize_t bytes, size_t *number,
		     uint8_t mac[ETH_ALEN])
{
	struct arp_frame frame;
	uint32_t low;

	if (bytes < (ssize_t)sizeof(frame))
		return false;
	memcpy(&frame, data, sizeof(frame));
	if (frame.arp.arp_op != htons(ARPOP_REPLY) || memcmp(frame.arp.arp_spa, run->target, 4) ||
	    frame.arp.arp_tha[0] != 0x02 || frame.arp.arp_tha[1] != 0xfb)
		return false;
	memcpy(&low, frame.arp.arp_tha + 2, sizeof(low));
	*number = ntohl(low);
	memcpy(mac, frame.arp.arp_sha, ETH_ALEN);
	return true;
}

static bool read_advertisement(const struct run *run, const uint8_t *data, ssize_t bytes,
			       size_t *number, uint8_t mac[ETH_ALEN])
{
	struct {
		struct ethhdr ethernet;
		struct ip6_hdr ip;
		struct nd_neighbor_advert message;
	} __attribute__((packed)) frame;
	size_t newest = run->sent - 1;

	if (bytes < (ssize_t)sizeof(frame) || !run->sent)
		return false;
	memcpy(&frame, data, sizeof(frame));
	if (frame.ip.ip6_nxt != IPPROTO_ICMPV6 ||
	    frame.message.nd_na_hdr.icmp6_type != ND_NEIGHBOR_ADVERT ||
	    memcmp(&frame.message.nd_na_target, run->target, 16) ||
	    frame.ip.ip6_dst.s6_addr[14] != ASKER_HOST)
		return false;
	*number = newest - (newest - frame.ip.ip6_dst.s6_addr[15]) % SOURCES;
	memcpy(mac, frame.ethernet.h_source, ETH_ALEN);
	return true;
}

static size_t owner_index(struct run *run, const uint8_t mac[ETH_ALEN])
{
	for (size_t i = 0; i < run->owner_count; i++) {
		if (!memcmp(run->owners[i], mac, ETH_ALEN))
			return i;
	}
	if (run->owner_count == OWNERS_MAX)
		return OWNERS_MAX - 1;
	memcpy(run->owners[run->owner_count], mac, ETH_ALEN);
	return run->owner_count++;
}

static void receive_answer(struct run *run)
{
	uint8_t data[2048], mac[ETH_ALEN];
	struct sockaddr_ll from = {0};
	socklen_t length = sizeof(from);
	ssize_t bytes = recvfrom(run->fd, data, sizeof(data), MSG_DONTWAIT,
				 (struct sockaddr *)&from, &length);
	size_t number = 0;

	if (bytes < 0 || from.sll_pkttype == PACKET_OUTGOING ||
	    !(run->is_ipv6 ? read_advertisement : read_arp)(run, data, bytes, &number, mac) ||
	    number >= run->sent)
		return;
	run->requests[number].owners |= (uint8_t)(1U << owner_index(run, mac));
}

static void receive_until(struct run *run, uint64_t until_ns)
{
	struct pollfd wanted = {.fd = run->fd, .events = POLLIN};
	uint64_t now;

	while (!stop_asked && !time_reached(now = now_ns(), until_ns)) {
		uint64_t left_ns = until_ns - now;
		struct timespec left = {
			.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
			.tv_nsec = (long)(left_ns % NS_PER_SECOND),
		};

		if (ppoll(&wanted, 1, &left, NULL) > 0)
			receive_answer(run);
	}
}

static void ask(struct run *run)
{
	uint64_t due_ns = now_ns();

	while (!stop_asked && run->sent < run->request_max && !time_reached(due_ns, run->end_ns)) {
		uint64_t now;

		receive_until(run, due_ns);
		now = now_ns();
		run->requests[run->sent].sent_ns = now;
		(run->is_ipv6 ? send_solicitation : send_arp)(run, (uint32_t)run->sent++);
		/* Times that were missed in a stall of this process are skipped: a burst would
		 * measure nothing. */
		due_ns += (1 + time_since_ns(now, due_ns) / run->interval_ns) * run->interval_ns;
	}
	stop_asked = 0;
	receive_until(run, now_ns() + LATE_ANSWERS_NS);
}

static void print_owners(const struct run *run, uint8_t owners)
{
	const char *comma = "";

	for (size_t i = 0; i < run->owner_count; i++) {
		const uint8_t *mac = run->owners[i];

		if (!(owners & 1U << i))
			continue;
		printf("%s\"%02x:%02x:%02x:%02x:%02x:%02x\"", comma, mac[0], mac[1], mac[2], mac[3],
		       mac[4], mac[5]);
		comma = ",";
	}
}

static void print_result(const struct run *run)
{
	size_t first = 0;

	printf("{\"sent\":%zu,\"interval_ns\":%" PRIu64 ",\"runs\":[", run->sent, run->interval_ns);
	for (size_t i = 0; i < run->sent; i++) {
		if (i + 1 < run->sent && run->requests[i + 1].owners == run->requests[i].owners)
			continue;
		printf("%s{\"owners\":[", first ? "," : "");
		print_owners(run, run->requests[i].owners);
		printf("],\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64 ",\"requests\":%zu}",
		       run->requests[first].sent_ns, run->requests[i].sent_ns, i + 1 - first);
		first = i + 1;
	}
	puts("]}");
}

/* Returns a packet socket for answers, or a negative errno; *mac: the interface's address. */
static int open_port(const char *interface, uint16_t ethertype, uint8_t mac[ETH_ALEN])
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ethertype),
				      .sll_ifindex = (int)if_nametoindex(interface)};
	struct ifreq asked = {0};
	_cleanup_close_ int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int done;

	snprintf(asked.ifr_name, sizeof(asked.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &asked) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	memcpy(mac, asked.ifr_hwaddr.sa_data, ETH_ALEN);
	done = fd;
	fd = -1;
	return done;
}

int main(int count, char **words)
{
	const double seconds = count == 5 ? atof(words[4]) : 0;
	const uint64_t interval_us = count == 5 ? strtoull(words[3], NULL, 10) : 0;
	struct sigaction action = {.sa_handler = ask_to_stop};
	struct run run = {.interval_ns = interval_us * NS_PER_US};
	_cleanup_free_ struct request *requests = NULL;

	if (!interval_us || seconds <= 0 || seconds * 1e6 / (double)interval_us > REQUESTS_MAX) {
		fputs("usage: who_has INTERFACE ADDRESS INTERVAL_US SECONDS\n", stderr);
		return 2;
	}
	run.is_ipv6 = strchr(words[2], ':') != NULL;
	run.request_max = (size_t)(seconds * 1e6 / (double)interval_us) + 1;
	run.requests = requests = calloc(run.request_max, sizeof(*requests));
	run.fd = open_port(words[1], run.is_ipv6 ? ETH_P_IPV6 : ETH_P_ARP, run.mac);
	if (run.fd < 0 || !requests ||
	    inet_pton(run.is_ipv6 ? AF_INET6 : AF_INET, words[2], run.target) != 1) {
		fprintf(stderr, "who_has: cannot ask for %s on %s\n", words[2], words[1]);
		return EXIT_FAILURE;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive the test that started us */
	prctl(PR_SET_TIMERSLACK, 1);
	run.end_ns = now_ns() + (uint64_t)(seconds * 1e9);
	ask(&run);
	print_result(&run);
	return EXIT_SUCCESS;
}
