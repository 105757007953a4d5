/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a UDP port: user and inode by /proc/net/udp, the process by its descriptors. */
#include "user/heartbeat/port_holder.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct udp_socket {
	unsigned uid;
	unsigned long inode; /* 0: none found */
};

/* An address as these files print it: words of 32 bits in this machine's byte order. */
static void print_address(const struct xb_address *address, bool ipv4, char text[static 33])
{
	for (size_t i = ipv4 ? 12 : 0, length = 0; i < 16; i += 4, length += 8) {
		uint32_t word;

		memcpy(&word, address->bytes + i, sizeof(word));
		snprintf(text + length, 9, "%08X", word);
	}
}

static bool is_any(const char *address)
{
	return address[strspn(address, "0")] == '\0';
}

/* Reads one of the files, until a socket conflicts: the same port, and this address or all. */
static void find_socket(const char *path, const char *address, uint16_t port,
			struct udp_socket *found)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char line[256], local[33];
	struct udp_socket seen;
	unsigned local_port;

	while (file && !found->inode && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*d: %32[0-9A-F]:%x %*s %*s %*s %*s %*s %u %*u %lu", local,
			   &local_port, &seen.uid, &seen.inode) == 4 &&
		    local_port == port && (!strcmp(local, address) || is_any(local)))
			*found = seen;
}

/* Whether a descriptor of the process is this link, "socket:[INODE]". */
static bool has_descriptor(const char *pid, const char *wanted)
{
	char path[300], target[64];
	const struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	fds = opendir(path);
	while (fds && !found && (entry = readdir(fds))) {
		length = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		found = !strcmp(target, wanted);
	}
	if (fds)
		closedir(fds);
	return found;
}

/* Returns 0 if there is none, for example in another container. */
static int find_process(unsigned long inode)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	char wanted[64];
	int pid = 0;

	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	while (processes && !pid && (entry = readdir(processes)))
		if (has_descriptor(entry->d_name, wanted))
			pid = atoi(entry->d_name); /* 0 for "self": the search goes on */
	if (processes)
		closedir(processes);
	return pid;
}

const char *port_holder_describe(const struct xb_address *address, uint16_t port,
				 char text[static PORT_HOLDER_BYTES])
{
	bool ipv4 = address_is_ipv4(address);
	struct udp_socket found = {0};
	char printed[33];
	int pid;

	if (ipv4) {
		print_address(address, true, printed);
		find_socket("/proc/net/udp", printed, port, &found);
	}
	print_address(address, false, printed);
	find_socket("/proc/net/udp6", printed, port, &found);
	pid = found.inode ? find_process(found.inode) : 0;
	if (pid)
		snprintf(text, PORT_HOLDER_BYTES, "process %d of user %u", pid, found.uid);
	else if (found.inode)
		snprintf(text, PORT_HOLDER_BYTES, "another process, of user %u", found.uid);
	else
		snprintf(text, PORT_HOLDER_BYTES, "another process");
	return text;
}
