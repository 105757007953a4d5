/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to a checked configuration: the only file reading of the daemon, before it starts. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <user/core/address.h>
#include <user/core/keyfile.h>
#include <user/daemon/daemon.h>
#include <user/lib/cleanup.h>
#include <user/lib/diagnostics_print.h>
#include <user/lib/file.h>
#include <user/lib/log.h>

#define LOCAL_ADDRESSES_MAX 1024

static int read_config(struct daemon *daemon)
{
	struct diagnostics diagnostics = {0};
	_cleanup_free_ char *text = NULL;
	size_t length;
	int error = file_read(daemon->config_path, &text, &length);

	if (error) {
		log_error("cannot read the configuration %s: %s; name it with -c FILE",
			  daemon->config_path, strerror(-error));
		return error;
	}
	error = config_parse(daemon->config_path, text, length, &daemon->config, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return error;
}

static int check_key_mode(const char *path)
{
	struct stat status;

	if (stat(path, &status)) {
		log_error("cannot read the key file %s: %s; make one with \"xbeatctl genkey > %s\" "
			  "and copy it to every node",
			  path, strerror(errno), path);
		return -errno;
	}
	if (status.st_mode & (S_IRWXO | S_IWGRP)) {
		log_error("the key file %s has mode %04o, so others than its owner could read or "
			  "change it: chmod 600 %s, and make a new key if it was exposed",
			  path, status.st_mode & 07777U, path);
		return -EACCES;
	}
	return 0;
}

static int read_keys(struct daemon *daemon)
{
	const char *path = daemon->config->heartbeat->key_file;
	struct diagnostics diagnostics = {0};
	_cleanup_free_ char *text = NULL;
	size_t length, count = 0;
	int error = check_key_mode(path);

	if (error)
		return error;
	error = file_read(path, &text, &length);
	if (error) {
		log_error("cannot read the key file %s: %s", path, strerror(-error));
		return error;
	}
	error = keyfile_parse(path, text, length, daemon->keys, &count, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	explicit_bzero(text, length);
	return error;
}

static size_t local_addresses(struct xb_address addresses[LOCAL_ADDRESSES_MAX])
{
	struct ifaddrs *list, *entry;
	size_t count = 0;

	if (getifaddrs(&list))
		return 0;
	for (entry = list; entry && count < LOCAL_ADDRESSES_MAX; entry = entry->ifa_next) {
		if (!entry->ifa_addr)
			continue;
		if (entry->ifa_addr->sa_family == AF_INET)
			addresses[count++] = address_from_ipv4(
				((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr.s_addr);
		else if (entry->ifa_addr->sa_family == AF_INET6)
			memcpy(addresses[count++].bytes,
			       &((struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr, 16);
	}
	freeifaddrs(list);
	return count;
}

/* A witness answers and never takes VIPs: the instances that heartbeats drive are not its own. */
static void drop_driven_instances(struct config *config)
{
	size_t kept = 0;

	for (size_t i = 0; i < config->instance_count; i++) {
		struct config_instance *instance = &config->instances[i];

		if (!instance->heartbeat[0]) {
			struct config_instance other = config->instances[kept];

			config->instances[kept++] = *instance;
			*instance = other;
		} else {
			log_info("%s: not served here, this node is a witness", instance->name);
		}
	}
	config->instance_count = kept;
}

static int find_own_node(struct daemon *daemon)
{
	_cleanup_free_ struct xb_address *addresses =
		calloc(LOCAL_ADDRESSES_MAX, sizeof(*addresses));
	int node;

	if (!addresses)
		return -ENOMEM;
	node = config_find_own_node(daemon->config, addresses, local_addresses(addresses));
	if (node < 0) {
		log_error("%s: this machine is %s of heartbeat %s: %s", daemon->config_path,
			  node == -EEXIST ? "more than one node" : "no node",
			  daemon->config->heartbeat->name,
			  node == -EEXIST ? "set router_id to the name of the right one"
					  : "give it a \"node\" line with its addresses, or set "
					    "router_id to a node's name");
		return node;
	}
	daemon->own_node = (size_t)node;
	if (daemon->config->heartbeat->nodes[node].witness)
		drop_driven_instances(daemon->config);
	return 0;
}

int daemon_configure(struct daemon *daemon)
{
	int error = read_config(daemon);

	if (!error && daemon->config->heartbeat)
		error = read_keys(daemon);
	return error;
}

int daemon_identify(struct daemon *daemon)
{
	return daemon->config->heartbeat ? find_own_node(daemon) : 0;
}
