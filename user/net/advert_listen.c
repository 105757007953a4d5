// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A packet socket with a filter for outgoing VRRP packets. It is of type SOCK_DGRAM: the filter and
 * the reader see a packet from its network header on.
 */
#include "user/net/advert_listen.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROTOCOL_VRRP 112
#define IPV4_PROTOCOL_OFFSET 9
#define IPV6_NEXT_HEADER_OFFSET 6
#define IPV6_HEADER_BYTES 40
#define VRID_OFFSET 1 /* RFC 9568 section 5.1 */
#define PRIORITY_OFFSET 2

static int open_socket(void)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV4_PROTOCOL_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_NEXT_HEADER_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL_VRRP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) &&
	    !bind(fd, (const struct sockaddr *)&all, sizeof(all)))
		return fd;
	int error = -errno;

	close(fd);
	return error;
}

/* Returns whether it is an advert of a router that has the role. */
static bool parse(const uint8_t *packet, size_t bytes, struct advert_sent *sent)
{
	size_t head;

	if (!bytes)
		return false;
	sent->family = packet[0] >> 4;
	head = sent->family == 4 ? (packet[0] & 15U) * 4U : IPV6_HEADER_BYTES;
	if (bytes <= head + PRIORITY_OFFSET)
		return false;
	sent->vrid = packet[head + VRID_OFFSET];
	return packet[head + PRIORITY_OFFSET] != 0;
}

/* Returns 1 if one was wanted. */
static int read_all(int fd, bool (*wanted)(void *context, const struct advert_sent *sent),
		    void *context)
{
	struct sockaddr_ll from = {0};
	struct advert_sent sent;
	uint8_t packet[256];
	ssize_t bytes;

	for (;;) {
		socklen_t length = sizeof(from);

		bytes = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &length);
		if (bytes < 0)
			return errno == EAGAIN ? 0 : -errno;
		sent.interface_index = (unsigned)from.sll_ifindex;
		if (parse(packet, (size_t)bytes, &sent) && wanted(context, &sent))
			return 1;
	}
}

int advert_listen(uint64_t wait_ns, bool (*wanted)(void *context, const struct advert_sent *sent),
		  void *context)
{
	uint64_t until_ns = clock_now_ns() + wait_ns;
	_cleanup_close_ int fd = open_socket();
	int found = fd < 0 ? fd : 0;

	while (!found && !time_reached(clock_now_ns(), until_ns)) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};

		if (poll(&wait, 1, (int)((until_ns - clock_now_ns()) / NS_PER_MS) + 1) > 0)
			found = read_all(fd, wanted, context);
	}
	return found;
}
