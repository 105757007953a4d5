/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tc program of an interface: a filter with direct action at the ingress of the qdisc clsact,
 * beside the filters of others. It belongs to the interface, not to a process, so it outlives the
 * daemon. Its handle says whether xbeat made the qdisc, which is removed with the last filter then.
 */
#ifndef XBEAT_KERNEL_TC_FILTER_H
#define XBEAT_KERNEL_TC_FILTER_H

#include <stdbool.h>

/* Attaches the program, in place of an earlier daemon's. Returns 0 or a negative errno. */
int tc_filter_attach(unsigned interface_index, int program_fd);

/* Whether the filter is there. */
bool tc_filter_is_attached(unsigned interface_index);

/* Removes the filter, if there is one, and the qdisc if xbeat made it and no filter is left. */
void tc_filter_detach(unsigned interface_index);

#endif
