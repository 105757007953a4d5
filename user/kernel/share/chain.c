/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See chain.h. The program reads interface_index and count while they change, so a slot is filled
 * before its interface_index is set. */
#include "user/kernel/share/chain.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int array_of(const struct chain *chain, bool ip_only)
{
	return chain->programs[ip_only ? CHAIN_IP : CHAIN_ETHERNET];
}

/* Returns the id of the program in a slot; 0: none. */
static uint32_t id_in(const struct chain *chain, uint32_t slot)
{
	uint32_t id;
	int fd = array_of(chain, chain->table->slots[slot].ip_only);

	return bpf_map_lookup_elem(fd, &slot, &id) ? 0 : id;
}

int chain_start(struct chain *chain, struct xb_chain *table,
		const int programs[static CHAIN_PROGRAMS], bool takes_fragments)
{
	*chain = (struct chain){.table = table, .takes_fragments = takes_fragments};
	for (size_t i = 0; i < CHAIN_PROGRAMS; i++) {
		chain->programs[i] = fcntl(programs[i], F_DUPFD_CLOEXEC, 3);
		if (chain->programs[i] < 0)
			return -errno;
	}
	for (uint32_t i = 0; i < XB_CHAIN_MAX; i++)
		chain->seen[i] = table->slots[i].program_id;
	return 0;
}

void chain_close(struct chain *chain)
{
	for (size_t i = 0; i < CHAIN_PROGRAMS; i++) {
		if (chain->programs[i] > 0)
			close(chain->programs[i]);
		chain->programs[i] = 0;
	}
}

/* XB_CHAIN_MAX: it has none; "": one that is free. */
static uint32_t find(const struct chain *chain, const char *interface)
{
	uint32_t slot = 0;

	while (slot < XB_CHAIN_MAX && strcmp(chain->table->slots[slot].interface, interface) != 0)
		slot++;
	return slot;
}

const struct xb_chain_slot *chain_slot(const struct chain *chain, const char *interface)
{
	uint32_t slot = chain->table ? find(chain, interface) : XB_CHAIN_MAX;

	return slot == XB_CHAIN_MAX ? NULL : &chain->table->slots[slot];
}

static void set_index(struct chain *chain, uint32_t slot, unsigned index)
{
	__atomic_store_n(&chain->table->interface_index[slot], index, __ATOMIC_RELEASE);
}

static void count_slots(struct chain *chain)
{
	uint32_t count = XB_CHAIN_MAX;

	while (count && !chain->table->slots[count - 1].interface[0])
		count--;
	__atomic_store_n(&chain->table->count, count, __ATOMIC_RELEASE);
}

static const char *refusal_remedy(const struct chain *chain, bool ip_only)
{
	if (ip_only)
		return "on an interface without Ethernet headers it must be loaded without BPF_F_XDP_HAS_FRAGS, as SEC(\"xdp\")";
	if (chain->takes_fragments)
		return "write SEC(\"xdp.frags\") in its source, as this kernel wants all programs of a chain to take packets in fragments; programs of a devmap or cpumap cannot follow";
	return "load it as libbpf does, as SEC(\"xdp\")";
}

static int put_program(const struct chain *chain, uint32_t slot, bool ip_only, int program_fd,
		       char reason[static PROGRAM_REASON_BYTES])
{
	int error;

	if (bpf_map_update_elem(array_of(chain, ip_only), &slot, &program_fd, BPF_ANY) == 0)
		return 0;
	error = -errno;
	snprintf(reason, PROGRAM_REASON_BYTES,
		 "the kernel refuses the program after xbeat's (%s): %s", limits_strerror(-error),
		 refusal_remedy(chain, ip_only));
	return error;
}

/* Ours hands packets on, also one that no interface runs now, as during a capture. */
static bool is_own(const struct chain *chain, int program_fd)
{
	return program_has_map(program_fd, chain->programs[CHAIN_ETHERNET]) ||
	       program_has_map(program_fd, chain->programs[CHAIN_IP]);
}

/* Returns 0 or a negative errno, with the reason. */
static int check_program(const struct chain *chain, int program_fd, struct program *program,
			 char reason[static PROGRAM_REASON_BYTES])
{
	int error = program_read(program_fd, program);

	if (error)
		snprintf(reason, PROGRAM_REASON_BYTES, "it is no BPF program: %s",
			 limits_strerror(-error));
	if (error || !is_own(chain, program_fd))
		return error;
	snprintf(reason, PROGRAM_REASON_BYTES,
		 "it is this daemon's own program, which would run twice");
	return -ELOOP;
}

int chain_add(struct chain *chain, const struct chain_interface *interface, int program_fd,
	      char reason[static PROGRAM_REASON_BYTES])
{
	uint32_t slot = find(chain, interface->name);
	struct xb_chain_slot *entry;
	struct program program;
	int error = check_program(chain, program_fd, &program, reason);

	if (error)
		return error;
	if (slot == XB_CHAIN_MAX)
		slot = find(chain, "");
	if (slot == XB_CHAIN_MAX) {
		snprintf(
			reason, PROGRAM_REASON_BYTES,
			"%d interfaces have a next program, and no more can: remove one (xbeatctl chain remove)",
			XB_CHAIN_MAX);
		return -ENOSPC;
	}
	error = put_program(chain, slot, interface->ip_only, program_fd, reason);
	if (error)
		return error;
	entry = &chain->table->slots[slot];
	*entry = (struct xb_chain_slot){.program_id = program.id, .ip_only = interface->ip_only};
	memcpy(entry->program, program.name, sizeof(entry->program));
	snprintf(entry->interface, sizeof(entry->interface), "%s", interface->name);
	chain->seen[slot] = program.id;
	set_index(chain, slot, interface->index);
	count_slots(chain);
	return 0;
}

int chain_remove(struct chain *chain, const char *interface)
{
	uint32_t slot = find(chain, interface);
	bool ip_only;

	if (slot == XB_CHAIN_MAX)
		return -ENOENT;
	ip_only = chain->table->slots[slot].ip_only;
	set_index(chain, slot, 0);
	bpf_map_delete_elem(array_of(chain, ip_only), &slot);
	chain->table->slots[slot] = (struct xb_chain_slot){0};
	chain->seen[slot] = 0;
	count_slots(chain);
	return 0;
}

void chain_follow(struct chain *chain, const struct chain_interface *interface)
{
	uint32_t slot = chain->table ? find(chain, interface->name) : XB_CHAIN_MAX;

	if (slot != XB_CHAIN_MAX && chain->table->slots[slot].ip_only == interface->ip_only)
		set_index(chain, slot, interface->index);
}

bool chain_check(struct chain *chain, struct chain_change *change)
{
	for (uint32_t i = 0; chain->table && i < chain->table->count; i++) {
		struct xb_chain_slot *slot = &chain->table->slots[i];
		uint32_t id = slot->interface[0] ? id_in(chain, i) : 0;

		if (!slot->interface[0] || id == chain->seen[i])
			continue;
		*change = (struct chain_change){slot, id, chain->seen[i]};
		chain->seen[i] = id;
		if (id && id != slot->program_id)
			slot->program[0] = '\0';
		if (id)
			slot->program_id = id;
		return true;
	}
	return false;
}

static json_t *slot_json(const struct chain *chain, uint32_t index)
{
	const struct xb_chain_slot *slot = &chain->table->slots[index];
	json_t *json = json_pack("{s:o, s:I, s:b}", "interface", json_text(slot->interface),
				 "program_id", (json_int_t)slot->program_id, "runs",
				 id_in(chain, index) == slot->program_id &&
					 chain->table->interface_index[index]);

	if (slot->program[0])
		json_object_set_new(json, "program", json_text(slot->program));
	return json;
}

json_t *chain_json(const struct chain *chain, const char *interface)
{
	json_t *array = json_array();

	for (uint32_t i = 0; chain->table && i < XB_CHAIN_MAX; i++)
		if (chain->table->slots[i].interface[0] &&
		    (!interface || !strcmp(chain->table->slots[i].interface, interface)))
			json_array_append_new(array, slot_json(chain, i));
	return array;
}
