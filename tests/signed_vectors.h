/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known answers for signed adverts. The first two are those of keepalived's own test of auth_hmac;
 * the others were sent by a keepalived 2.4.3 and accepted by a second one.
 */
#ifndef TESTS_SIGNED_VECTORS_H
#define TESTS_SIGNED_VECTORS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SIGNED_MESSAGE_BYTES_MAX 64
#define SIGNED_HEAD_BYTES 12 /* of a trailer, before its tag */

struct signed_vector {
	const char *what;
	const char *source, *destination;
	const char *secret; /* hexadecimal, or after "=" as it is */
	const char *message, *head, *tag; /* hexadecimal */
};

#define SECRET_COUNTING "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET_7 "a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff01"
#define SECRET_9 "=Correct-Horse-Battery-Staple-2026-xbeat"
#define SENDER_IPV6 "fe80::8c5c:30ff:fe0e:34e"

static const struct signed_vector signed_vectors[] = {
	{"version 3, IPv4, counting key", "198.51.100.10", "224.0.0.18", SECRET_COUNTING,
	 "3133c80100644402c0000264", "010100006800000080000000",
	 "1b84bc4e8e43892dc6d98448f8ee2265"},
	{"version 3, IPv6, counting key", "fe80::10", "fe80::20", SECRET_COUNTING,
	 "3133c8010064a2e9fe800000000000000000000000000100", "010100006800000080000000",
	 "c8c56146ebfd66ee10ec4d8186461b78"},
	{"version 3, IPv4", "10.77.0.1", "224.0.0.18", SECRET_7, "313dc802006406030a4d003d0a4d00a1",
	 "010700006b0c558d70da0000", "073012f103c50fac8a84b95d9b31d44f"},
	{"version 3, IPv6", SENDER_IPV6, "ff02::12", SECRET_9,
	 "313ec80200641639fe80000000000000000000000062000120010db8007700000000000000000062",
	 "010900006b0c558d74690000", "bb578c057fa5a165f47824dfa844a597"},
	{"version 3, IPv4 unicast", "10.77.0.1", "10.77.0.2", SECRET_9, "3140c8010064e6b30a4d0040",
	 "010900006b0c558d77370000", "3cc899588040dd9f0d36bff778a1451d"},
	{"version 3, IPv6 unicast", "2001:db8:77::1", "2001:db8:77::2", SECRET_7,
	 "3141c801006486a820010db8007700000000000000000065", "010700006b0c558d78400000",
	 "2b3b278b0f815fd0adf2203e89d4a015"},
	{"version 2, IPv4", "10.77.0.1", "224.0.0.18", SECRET_7,
	 "213fc80100010c320a4d003f0000000000000000", "010700006b0c558d786b0000",
	 "d8ec33b35316cbb8afda6e5822b80c9c"},
	{"version 2, IPv6", SENDER_IPV6, "ff02::12", SECRET_7,
	 "2142c8010001ecdcfe800000000000000000000000660001", "010700006b0c558d788c0000",
	 "59f19e034d6a6672b3b7c3ecd5af3ab0"},
};

#define SIGNED_VECTOR_COUNT (sizeof(signed_vectors) / sizeof(signed_vectors[0]))

/* Returns the number of bytes. */
static inline size_t signed_bytes(const char *text, uint8_t *bytes)
{
	size_t count = 0;

	if (*text == '=') {
		count = strlen(text + 1);
		memcpy(bytes, text + 1, count);
		return count;
	}
	for (; sscanf(text + 2 * count, "%2hhx", &bytes[count]) == 1; count++)
		;
	return count;
}

#endif
