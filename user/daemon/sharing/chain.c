/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See chain.h. */
#include "user/daemon/sharing/chain.h"
#include "user/lib/cleanup.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The attachment of the named interface, or the only one; NULL with the failure set. */
static const struct attachment *find(const struct kernel *kernel, const char *name,
				     struct control_call *call)
{
	const struct attachment *found = name ? kernel_attachment(kernel, name) : NULL;

	if (!name && kernel->attachment_count == 1)
		return &kernel->attachments[0];
	if (!name)
		control_fail(
			call, "invalid_parameter",
			"xbeat's program is on %zu interfaces: name one (xbeatctl status shows them)",
			kernel->attachment_count);
	else if (!found)
		control_fail(
			call, "refused",
			"xbeat's program is not on interface %s, so nothing can be handed on there (xbeatctl status shows its interfaces)",
			name);
	return found;
}

static json_t *add(struct kernel *kernel, const struct attachment *attachment, const char *path,
		   struct control_call *call)
{
	const struct chain_interface interface = {.name = attachment->interface,
						  .index = attachment->interface_index,
						  .ip_only = attachment->ip_only};
	char reason[PROGRAM_REASON_BYTES];
	_cleanup_close_ int fd = program_open(path, reason);

	if (attachment->joined)
		return control_fail(
			call, "refused",
			"interface %s: libxdp's dispatcher runs what comes after xbeat: load the program by xdp-loader",
			interface.name);
	if (fd < 0)
		return control_fail(call, "refused", "%s", reason);
	if (chain_add(&kernel->chain, &interface, fd, reason))
		return control_fail(call, "refused", "interface %s: %s", interface.name, reason);
	return chain_json(&kernel->chain, interface.name);
}

static const char *text_of(const struct chain *chain, const char *interface,
			   char text[static PROGRAM_TEXT_BYTES])
{
	const struct xb_chain_slot *slot = chain_slot(chain, interface);
	struct program program = {0};

	if (!slot)
		return "";
	program.id = slot->program_id;
	memcpy(program.name, slot->program, sizeof(program.name));
	return program_text(&program, text);
}

json_t *chain_call_add(struct kernel *kernel, struct event_log *event_log,
		       struct control_call *call)
{
	const char *path, *name = NULL;
	char before[PROGRAM_TEXT_BYTES] = "", now[PROGRAM_TEXT_BYTES];
	const struct attachment *attachment;
	json_t *result;

	if (!control_unpack(call, "{s:s, s?s}", "path", &path, "interface", &name))
		return NULL;
	if (path[0] != '/')
		return control_fail(call, "invalid_parameter",
				    "path must be that of a pinned program");
	attachment = find(kernel, name, call);
	if (!attachment)
		return NULL;
	text_of(&kernel->chain, attachment->interface, before);
	result = add(kernel, attachment, path, call);
	if (result)
		event_log_add(event_log, "chain", attachment->interface, before[0] ? "added" : "",
			      "added", "what passes is handed to program %s%s%s",
			      text_of(&kernel->chain, attachment->interface, now),
			      before[0] ? ", in place of " : "", before);
	return result;
}

/* The only interface with a next program, or NULL. */
static const char *only_one(const struct chain *chain)
{
	const char *found = NULL;

	for (size_t i = 0; i < XB_CHAIN_MAX; i++) {
		const struct xb_chain_slot *slot = &chain->table->slots[i];

		if (slot->interface[0] && found)
			return NULL;
		if (slot->interface[0])
			found = slot->interface;
	}
	return found;
}

json_t *chain_call_remove(struct kernel *kernel, struct event_log *event_log,
			  struct control_call *call)
{
	const char *name = NULL;
	char interface[XB_NAME_BYTES], text[PROGRAM_TEXT_BYTES];
	json_t *result;

	if (!control_unpack(call, "{s?s}", "interface", &name))
		return NULL;
	if (!name)
		name = only_one(&kernel->chain);
	if (!name)
		return control_fail(
			call, "invalid_parameter",
			"not exactly one interface has a next program: name it (xbeatctl chain shows them)");
	if (!chain_slot(&kernel->chain, name))
		return control_fail(
			call, "refused",
			"interface %s has no next program (xbeatctl chain shows those that have)",
			name);
	snprintf(interface, sizeof(interface), "%s", name);
	text_of(&kernel->chain, interface, text);
	result = chain_json(&kernel->chain, interface);
	chain_remove(&kernel->chain, interface);
	event_log_add(event_log, "chain", interface, "added", "removed",
		      "what passes is no longer handed to program %s", text);
	return result;
}

void chain_report(struct event_log *event_log, const struct chain_change *change)
{
	if (!change->id)
		event_log_add(
			event_log, "chain", change->slot->interface, "added", "lost",
			"something else removed program %u from xb_next: packets pass without it; xbeatctl chain add puts it back",
			change->before);
	else
		event_log_add(event_log, "chain", change->slot->interface,
			      change->before ? "added" : "lost", "added",
			      "something else put program %u into xb_next%s", change->id,
			      change->before ? ", in place of another" : "");
}
