/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP adverts leave by a raw socket of protocol 255, which the kernel never delivers to. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <user/daemon/advert.h>

int advert_open(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	int off = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int advert_join(unsigned interface_index)
{
	struct ip_mreqn membership = {.imr_ifindex = (int)interface_index};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, ADVERT_GROUP_IPV4, &membership.imr_multiaddr);
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof(membership)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int advert_send(int socket, unsigned interface_index, const uint8_t *packet, size_t bytes)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct iovec data = {.iov_base = (void *)(uintptr_t)packet, .iov_len = bytes};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = {0};
	struct msghdr message = {.msg_name = &to,
				 .msg_namelen = sizeof(to),
				 .msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct in_pktinfo info = {.ipi_ifindex = (int)interface_index};

	inet_pton(AF_INET, ADVERT_GROUP_IPV4, &to.sin_addr);
	header->cmsg_level = IPPROTO_IP;
	header->cmsg_type = IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(header), &info, sizeof(info));
	return sendmsg(socket, &message, 0) < 0 ? -errno : 0;
}
