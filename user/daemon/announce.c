/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gratuitous ARP requests as whole Ethernet frames on a packet socket that receives nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <user/core/address.h>
#include <user/daemon/announce.h>

int announce_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

static int find_mac(int socket, const char *interface, uint8_t mac[6])
{
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(socket, SIOCGIFHWADDR, &request) < 0)
		return -errno;
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return 0;
}

int announce_arp(int socket, const char *interface, const struct xb_address *address,
		 unsigned repeat)
{
	struct {
		struct ether_header ethernet;
		struct ether_arp arp;
	} __attribute__((packed)) frame = {
		.ethernet.ether_type = htons(ETHERTYPE_ARP),
		.arp.ea_hdr = {.ar_hrd = htons(ARPHRD_ETHER),
			       .ar_pro = htons(ETHERTYPE_IP),
			       .ar_hln = 6,
			       .ar_pln = 4,
			       .ar_op = htons(ARPOP_REQUEST)},
	};
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETHERTYPE_ARP),
				 .sll_ifindex = (int)if_nametoindex(interface),
				 .sll_halen = 6};
	int error = find_mac(socket, interface, frame.ethernet.ether_shost);

	memset(frame.ethernet.ether_dhost, 0xff, 6);
	memset(to.sll_addr, 0xff, 6);
	memcpy(frame.arp.arp_sha, frame.ethernet.ether_shost, 6);
	memcpy(frame.arp.arp_spa, address->bytes + 12, 4);
	memcpy(frame.arp.arp_tpa, address->bytes + 12, 4);
	for (unsigned i = 0; i < repeat && !error; i++)
		if (sendto(socket, &frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) <
		    0)
			error = -errno;
	return error;
}
