/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD_CHECK: a session of Bidirectional Forwarding Detection with a neighbour (RFC 5880, 5881, 5883;
 * user/core/bfd). It is held from one run to the next, and each change of it begins a run at once.
 */
#ifndef XBEAT_CHECKER_BFD_BFD_H
#define XBEAT_CHECKER_BFD_BFD_H

#include "user/checker/methods/method.h"

extern const struct method bfd_method;

#endif
