/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong on a node, and what to do about it: one rule for all that ask. Pure: the daemon's
 * snapshot is an argument (docs/protocol.md), its result is JSON.
 *
 * An error: addresses have no owner, more than one, or no protection, or a pool no quorum. A
 * warning: less is working than is configured, so the next failure may cost more. An info: what an
 * operator asked for.
 */
#ifndef XBEAT_HEALTH_HEALTH_H
#define XBEAT_HEALTH_HEALTH_H

#include <jansson.h>

/*
 * Returns a new object: healthy (true: no errors and no warnings) and problems, an array of
 * objects, the most severe first, each with severity (error, warning, info), kind, subject, text,
 * remedy and, if it is known how long it has lasted, age_ns. A reason is that of the time when it
 * began: ages in it do not grow.
 * What a snapshot lacks is not judged.
 */
json_t *health_judge(const json_t *snapshot);

#endif
