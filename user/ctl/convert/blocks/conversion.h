/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A conversion: what it is given, and the blocks, notes and errors that it yields. */
#ifndef XBEAT_CTL_CONVERT_BLOCKS_CONVERSION_H
#define XBEAT_CTL_CONVERT_BLOCKS_CONVERSION_H

#include "user/config/print/printer.h"
#include "user/ctl/convert/blocks/notes.h"
#include <jansson.h>
#include <stdbool.h>
#include <xbeat/types.h>

struct conversion {
	const char *path; /* of the file, for people */
	/* --address: of virtual servers, or of what is probed */
	bool has_address;
	struct xb_address address;
	unsigned port; /* 0: not given */
	/* the result */
	struct config_printer printer;
	json_t *lost; /* objects of text and lines */
	json_t *errors; /* objects of text and line; with one of them the blocks are incomplete */
	json_t *names; /* of blocks, which must differ */
	size_t virtual_servers, real_servers, checks;
};

/* Begins a conversion whose first members are set. */
void conversion_open(struct conversion *conversion);

/* Returns the text of the blocks, to be freed; lost and errors are the caller's. Ends names. */
char *conversion_close(struct conversion *conversion);

/* line: 0: the file as a whole */
void conversion_error(struct conversion *conversion, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes the notes as comments and adds them to those that are lost. */
void conversion_write_notes(struct conversion *conversion, const struct notes *notes);

/* "keyword TEXT", quoted if needed. What no quotes can hold is a comment. */
void conversion_write_text(struct conversion *conversion, const char *keyword, const char *text);
void conversion_write_format(struct conversion *conversion, const char *keyword, const char *format,
			     ...) __attribute__((format(printf, 3, 4)));

#endif
