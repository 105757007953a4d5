/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of a printed configuration: indents statements by blocks, quotes tokens where the grammar
 * needs it.
 */
#ifndef XBEAT_CONFIG_PRINT_PRINTER_H
#define XBEAT_CONFIG_PRINT_PRINTER_H

#include "user/config/print/print.h"

/* A growing text in a stream; depth: number of open blocks. */
struct config_printer {
	FILE *stream;
	char *text;
	size_t bytes;
	unsigned depth;
};

void config_printer_open(struct config_printer *printer);

/* Returns the text, to be freed. */
char *config_printer_close(struct config_printer *printer);

/* A whole line: "keyword value". */
void config_print_line(struct config_printer *printer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "keyword NAME {" (without a name if it is NULL), and the matching "}". */
void config_print_open(struct config_printer *printer, const char *keyword, const char *name);
void config_print_close(struct config_printer *printer);

/* Indents; the caller then writes the line to printer->stream, with its newline. */
void config_print_indent(struct config_printer *printer);

/* "keyword", if set. */
void config_print_flag(struct config_printer *printer, const char *keyword, bool set);

/* "keyword 0.92": keepalived's durations have no unit. */
void config_print_seconds(struct config_printer *printer, const char *keyword,
			  uint64_t duration_ns);

/* The same, unless it is 0. */
void config_print_delay(struct config_printer *printer, const char *keyword, uint64_t delay_ns);

/* "weight NUMBER", of what is tracked. */
void config_print_weight(struct config_printer *printer, int weight, bool reverse);

/* "keyword TOKEN", quoted if needed. */
void config_print_token(struct config_printer *printer, const char *keyword, const char *token);

/* The same for a setting that may be missing (NULL). */
void config_print_text(struct config_printer *printer, const char *keyword, const char *text);

/* A token alone, quoted if needed. */
void config_write_token(FILE *stream, const char *token);

/* Arguments as config_split() reads them, a blank before each. */
void config_write_arguments(FILE *stream, char *const arguments[]);

/* "keyword "PROGRAM ARGUMENTS" USER GROUP", if there is a command. */
void config_print_command(struct config_printer *printer, const char *keyword,
			  const struct config_command *command);

/* "keyword PATH USER GROUP", if there is a path. */
void config_print_fifo(struct config_printer *printer, const char *keyword, const char *path,
		       const struct config_command *owner);

/* "keyword USER GROUP", if there is a user. */
void config_print_user(struct config_printer *printer, const char *keyword,
		       const struct config_command *command);

/* Parts that several blocks share. */
void config_print_tracks(struct config_printer *printer, const struct config_track *tracks,
			 size_t count);
void config_print_notify(struct config_printer *printer, const struct config_notify *notify);
void config_print_vip(struct config_printer *printer, const struct config_vip *vip);
void config_print_routes(struct config_printer *printer, const char *keyword,
			 const struct config_route_list *routes);
void config_print_server_check(struct config_printer *printer, const struct config_check *check,
			       const struct config_endpoint *server, bool pool_alpha);
void config_print_server_groups(struct config_printer *printer, const struct config_pools *pools);
void config_print_bfd(struct config_printer *printer, const struct config_pools *pools);
void config_print_pool_globals(struct config_printer *printer, const struct config_pools *pools);
void config_print_tls(struct config_printer *printer, const struct config_tls_client *tls);
void config_print_rules(struct config_printer *printer, const char *keyword,
			const struct config_rule_list *rules);

#endif
