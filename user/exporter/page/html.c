/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See html.h. */
#include "user/exporter/page/html.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define PLACE "@NONCE@"

extern const char html_text[];
extern const char html_text_end[];

__asm__(".pushsection .rodata\n"
	"html_text: .incbin \"page.html\"\n"
	"html_text_end: .byte 0\n"
	".popsection\n");

void html_make_nonce(char nonce[static HTML_NONCE_BYTES])
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		abort();
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
}

char *html_make(const char nonce[static HTML_NONCE_BYTES], size_t *length)
{
	const char *text = html_text, *place;
	char *made = NULL;
	FILE *output = open_memstream(&made, length);

	if (!output)
		limits_out_of_memory();
	while ((place = strstr(text, PLACE))) {
		fwrite(text, 1, (size_t)(place - text), output);
		fputs(nonce, output);
		text = place + strlen(PLACE);
	}
	fwrite(text, 1, (size_t)(html_text_end - text), output);
	if (fclose(output))
		limits_out_of_memory();
	return made;
}
