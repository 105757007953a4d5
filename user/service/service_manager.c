/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams to systemd; see service_manager.h. */
#include "user/service/service_manager.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_BYTES 640

/* Returns the length of the address, 0 if there is none. '@' stands for the NUL of an abstract
 * name. */
static socklen_t find_socket(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (length < 2 || length >= sizeof(address->sun_path) || !strchr("/@", path[0]))
		return 0;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, path, length);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

bool service_manager_present(void)
{
	struct sockaddr_un address;

	return find_socket(&address) > 0;
}

/* WATCHDOG_PID is that of the first process of the service, not of one that replaces it. Programs
 * that xbeatd starts do not get the variables. */
uint64_t service_manager_watchdog_ns(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	unsigned long long us = text ? strtoull(text, NULL, 10) : 0;

	return service_manager_present() && us < UINT64_MAX / NS_PER_US ? us * NS_PER_US : 0;
}

/* For the process that is the daemon from now on. */
static void notify(const char *state, pid_t pid)
{
	struct sockaddr_un address;
	socklen_t length = find_socket(&address);
	char text[TEXT_BYTES];
	int fd;

	if (!length)
		return;
	snprintf(text, sizeof(text), "%s\nMAINPID=%d\n", state, (int)pid);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&address, length) < 0)
		log_warning("cannot notify the service manager: %s", limits_strerror(errno));
	if (fd >= 0)
		close(fd);
}

void service_manager_notify(const char *state)
{
	notify(state, getpid());
}

void service_manager_hand_over(pid_t successor)
{
	notify("READY=1", successor);
}
