/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PING_CHECK: an ICMP or ICMPv6 echo request (RFC 792, RFC 4443) of 128 bytes. All runs share one raw
 * socket of each family, which is opened with CAP_NET_RAW. A reply is that of a run if identifier,
 * sequence, cookie and source agree: other programs ping as well.
 */
#include "user/checker/methods/method.h"
#include "user/lib/address.h"
#include "user/lib/checksum.h"
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEQUENCES 65536
#define REPLIES_AT_ONCE 64 /* then other events have their turn */
#define REPLIES_WAITING 16384 /* more than the socket's buffer holds */
#define RECEIVE_BYTES (4 << 20) /* of the socket: replies to some thousand requests at once */

/* Of linux/icmp.h, which cannot be included together with net/if.h. */
#define ICMP_FILTER_OPTION 1

/* The same head in both families. */
struct echo {
	uint8_t type, code;
	uint16_t checksum, identifier, sequence;
	uint64_t cookie;
	uint8_t filler[112];
};
_Static_assert(sizeof(struct echo) == 128, "as keepalived");

struct family {
	int fd; /* -1: none */
	bool is_ipv6;
	struct event *readable;
	struct run **runs; /* by sequence; NULL: none */
	struct ping *ping;
};

struct ping {
	uint16_t identifier, next;
	struct family families[2];
};

struct ping_work {
	uint16_t sequence;
	uint64_t cookie;
};

static struct family *family_of(const struct run *run)
{
	struct ping *ping = run->owner->ping;

	return ping ? &ping->families[!address_is_ipv4(&run->check->target.address)] : NULL;
}

static void cancel(struct run *run)
{
	struct ping_work *work = run->work;

	family_of(run)->runs[work->sequence] = NULL;
	free(work);
	run->work = NULL;
}

static void take_reply(struct family *family, const struct echo *echo,
		       const struct xb_address *source)
{
	struct run *run = family->runs[ntohs(echo->sequence)];
	const struct ping_work *work = run ? run->work : NULL;

	if (!run || work->cookie != echo->cookie ||
	    !address_equal(source, &run->check->target.address))
		return;
	cancel(run);
	run_done(run, CHECK_GOOD, "echo reply after %s", run_after(run).text);
}

static struct xb_address source_of(const struct sockaddr_storage *from)
{
	struct xb_address address;

	if (from->ss_family == AF_INET)
		return address_from_ipv4(((const struct sockaddr_in *)from)->sin_addr.s_addr);
	memcpy(address.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr,
	       sizeof(address.bytes));
	return address;
}

/* Copies the echo, up to its filler: after an IP header, which raw sockets of IPv4 have, it is not
 * aligned. Returns whether it is a reply to this process. */
static bool read_echo(const struct family *family, const uint8_t *packet, size_t length,
		      struct echo *echo)
{
	size_t head = family->is_ipv6 ? 0 : (packet[0] & 0xfU) * 4U;

	if (length < head + offsetof(struct echo, filler))
		return false;
	memcpy(echo, packet + head, offsetof(struct echo, filler));
	return echo->type == (family->is_ipv6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
	       echo->identifier == htons(family->ping->identifier);
}

static bool receive(struct family *family)
{
	uint8_t packet[256] = {0};
	struct sockaddr_storage from = {0};
	socklen_t from_length = sizeof(from);
	struct echo echo;
	struct xb_address source;
	ssize_t length = recvfrom(family->fd, packet, sizeof(packet), MSG_DONTWAIT,
				  (struct sockaddr *)&from, &from_length);

	if (length <= 0)
		return false;
	source = source_of(&from);
	if (read_echo(family, packet, (size_t)length, &echo))
		take_reply(family, &echo, &source);
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	for (int i = 0; i < REPLIES_AT_ONCE; i++)
		if (!receive(context))
			return;
}

/* Reads what is there, which may end this run as well; not for ever what a flood adds. */
static void expired(struct run *run)
{
	struct family *family = family_of(run);
	const uint16_t sequence = ((struct ping_work *)run->work)->sequence;

	for (int i = 0; i < REPLIES_WAITING && family->runs[sequence] == run; i++)
		if (!receive(family))
			break;
	if (family->runs[sequence] != run)
		return;
	cancel(run);
	run_timed_out(run, "no echo reply within %s", run_timeout(run).text);
}

/* Options of one packet, because the socket is of all checks. */
static void add_control(struct msghdr *message, int level, int type, const void *data,
			size_t length)
{
	struct cmsghdr *control = (struct cmsghdr *)(void *)((uint8_t *)message->msg_control +
							     message->msg_controllen);

	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(control), data, length);
	message->msg_controllen += CMSG_SPACE(length);
}

static void add_source(struct msghdr *message, const struct config_check *check, bool is_ipv6)
{
	int index = *check->interface ? (int)if_nametoindex(check->interface) : 0;
	struct in_pktinfo info = {.ipi_ifindex = index};
	struct in6_pktinfo info6 = {.ipi6_ifindex = (unsigned)index};

	if (is_ipv6) {
		memcpy(&info6.ipi6_addr, check->bind.address.bytes, sizeof(info6.ipi6_addr));
		add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
		return;
	}
	if (!address_is_unset(&check->bind.address))
		info.ipi_spec_dst.s_addr = address_to_ipv4(&check->bind.address);
	add_control(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
}

/* Returns 0 or a negative errno. */
static int send_echo(const struct run *run, const struct family *family, struct echo *echo)
{
	const struct config_check *check = run->check;
	struct sockaddr_storage address;
	_Alignas(struct cmsghdr) uint8_t control[256] = {0};
	struct iovec part = {.iov_base = echo, .iov_len = sizeof(*echo)};
	struct msghdr message = {.msg_name = &address,
				 .msg_namelen = run_target_address(run, &address),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control};

	if (family->is_ipv6)
		((struct sockaddr_in6 *)&address)->sin6_port = 0;
	if (check->mark)
		add_control(&message, SOL_SOCKET, SO_MARK, &check->mark, sizeof(check->mark));
	if (*check->interface || !address_is_unset(&check->bind.address))
		add_source(&message, check, family->is_ipv6);
	if (!message.msg_controllen)
		message.msg_control = NULL;
	return sendmsg(family->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The kernel computes the checksum of ICMPv6. */
static struct echo make_echo(const struct family *family, const struct ping_work *work)
{
	struct echo echo = {.type = family->is_ipv6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
			    .identifier = htons(family->ping->identifier),
			    .sequence = htons(work->sequence),
			    .cookie = work->cookie};
	uint8_t bytes[sizeof(echo)];

	memcpy(bytes, &echo, sizeof(echo));
	if (!family->is_ipv6)
		echo.checksum = htons(checksum_finish(checksum_add(0, bytes, sizeof(bytes))));
	return echo;
}

/* No server can compute the cookie of another one. Returns NULL: all sequences are in use, or there is
 * no memory. */
static struct ping_work *new_work(struct family *family, struct run *run)
{
	struct ping *ping = family->ping;
	struct ping_work *work = malloc(sizeof(*work));

	for (unsigned tries = 0; work && tries < SEQUENCES; tries++) {
		work->sequence = ping->next++;
		if (family->runs[work->sequence])
			continue;
		if (getrandom(&work->cookie, sizeof(work->cookie), 0) != sizeof(work->cookie))
			break;
		family->runs[work->sequence] = run;
		return work;
	}
	free(work);
	return NULL;
}

static void start(struct run *run)
{
	struct family *family = family_of(run);
	struct echo echo;
	int error;

	if (!family || family->fd < 0) {
		run_done(run, CHECK_LOCAL_ERROR, "no raw socket: CAP_NET_RAW is missing");
		return;
	}
	run->work = new_work(family, run);
	if (!run->work) {
		run_failed(run, "memory", ENOMEM);
		return;
	}
	echo = make_echo(family, run->work);
	error = send_echo(run, family, &echo);
	if (error) {
		cancel(run);
		run_failed(run, "send", -error);
		return;
	}
	run_set_step_deadline(run);
}

/* Only replies, or each ping of this machine would be read here. */
static int set_filter(const struct family *family)
{
	const uint32_t filter = ~(1U << ICMP_ECHOREPLY);
	struct icmp6_filter filter6;

	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	if (family->is_ipv6)
		return setsockopt(family->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6,
				  sizeof(filter6));
	return setsockopt(family->fd, SOL_RAW, ICMP_FILTER_OPTION, &filter, sizeof(filter));
}

static void grow_buffer(int fd)
{
	int bytes = RECEIVE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

/* Returns 0 or a negative errno. */
static int open_family(struct family *family, const struct run_owner *owner)
{
	int type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;

	family->fd = family->is_ipv6 ? socket(AF_INET6, type, IPPROTO_ICMPV6)
				     : socket(AF_INET, type, IPPROTO_ICMP);
	if (family->fd < 0)
		return -errno;
	if (set_filter(family))
		return -errno;
	grow_buffer(family->fd);
	family->runs = calloc(SEQUENCES, sizeof(struct run *));
	family->readable =
		event_new(owner->base, family->fd, EV_READ | EV_PERSIST, on_readable, family);
	return family->runs && family->readable && !event_add(family->readable, NULL) ? 0 : -ENOMEM;
}

static void close_family(struct family *family)
{
	if (family->readable)
		event_free(family->readable);
	if (family->fd >= 0)
		close(family->fd);
	free(family->runs);
	*family = (struct family){.fd = -1};
}

/* Without IPv6 in the kernel only IPv4 is checked. */
static int open_both(struct ping *ping, const struct run_owner *owner)
{
	int error;

	for (int i = 0; i < 2; i++) {
		struct family *family = &ping->families[i];

		*family = (struct family){.fd = -1, .is_ipv6 = i == 1, .ping = ping};
		error = open_family(family, owner);
		if (error == -EAFNOSUPPORT && family->is_ipv6)
			return 0;
		if (error)
			return error;
	}
	return 0;
}

int ping_open(struct run_owner *owner)
{
	struct ping *ping = calloc(1, sizeof(*ping));
	int error = -ENOMEM;

	if (!ping)
		return error;
	owner->ping = ping;
	if (getrandom(&ping->identifier, sizeof(ping->identifier), 0) < 0)
		error = -errno;
	else
		error = open_both(ping, owner);
	if (error)
		ping_close(owner);
	return error;
}

void ping_close(struct run_owner *owner)
{
	if (!owner->ping)
		return;
	close_family(&owner->ping->families[0]);
	close_family(&owner->ping->families[1]);
	free(owner->ping);
	owner->ping = NULL;
}

const struct method ping_method = {
	.name = "ping", .start = start, .cancel = cancel, .expired = expired};
