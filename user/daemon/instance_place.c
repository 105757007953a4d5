/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an instance lives: the source of its adverts, the interfaces and MAC addresses of its VIPs. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <user/core/address.h>
#include <user/daemon/instances.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

int instance_find_primary(const struct config_instance *config, struct xb_address *primary)
{
	struct ifaddrs *list, *entry;
	int result = -EADDRNOTAVAIL;

	if (config->has_source) {
		*primary = config->source;
		return 0;
	}
	if (getifaddrs(&list))
		return -errno;
	for (entry = list; entry && result; entry = entry->ifa_next) {
		struct xb_address address;
		bool is_vip = false;

		if (strcmp(entry->ifa_name, config->interface) != 0 || !entry->ifa_addr ||
		    entry->ifa_addr->sa_family != AF_INET)
			continue;
		address = address_from_ipv4(
			((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr.s_addr);
		for (size_t i = 0; i < config->vip_count; i++)
			is_vip |= address_equal(&address, &config->vips[i].address);
		if (is_vip)
			continue;
		*primary = address;
		result = 0;
	}
	freeifaddrs(list);
	if (result)
		log_error("%s: interface %s has no IPv4 address of its own to advertise from: add "
			  "one, or set mcast_src_ip",
			  config->name, config->interface);
	return result;
}

static int find_mac(const char *interface, uint8_t mac[6])
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		return -errno;
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return 0;
}

int instance_place_addresses(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	instance->addresses = calloc(config->vip_count + 1, sizeof(*instance->addresses));
	instance->advertised = calloc(config->vip_count + 1, sizeof(*instance->advertised));
	if (!instance->addresses || !instance->advertised)
		return -ENOMEM;
	for (size_t i = 0; i < config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		int error = find_mac(config->vips[i].interface, address->mac);

		address->vip = &config->vips[i];
		address->interface_index = if_nametoindex(config->vips[i].interface);
		instance->advertised[i] = config->vips[i].address;
		if (error || !address->interface_index) {
			log_error(
				"%s: no interface %s for its virtual address: correct \"dev\", or "
				"create the interface before xbeatd starts",
				config->name, config->vips[i].interface);
			return error ? error : -ENODEV;
		}
	}
	return 0;
}
