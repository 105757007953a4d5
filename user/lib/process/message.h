/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes of xbeat send each other in a packet of a SOCK_SEQPACKET socket: a struct, with
 * strings at its end, and descriptors.
 */
#ifndef XBEAT_LIB_PROCESS_MESSAGE_H
#define XBEAT_LIB_PROCESS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MESSAGE_STRINGS_BYTES 16384
#define MESSAGE_STRINGS_MAX 512
#define MESSAGE_DESCRIPTORS_MAX 64

/* The last member of a message: only length of the bytes are sent. */
struct message_strings {
	uint32_t count;
	uint32_t length; /* bytes, a NUL after each string included */
	char bytes[MESSAGE_STRINGS_BYTES];
};

/* Descriptors that go with a message. */
struct message_descriptors {
	size_t count;
	int fds[MESSAGE_DESCRIPTORS_MAX];
};

/* Appends strings up to a NULL; NULL appends none. Returns 0 or -E2BIG. */
int message_add_strings(struct message_strings *strings, const char *const *added);

/* Whether the bytes are received bytes long, as stated, and hold as many strings as stated. */
bool message_strings_are_valid(const struct message_strings *strings, size_t received);

/* Sets pointers to the valid strings, and ends them by NULL. */
void message_get_strings(struct message_strings *strings,
			 char *pointers[static MESSAGE_STRINGS_MAX + 1]);

bool message_same_strings(const struct message_strings *one, const struct message_strings *other);

/* Sends a message with descriptors (NULL: none), which stay open here. Never waits. Returns 0 or a
 * negative errno; -EAGAIN if the socket is full. */
int message_send(int socket_fd, const void *message, size_t length,
		 const struct message_descriptors *descriptors);

/* Receives up to room bytes, and descriptors, which are close-on-exec and the caller's. Never waits.
 * Returns the length; 0 if the other end is closed; or a negative errno, such as -EAGAIN, or
 * -EMSGSIZE if not all descriptors arrived. */
ssize_t message_receive(int socket_fd, void *message, size_t room,
			struct message_descriptors *descriptors);

/* Closes what was received; does nothing twice. */
void message_close_descriptors(struct message_descriptors *descriptors);

/* Sends no more, and discards what arrives until the other end is closed too, or the time is over.
 * Returns whether it is closed. */
bool message_await_end(int socket_fd, uint64_t limit_ns);

#endif
