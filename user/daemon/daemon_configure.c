/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to a checked configuration: the only file reading of the daemon, before it starts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <user/core/address.h>
#include <user/core/keyfile.h>
#include <user/daemon/daemon.h>
#include <user/daemon/local_address.h>
#include <user/lib/cleanup.h>
#include <user/lib/config_environment.h>
#include <user/lib/diagnostics_print.h>
#include <user/lib/file.h>
#include <user/lib/log.h>

/* The default is no name for a node: as in keepalived, the host name is. */
static const char *instance_id(const struct daemon *daemon)
{
	return strcmp(daemon->instance_name, "default") ? daemon->instance_name : NULL;
}

static int read_config(struct daemon *daemon)
{
	struct diagnostics diagnostics = {0};
	struct config_machine machine;
	_cleanup_free_ char *text = NULL;
	size_t length;
	int error = file_read(daemon->config_path, &text, &length);

	if (error) {
		log_error("cannot read the configuration %s: %s; name it with -c FILE",
			  daemon->config_path, strerror(-error));
		return error;
	}
	config_machine_init(&machine, instance_id(daemon));
	error = config_parse(daemon->config_path, text, length, &machine.environment,
			     &daemon->config, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	return error;
}

static int refuse_missing_key(const char *path, int error)
{
	if (error == ENOENT)
		log_error(
			"there is no key file %s: copy it from another node, or for the first one "
			"make it with \"(umask 077; xbeatctl genkey > %s)\"",
			path, path);
	else
		log_error("cannot read the key file %s: %s; run xbeatd as root", path,
			  strerror(error));
	return -error;
}

static int check_key_mode(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return refuse_missing_key(path, errno);
	if (status.st_uid != 0 && status.st_uid != geteuid()) {
		log_error("the key file %s belongs to user %u, who can change it: chown root %s",
			  path, status.st_uid, path);
		return -EACCES;
	}
	if (status.st_mode & (S_IRWXG | S_IRWXO)) {
		log_error("the key file %s has mode %04o, so others than its owner can read or "
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
	if (error)
		return refuse_missing_key(path, -error);
	error = keyfile_parse(path, text, length, daemon->keys, &count, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	explicit_bzero(text, length);
	return error;
}

/* A node that router_id names may still lack an address. */
static int check_own_addresses(const struct daemon *daemon, const struct local_address *local,
			       size_t count)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	const struct config_node *own = &heartbeat->nodes[daemon->own_node];
	char text[ADDRESS_TEXT_BYTES];

	for (size_t link = 0; link < own->address_count; link++) {
		bool found = false;

		for (size_t i = 0; i < count; i++)
			found |= address_equal(&local[i].address, &own->addresses[link]);
		if (found)
			continue;
		log_error(
			"this machine is %s, but has not its address %s: add the address to %s, or "
			"correct the \"node\" line",
			own->name, address_format(&own->addresses[link], text),
			heartbeat->interfaces[link]);
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int find_own_node(struct daemon *daemon)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	_cleanup_free_ struct local_address *local = NULL;
	_cleanup_free_ struct xb_address *addresses = NULL;
	size_t count = 0;
	int node;

	if (local_addresses(&local, &count))
		return -ENOMEM;
	addresses = calloc(count + 1, sizeof(*addresses));
	if (!addresses)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		addresses[i] = local[i].address;
	node = config_find_own_node(daemon->config, addresses, count);
	if (node < 0) {
		log_error("%s: this machine is %s of heartbeat %s: %s", daemon->config_path,
			  node == -EEXIST ? "more than one node" : "no node", heartbeat->name,
			  node == -EEXIST ? "set router_id to the name of the right one"
					  : "give it a \"node\" line with its addresses, or set "
					    "router_id to a node's name");
		return node;
	}
	daemon->own_node = (size_t)node;
	if (heartbeat->nodes[node].witness) {
		log_info("this node is a witness: instances that refer to heartbeat %s are not "
			 "served here",
			 heartbeat->name);
		config_drop_driven_instances(daemon->config);
	}
	return check_own_addresses(daemon, local, count);
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
