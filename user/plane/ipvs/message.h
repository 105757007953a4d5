/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the kernel's IPVS by generic netlink, and what its dumps contain. Pure. */
#ifndef XBEAT_PLANE_IPVS_MESSAGE_H
#define XBEAT_PLANE_IPVS_MESSAGE_H

#include "user/plane/ipvs/entry.h"
#include <linux/netlink.h>
#include <stddef.h>

/* The longest request of those below. */
#define IPVS_MESSAGE_BYTES 256

/* Begins a request in buffer, which has room for IPVS_MESSAGE_BYTES. family: the number of "IPVS";
 * command: IPVS_CMD_*; flags: besides NLM_F_REQUEST. */
struct nlmsghdr *ipvs_message(void *buffer, uint16_t family, uint8_t command, uint16_t flags);

/* Names a service. settings: NULL for requests that only name it. */
void ipvs_put_service(struct nlmsghdr *message, const struct ipvs_service_id *id,
		      const struct ipvs_service_settings *settings);

/* The same for a server of a service, which is put before. */
void ipvs_put_server(struct nlmsghdr *message, const struct config_endpoint *endpoint,
		     const struct ipvs_server_settings *settings);

/* lvs_timeouts: in seconds, TCP, TCP after FIN, UDP; 0: unchanged. */
struct ipvs_timeouts {
	uint32_t tcp_s, tcpfin_s, udp_s;
};

void ipvs_put_timeouts(struct nlmsghdr *message, const struct ipvs_timeouts *timeouts);

/* master: the daemon that sends; else the one that receives. settings: NULL: it is to be stopped. */
void ipvs_put_sync(struct nlmsghdr *message, bool master, uint8_t id,
		   const struct config_lvs_sync *settings);

/* Read an answer. Return false if it is none of that kind. */
bool ipvs_read_service(const struct nlmsghdr *message, struct ipvs_service_entry *entry);
/* service_family: of the service that was asked for: older kernels do not name the server's. */
bool ipvs_read_server(const struct nlmsghdr *message, uint8_t service_family,
		      struct ipvs_server_entry *entry);
bool ipvs_read_timeouts(const struct nlmsghdr *message, struct ipvs_timeouts *timeouts);

/* A sync daemon that runs. */
struct ipvs_sync_entry {
	bool master;
	uint8_t id;
	struct config_lvs_sync settings;
};

bool ipvs_read_sync(const struct nlmsghdr *message, struct ipvs_sync_entry *entry);

#endif
