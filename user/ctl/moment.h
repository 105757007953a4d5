/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A moment on the command line. */
#ifndef XBEAT_CTL_MOMENT_H
#define XBEAT_CTL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Parses a duration before now ("10m"), a time of today ("12:00" or "12:00:30"), a date
 * ("2026-03-01"), or both, as xbeatctl prints them ("2026-03-01 12:00:00.031", or with a T between),
 * in local time. Returns false if text is none of these.
 */
bool moment_parse(const char *text, uint64_t now_unix_ns, uint64_t *unix_ns);

#endif
