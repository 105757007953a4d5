/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stop after which another daemon goes on, what is saved for it, and how it goes on. */
#include "user/daemon/block.h"
#include "user/daemon/daemon.h"
#include "user/daemon/files/sequence_file.h"
#include "user/daemon/handover/channel.h"
#include "user/daemon/handover/saved_file.h"
#include "user/daemon/start/lock.h"
#include "user/kernel/maps/self.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/pools/operator.h"
#include "user/vrrp/reload.h"
#include "user/vrrp/saved.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

/* After that states do not go on: they are reported as after any start. */
#define STATES_KEPT_NS (60 * NS_PER_SECOND)

/* Adds what operators asked of servers, and what holds in the cluster, also for servers that are not
 * here. Returns whether there is something. */
static bool add_orders(const struct daemon *daemon, json_t *saved)
{
	json_t *orders = daemon->pools ? pools_operator_json(daemon->pools) : json_array();
	json_t *shared = daemon_orders_json(daemon);
	bool matters = json_array_size(orders) + json_array_size(shared) > 0;

	json_object_set_new(saved, "pools", json_pack("{s:o}", "operator", orders));
	json_object_set_new(saved, "orders", shared);
	return matters;
}

void daemon_save_orders(struct daemon *daemon)
{
	json_t *saved = json_object();

	if (add_orders(daemon, saved))
		saved_file_write(daemon->daemon_name, saved);
	else
		saved_file_remove(daemon->daemon_name);
	json_decref(saved);
}

void daemon_save_operator(struct daemon *daemon)
{
	json_t *saved = instances_saved_json(door_enter(daemon->vrrp), false);
	bool matters = instances_saved_matters(saved);

	daemon_share_orders(daemon);
	if (add_orders(daemon, saved) || matters)
		saved_file_write(daemon->daemon_name, saved);
	else
		saved_file_remove(daemon->daemon_name);
	json_decref(saved);
}

void daemon_read_saved(struct daemon *daemon)
{
	json_t *saved = saved_file_read(daemon->daemon_name);
	uint64_t saved_ns = (uint64_t)json_integer_value(json_object_get(saved, "saved_ns"));

	daemon->saved = saved;
	daemon->continues = json_is_true(json_object_get(saved, "continues")) &&
			    time_since_ns(clock_now_ns(), saved_ns) < STATES_KEPT_NS;
	if (daemon->continues)
		return;
	instances_saved_forget_states(saved);
	json_object_del(json_object_get(saved, "pools"), "quorum");
	json_object_del(saved, "peers");
}

const char *daemon_keep_refusal(const struct daemon *daemon)
{
	if (daemon->kernel.unpinned)
		return "nothing can be kept without a bpf file system: stop without --keep";
	return NULL;
}

json_t *daemon_saved_json(struct daemon *daemon)
{
	json_t *saved = instances_saved_json(door_enter(daemon->vrrp), true);

	json_object_set_new(saved, "continues", json_true());
	json_object_set_new(saved, "peers", peers_saved_json(&daemon->peers));
	if (daemon->pools)
		json_object_set_new(saved, "pools", pools_saved_json(daemon->pools));
	json_object_set_new(saved, "orders", daemon_orders_json(daemon));
	return saved;
}

void daemon_last_words(struct daemon *daemon)
{
	sequence_file_save(&daemon->kernel);
	instances_advertise_last(door_enter(daemon->vrrp));
}

void daemon_end_keeping(struct daemon *daemon)
{
	json_t *saved = daemon_saved_json(daemon);

	saved_file_write(daemon->daemon_name, saved);
	json_decref(saved);
	daemon_last_words(daemon);
	kernel_self_set_state(&daemon->kernel, XB_NODE_RESTARTING);
	peers_probe_now(&daemon->peers);
}

/* The other nodes would not hear a daemon with another cluster_id, or a port that they do not
 * accept. Without the variable the daemon before is of an older version. */
static int check_block(const struct config_heartbeat *heartbeat)
{
	const char *text = secure_getenv(CHANNEL_BLOCK_VARIABLE);
	unsigned port, second_port, cluster_id;
	char message[256];

	if (!heartbeat || !text ||
	    sscanf(text, CHANNEL_BLOCK_FORMAT, &port, &second_port, &cluster_id) != 3 || !port)
		return 0;
	if (heartbeat->cluster_id != cluster_id) {
		log_error(
			"cluster_id has changed from %u to %u: the other nodes would refuse this one; see HEARTBEAT in xbeat.conf(5) for a change of it",
			cluster_id, heartbeat->cluster_id);
		return -EPROTO;
	}
	if (heartbeat->port == port || heartbeat->port == second_port)
		return 0;
	block_explain_port(message, sizeof(message), port, heartbeat->port);
	log_error("%s", message);
	return -EPROTO;
}

/* A start waits for interfaces that are missing, but a restart without any would isolate the
 * node. */
static int check_interfaces(const struct config_heartbeat *heartbeat)
{
	size_t missing = 0;

	while (heartbeat && missing < heartbeat->interface_count &&
	       !if_nametoindex(heartbeat->interfaces[missing]))
		missing++;
	if (!heartbeat || missing < heartbeat->interface_count)
		return 0;
	log_error(
		"heartbeat %s: there is no interface %s%s, so this node would hear no other one; correct the name (\"ip link\" lists the interfaces)",
		heartbeat->name, heartbeat->interfaces[0],
		missing > 1 ? ", nor another one of the block" : "");
	return -ENODEV;
}

/* What it would refuse later, when the running daemon has stopped. */
static int check(struct daemon *daemon)
{
	char message[512];
	int error = instances_check(daemon->config, NULL, &daemon->interfaces, message,
				    sizeof(message));

	if (error)
		log_error("%s", message);
	if (!error)
		error = check_block(daemon->config->heartbeat);
	if (!error)
		error = check_interfaces(daemon->config->heartbeat);
	unsetenv(CHANNEL_BLOCK_VARIABLE);
	if (error || daemon->kernel.adopted)
		return error;
	log_error(
		"the running xbeatd's maps in the kernel do not fit (another node, or another version of them): stop it, then start this one");
	return -EPROTO;
}

static json_t *read_state(int fd)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	return file_read_open(fd, &text, &length) ? NULL : json_loads(text, 0, NULL);
}

int daemon_take_over(struct daemon *daemon, const struct channel *channel)
{
	int given[CHANNEL_DESCRIPTORS], error = check(daemon);

	if (error)
		return error;
	scheduling_apply(&daemon->scheduling, daemon->config);
	error = channel_send(channel->socket, CHANNEL_READY, NULL);
	if (!error)
		error = channel_await(channel->socket, CHANNEL_GO, given, -1);
	if (error) {
		log_error("the running xbeatd has ended: %s", limits_strerror(-error));
		return error;
	}
	daemon->lock = given[0];
	lock_adopt(daemon->lock, daemon->daemon_name);
	daemon->saved = read_state(given[1]);
	daemon->continues = true;
	close(given[1]);
	return 0;
}
