/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches by libbpf; lists filters over rtnetlink, which libbpf cannot do. See tc_filter.h. */
#include "user/kernel/system/tc_filter.h"
#include "user/kernel/system/rtnetlink.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* "xb", and who made the qdisc. */
#define HANDLE_OTHERS_QDISC 0x78620001
#define HANDLE_OWN_QDISC 0x78620002
#define PROGRAM_NAME "xbeat_tc" /* "_ip" may follow; libbpf appends the program's id */

/* The first one comes before all others, which may end the search for filters. The second is for
 * where the first belongs to filters of another kind. */
static const uint32_t priorities[] = {1, 0x7862};

/* The filters of one side of the qdisc. */
struct filters {
	uint32_t handle; /* ours; 0: none */
	uint32_t priority;
	unsigned other_count;
	struct tc_other *others; /* max of them; NULL: not wanted */
	size_t max;
};

static bool is_text(const struct nlattr *attribute)
{
	return mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0;
}

static bool is_number(const struct nlattr *attribute)
{
	return mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0;
}

static int take_bpf(const struct nlattr *attribute, void *context)
{
	struct tc_other *filter = context;

	switch (mnl_attr_get_type(attribute)) {
	case TCA_BPF_NAME:
		if (is_text(attribute))
			snprintf(filter->name, sizeof(filter->name), "%s",
				 mnl_attr_get_str(attribute));
		break;
	case TCA_BPF_ID:
		filter->program_id = is_number(attribute) ? mnl_attr_get_u32(attribute) : 0;
		break;
	case TCA_BPF_FLAGS:
		filter->direct_action = is_number(attribute) &&
					mnl_attr_get_u32(attribute) & TCA_BPF_FLAG_ACT_DIRECT;
		break;
	}
	return MNL_CB_OK;
}

/* The kind comes before the options, whose types are the kind's. */
static int take_attribute(const struct nlattr *attribute, void *context)
{
	struct tc_other *filter = context;
	int type = mnl_attr_get_type(attribute);

	if (type == TCA_KIND && is_text(attribute))
		snprintf(filter->kind, sizeof(filter->kind), "%s", mnl_attr_get_str(attribute));
	if (type == TCA_OPTIONS && !strcmp(filter->kind, "bpf"))
		return mnl_attr_parse_nested(attribute, take_bpf, filter);
	return MNL_CB_OK;
}

/* A dump has a message with handle 0 for each priority, then one for each filter, in the order in
 * which they run. */
static int take_filter(const struct nlmsghdr *message, void *context)
{
	const struct tcmsg *filter = mnl_nlmsg_get_payload(message);
	struct filters *filters = context;
	struct tc_other other = {0};

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*filter) || !filter->tcm_handle)
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*filter), take_attribute, &other);
	other.priority = TC_H_MAJ(filter->tcm_info) >> 16;
	other.before_ours = !filters->handle;
	if ((filter->tcm_handle != HANDLE_OTHERS_QDISC && filter->tcm_handle != HANDLE_OWN_QDISC) ||
	    strncmp(other.name, PROGRAM_NAME, strlen(PROGRAM_NAME)) != 0) {
		if (filters->others && filters->other_count < filters->max)
			filters->others[filters->other_count] = other;
		filters->other_count++;
		return MNL_CB_OK;
	}
	filters->handle = filter->tcm_handle;
	filters->priority = other.priority;
	return MNL_CB_OK;
}

/* Without a qdisc there are none. Returns 0 or a negative errno. */
static int list_filters(unsigned interface_index, uint32_t side, struct filters *filters)
{
	char buffer[128] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *which = mnl_nlmsg_put_extra_header(request, sizeof(*which));

	filters->handle = filters->priority = filters->other_count = 0;
	request->nlmsg_type = RTM_GETTFILTER;
	which->tcm_ifindex = (int)interface_index;
	which->tcm_parent = TC_H_MAKE(TC_H_CLSACT, side);
	return rtnetlink_dump(request, take_filter, filters);
}

static struct bpf_tc_hook ingress(unsigned interface_index)
{
	return (struct bpf_tc_hook){.sz = sizeof(struct bpf_tc_hook),
				    .ifindex = (int)interface_index,
				    .attach_point = BPF_TC_INGRESS};
}

static int replace(const struct bpf_tc_hook *hook, int program_fd, const struct filters *old)
{
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd, .handle = old->handle,
		    .priority = old->priority, .flags = BPF_TC_F_REPLACE);

	return bpf_tc_attach(hook, &options);
}

static int attach(const struct bpf_tc_hook *hook, int program_fd, uint32_t handle)
{
	int error = -EINVAL;

	for (size_t i = 0; error && i < sizeof(priorities) / sizeof(priorities[0]); i++) {
		LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd, .handle = handle,
			    .priority = priorities[i]);

		error = bpf_tc_attach(hook, &options);
	}
	return error;
}

static void remove_qdisc(struct bpf_tc_hook hook)
{
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);
}

int tc_filter_attach(unsigned interface_index, int program_fd, bool *own_qdisc)
{
	struct bpf_tc_hook hook = ingress(interface_index);
	struct filters old = {0};
	int error = list_filters(interface_index, TC_H_MIN_INGRESS, &old);
	bool made;

	if (error)
		return error;
	if (old.handle) {
		*own_qdisc = old.handle == HANDLE_OWN_QDISC;
		return replace(&hook, program_fd, &old);
	}
	error = bpf_tc_hook_create(&hook);
	if (error && error != -EEXIST)
		return error;
	made = !error;
	*own_qdisc |= made;
	error = attach(&hook, program_fd, *own_qdisc ? HANDLE_OWN_QDISC : HANDLE_OTHERS_QDISC);
	if (error && made)
		remove_qdisc(hook);
	return error;
}

bool tc_filter_is_attached(unsigned interface_index)
{
	struct filters filters = {0};

	return !list_filters(interface_index, TC_H_MIN_INGRESS, &filters) && filters.handle;
}

void tc_filter_detach(unsigned interface_index)
{
	struct bpf_tc_hook hook = ingress(interface_index);
	struct filters in = {0}, out = {0};

	if (list_filters(interface_index, TC_H_MIN_INGRESS, &in) || !in.handle)
		return;
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = in.handle, .priority = in.priority);
	bpf_tc_detach(&hook, &options);
	if (in.handle == HANDLE_OWN_QDISC && !in.other_count &&
	    !list_filters(interface_index, TC_H_MIN_EGRESS, &out) && !out.other_count)
		remove_qdisc(hook);
}

int tc_filter_others(unsigned interface_index, struct tc_other *others, size_t max)
{
	struct filters filters = {.others = others, .max = max};
	int error = list_filters(interface_index, TC_H_MIN_INGRESS, &filters);
	size_t count = filters.other_count < max ? filters.other_count : max;

	if (error)
		return error;
	for (size_t i = 0; i < count && !filters.handle; i++)
		others[i].before_ours = false;
	return (int)count;
}

int tc_watch_open(void)
{
	const struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
					   .nl_groups = 1U << (RTNLGRP_TC - 1)};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* Each datagram has one message; only its beginning is needed. */
bool tc_watch_next(int fd, unsigned *interface_index, bool *qdisc_removed)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg what;
	} message = {0};
	ssize_t bytes = recv(fd, &message, sizeof(message), 0);

	*interface_index = 0;
	*qdisc_removed = true;
	if (bytes < 0)
		return errno == ENOBUFS;
	*interface_index = (unsigned)message.what.tcm_ifindex;
	*qdisc_removed = message.header.nlmsg_type == RTM_DELQDISC;
	return true;
}
