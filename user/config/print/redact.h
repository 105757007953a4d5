/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A printed configuration without what must not leave the machine, for a bug report. */
#ifndef XBEAT_CONFIG_PRINT_REDACT_H
#define XBEAT_CONFIG_PRINT_REDACT_H

/*
 * Returns a copy of what config_print() has made, to be freed, without passwords, digests of keys
 * and the arguments of programs, which may have passwords. Aborts if out of memory.
 */
char *config_redact(const char *text);

#endif
