/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of other programs as blocks of xbeat.conf. */
#ifndef XBEAT_CTL_CONVERT_CONVERT_H
#define XBEAT_CTL_CONVERT_CONVERT_H

#include <jansson.h>
#include <stddef.h>

/* What a file is: identifier, name for --from. */
#define CONVERT_SOURCES(X)                                                                         \
	X(KEEPALIVED, "keepalived") X(HAPROXY, "haproxy") X(KUBERNETES, "kubernetes")

enum convert_source {
#define X(id, name) CONVERT_##id,
	CONVERT_SOURCES(X)
#undef X
		CONVERT_SOURCE_COUNT,
};

/* Returns the source of a name; CONVERT_SOURCE_COUNT: there is none. */
enum convert_source convert_source_named(const char *name);

/* Returns what the text is; keepalived's, which is also xbeat's, if it is nothing else. */
enum convert_source convert_detect(const char *text);

/*
 * Converts a text of HAProxy or Kubernetes. address: of --address, or NULL. Returns a new object:
 * file, from, blocks, virtual_servers, real_servers, checks, lost (objects of text and lines),
 * errors (objects of text and line); NULL if the address is none.
 */
json_t *convert(enum convert_source source, const char *path, const char *text,
		const char *address);

#endif
