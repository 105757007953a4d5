/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's text, as the Makefile joins it from the folder site. */
#ifndef XBEAT_EXPORTER_PAGE_HTML_H
#define XBEAT_EXPORTER_PAGE_HTML_H

#include <stddef.h>

#define HTML_NONCE_BYTES 33

/*
 * Returns the page (to be freed) and *length. Its style and its script have the nonce, which only
 * the policy of the same answer names: nothing else in it is applied or run.
 */
char *html_make(const char nonce[static HTML_NONCE_BYTES], size_t *length);

/* Writes 128 random bits in hexadecimal digits. */
void html_make_nonce(char nonce[static HTML_NONCE_BYTES]);

#endif
