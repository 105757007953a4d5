/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By libxdp, which pins the members below /sys/fs/bpf/xdp; see dispatcher.h. */
#include "user/kernel/share/dispatcher.h"
#include "user/kernel/share/program.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/left.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#define PRIORITY 5 /* of 50 by default: lower ones run first */
#define MEMBERS_MAX 10

/* To the log with -v, as libbpf's. */
__attribute__((format(printf, 2, 0))) static int print_libxdp(enum libxdp_print_level level,
							      const char *format, va_list arguments)
{
	char text[512];

	if (level != LIBXDP_WARN)
		return 0;
	vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\n")] = '\0';
	log_message(LOG_DEBUG, "%s", text);
	return 0;
}

/* Returns the dispatcher of an interface, or NULL with *error. */
static struct xdp_multiprog *open_dispatcher(unsigned interface_index, int *error)
{
	struct xdp_multiprog *dispatcher;

	libxdp_set_print(print_libxdp);
	dispatcher = xdp_multiprog__get_from_ifindex((int)interface_index);
	*error = (int)libxdp_get_error(dispatcher);
	if (*error)
		return NULL;
	if (!xdp_multiprog__is_legacy(dispatcher))
		return dispatcher;
	xdp_multiprog__close(dispatcher);
	*error = -ENOENT;
	return NULL;
}

static int attach(struct xdp_program *program, unsigned interface_index, enum xdp_attach_mode mode)
{
	int error = xdp_program__set_run_prio(program, PRIORITY);

	if (!error)
		error = xdp_program__set_chain_call_enabled(program, XDP_PASS, true);
	return error ? error : xdp_program__attach(program, (int)interface_index, mode, 0);
}

int dispatcher_join(struct bpf_object *object, const char *name, unsigned interface_index,
		    uint32_t *id, bool *native)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = object, .prog_name = name);
	int error;
	struct xdp_multiprog *dispatcher = open_dispatcher(interface_index, &error);
	enum xdp_attach_mode mode;
	struct xdp_program *program;

	if (!dispatcher)
		return error;
	mode = xdp_multiprog__attach_mode(dispatcher);
	xdp_multiprog__close(dispatcher);
	program = xdp_program__create(&options);
	error = (int)libxdp_get_error(program);
	if (error)
		return error;
	error = attach(program, interface_index, mode);
	*id = xdp_program__id(program);
	*native = mode == XDP_MODE_NATIVE;
	xdp_program__close(program);
	return error;
}

/* libxdp's directory for the dispatcher with this id. */
static bool has_pin(unsigned interface_index, uint32_t dispatcher, unsigned number, uint32_t id)
{
	char path[BPFFS_PATH_BYTES];
	struct program program;
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), BPFFS_ROOT "/xdp/dispatch-%u-%u/prog%u-prog", interface_index,
		 dispatcher, number);
	fd = bpf_obj_get(path);
	return fd >= 0 && program_read(fd, &program) == 0 && program.id == id;
}

bool dispatcher_has(unsigned interface_index, uint32_t id)
{
	struct bpf_xdp_query_opts status = {.sz = sizeof(status)};

	if (bpf_xdp_query((int)interface_index, 0, &status) || !status.prog_id)
		return false;
	for (unsigned i = 0; i < MEMBERS_MAX; i++)
		if (has_pin(interface_index, status.prog_id, i, id))
			return true;
	return false;
}

/* Removes the first member for which is_it returns true. Returns 0; -ENOENT: there is none. */
static int leave(unsigned interface_index, bool (*is_it)(uint32_t id, const void *context),
		 const void *context)
{
	int error;
	struct xdp_multiprog *dispatcher = open_dispatcher(interface_index, &error);
	struct xdp_program *member = NULL;

	if (!dispatcher)
		return error;
	do
		member = xdp_multiprog__next_prog(member, dispatcher);
	while (member && !is_it(xdp_program__id(member), context));
	error = member ? xdp_program__detach(member, (int)interface_index,
					     xdp_multiprog__attach_mode(dispatcher), 0)
		       : -ENOENT;
	xdp_multiprog__close(dispatcher);
	return error;
}

static bool has_id(uint32_t id, const void *context)
{
	return id == *(const uint32_t *)context;
}

int dispatcher_leave(unsigned interface_index, uint32_t id)
{
	return leave(interface_index, has_id, &id);
}

struct left {
	uint32_t kept;
	int program_fd;
};

static bool is_left(uint32_t id, const void *context)
{
	const struct left *left = context;

	return id != left->kept && left_shares_maps(id, left->program_fd);
}

void dispatcher_leave_left(unsigned interface_index, uint32_t kept, int program_fd)
{
	const struct left left = {kept, program_fd};

	for (unsigned i = 0; i < MEMBERS_MAX && !leave(interface_index, is_left, &left); i++)
		;
}
