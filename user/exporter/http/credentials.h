/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header Authorization of basic authentication (RFC 7617). */
#ifndef XBEAT_EXPORTER_HTTP_CREDENTIALS_H
#define XBEAT_EXPORTER_HTTP_CREDENTIALS_H

#define CREDENTIALS_BYTES 256

struct credentials {
	char name[CREDENTIALS_BYTES];
	char password[CREDENTIALS_BYTES];
};

/* Returns 0 or -EINVAL. header: its value. */
int credentials_parse(const char *header, struct credentials *credentials);

#endif
