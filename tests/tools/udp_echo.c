// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp_echo PORT: the fastest ordinary UDP responder, for comparison: one thread that receives and
 * answers in batches (recvmmsg, sendmmsg). Runs until it is ended.
 */
#include "user/lib/cleanup.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define BATCH 64
#define DATAGRAM_BYTES 256

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in clients[BATCH];
	unsigned char bytes[BATCH][DATAGRAM_BYTES];
};

static void batch_prepare(struct batch *batch)
{
	for (size_t i = 0; i < BATCH; i++) {
		batch->parts[i].iov_base = batch->bytes[i];
		batch->parts[i].iov_len = DATAGRAM_BYTES;
		batch->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->clients[i],
			.msg_namelen = sizeof(batch->clients[i]),
			.msg_iov = &batch->parts[i],
			.msg_iovlen = 1,
		};
	}
}

static void echo(int fd, struct batch *batch)
{
	int received;

	batch_prepare(batch);
	received = recvmmsg(fd, batch->messages, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < received; i++)
		batch->parts[i].iov_len = batch->messages[i].msg_len;
	if (received > 0)
		sendmmsg(fd, batch->messages, (unsigned)received, 0);
}

int main(int argument_count, char **arguments)
{
	static struct batch batch;
	struct sockaddr_in address = {.sin_family = AF_INET};
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argument_count != 2) {
		fputs("usage: udp_echo PORT\n", stderr);
		return 2;
	}
	address.sin_port = htons((uint16_t)atoi(arguments[1]));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("udp_echo");
		return EXIT_FAILURE;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive the bench that started us */
	for (;;)
		echo(fd, &batch);
}
