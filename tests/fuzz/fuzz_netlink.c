/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of rtnetlink: the answers to a request and to a dump, and notifications. libmnl's socket
 * functions are replaced: received data comes from the input, and nothing leaves the process.
 *
 * Input: a byte that chooses the reader, then datagrams: a byte of flags, and either (RAW) two of
 * length and the bytes themselves, or what a well-formed message with attributes is composed from.
 */
#include "tests/fuzz/input.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RAW 1
#define LOST 2

static struct input input;
static uint32_t sequence;
static int readable_fd;
static struct mnl_socket *const the_socket = (void *)&readable_fd;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return the_socket;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return readable_fd;
}

unsigned mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz)
{
	(void)nl;
	sequence = ((const struct nlmsghdr *)req)->nlmsg_seq;
	return (ssize_t)siz;
}

/* libmnl treats a length above INT32_MAX as negative, and reads out of bounds. The kernel sends no
 * such length. */
static void bound_lengths(char *datagram, size_t length)
{
	for (size_t at = 0; length - at >= sizeof(struct nlmsghdr);) {
		struct nlmsghdr *header = (void *)(datagram + at);

		header->nlmsg_len &= INT32_MAX;
		if (header->nlmsg_len < sizeof(*header) || header->nlmsg_len > length - at)
			return;
		at += NLMSG_ALIGN(header->nlmsg_len);
		if (at > length)
			return;
	}
}

/* Appends a message with attributes, as far as they fit. Returns the bytes of the datagram. */
static size_t compose(char *datagram, size_t room)
{
	static const uint16_t types[] = {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR,
					 RTM_DELADDR, NLMSG_ERROR, NLMSG_DONE};
	struct nlmsghdr *header = mnl_nlmsg_put_header(datagram);
	size_t length;
	const uint8_t *bytes = input_bytes(&input, sizeof(struct ifinfomsg), &length);

	header->nlmsg_type = types[input_byte(&input) % (sizeof(types) / sizeof(types[0]))];
	header->nlmsg_flags = input_byte(&input) & 1 ? NLM_F_MULTI : 0;
	header->nlmsg_seq = sequence;
	memcpy(mnl_nlmsg_put_extra_header(header, header->nlmsg_type == RTM_NEWADDR ||
								  header->nlmsg_type == RTM_DELADDR
							  ? sizeof(struct ifaddrmsg)
							  : sizeof(struct ifinfomsg)),
	       bytes, length < sizeof(struct ifaddrmsg) ? length : sizeof(struct ifaddrmsg));
	for (unsigned count = input_byte(&input) % 8; count; count--) {
		uint16_t type = input_byte(&input) % 16;

		bytes = input_bytes(&input, input_byte(&input), &length);
		mnl_attr_put_check(header, room, type, length, bytes);
	}
	return header->nlmsg_len;
}

static size_t copy_raw(char *datagram, size_t room)
{
	size_t length;
	const uint8_t *bytes = input_bytes(&input, input_word(&input) % (room + 1), &length);

	memcpy(datagram, bytes, length);
	bound_lengths(datagram, length);
	return length;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t siz)
{
	uint8_t flags = input_byte(&input);

	(void)nl;
	if (flags & LOST || !input.left) {
		errno = input.left ? ENOBUFS : EAGAIN;
		return -1;
	}
	memset(buf, 0xff, siz); /* no 0 after the datagram terminates a string */
	return (ssize_t)(flags & RAW ? copy_raw(buf, siz) : compose(buf, siz));
}

static void check_name(const char *name)
{
	if (!memchr(name, '\0', XB_NAME_BYTES))
		abort();
}

static void on_interface(void *context, const struct interface_event *event)
{
	(void)context;
	check_name(event->name);
}

static void on_address(void *context, const struct address_event *event)
{
	(void)context;
	(void)event;
}

static void on_overrun(void *context)
{
	(void)context;
}

static void monitor_links(void)
{
	static const struct interface_handlers handlers = {on_interface, on_address, on_overrun};
	static struct event_base *base;
	struct interface_monitor monitor;

	if (!base)
		base = event_base_new();
	if (interface_monitor_start(&monitor, base, &handlers, NULL))
		abort();
	while (input.left)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	interface_monitor_stop(&monitor);
}

static void list_addresses(void)
{
	struct local_address *list = NULL;
	size_t count = 0;

	if (local_addresses(&list, &count))
		return;
	for (size_t i = 0; i < count; i++)
		check_name(list[i].interface);
	free(list);
}

static void change_address(void)
{
	struct config_vip vip = {.prefix_length = 24};
	struct netlink netlink;

	if (netlink_open(&netlink))
		abort();
	netlink_add_vip(&netlink, 1, &vip);
	netlink_remove_vip(&netlink, 1, &vip);
	netlink_close(&netlink);
}

/* A message in exact-size memory, so that a read past its end is detected. */
static void read_message(void)
{
	size_t length = input.left;
	struct nlmsghdr *message = malloc(length ? length : 1);
	struct netlink_address address;

	memcpy(message, input.bytes, length);
	if (length >= sizeof(*message)) {
		message->nlmsg_len = (uint32_t)length;
		netlink_address_read(message, &address);
	}
	free(message);
}

/* The daemon's loop reads the monitor's socket when it is readable: this end of a pair always is. It
 * also knows the names of interfaces. */
static void open_readable(void)
{
	int ends[2];

	if (readable_fd)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || write(ends[1], "", 1) != 1)
		abort();
	readable_fd = ends[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(void) = {monitor_links, list_addresses, change_address,
						read_message};

	open_readable();
	sequence = 0;
	input = (struct input){data, size};
	readers[input_byte(&input) % (sizeof(readers) / sizeof(readers[0]))]();
	return 0;
}
