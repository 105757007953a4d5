/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two messages of grpc.health.v1.Health/Check, with gRPC's 5 bytes before each: HealthCheckRequest
 * { string service = 1; } and HealthCheckResponse { ServingStatus status = 1; }.
 */
#ifndef XBEAT_CHECKER_HTTP_GRPC_MESSAGE_H
#define XBEAT_CHECKER_HTTP_GRPC_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define GRPC_SERVICE_MAX 255 /* length of a service's name */
#define GRPC_REQUEST_BYTES (5 + 3 + GRPC_SERVICE_MAX)

enum grpc_serving {
	GRPC_UNKNOWN,
	GRPC_SERVING,
	GRPC_NOT_SERVING,
	GRPC_SERVICE_UNKNOWN,
};

/* Returns the length, or -E2BIG: the name is longer than GRPC_SERVICE_MAX. */
int grpc_request(const char *service, uint8_t out[static GRPC_REQUEST_BYTES]);

/* Returns the serving status, which may be none of the enum, or a negative errno: -EINVAL: this is
 * no answer; -EBADMSG: it is compressed. */
int64_t grpc_answer(const uint8_t *bytes, size_t count);

/* "SERVING"; NULL: there is no such status. */
const char *grpc_serving_name(int64_t serving);

/* "UNAVAILABLE" of grpc-status 14; NULL: there is no such code. */
const char *grpc_status_name(unsigned long code);

#endif
