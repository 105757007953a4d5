/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stop after which another daemon goes on, and what is saved for it. */
#include "user/daemon/daemon.h"
#include "user/daemon/handover/saved_file.h"
#include "user/daemon/sequence_file.h"
#include "user/kernel/self.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/saved.h"

/* After that states do not go on: they are reported as after any start. */
#define STATES_KEPT_NS (60 * NS_PER_SECOND)

void daemon_save_operator(struct daemon *daemon)
{
	json_t *saved = instances_saved_json(door_enter(daemon->vrrp), false);

	if (instances_saved_matters(saved))
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
	if (!daemon->continues)
		instances_saved_forget_states(saved);
}

const char *daemon_keep_refusal(const struct daemon *daemon)
{
	if (daemon->kernel.unpinned)
		return "nothing can be kept without a bpf file system: stop without --keep";
	return NULL;
}

void daemon_end_keeping(struct daemon *daemon)
{
	struct vrrp_room *room = door_enter(daemon->vrrp);
	json_t *saved = instances_saved_json(room, true);

	json_object_set_new(saved, "continues", json_true());
	saved_file_write(daemon->daemon_name, saved);
	sequence_file_save(&daemon->kernel);
	instances_advertise_last(room);
	kernel_self_set_state(&daemon->kernel, XB_NODE_RESTARTING);
	peers_probe_now(&daemon->peers);
}
