// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes hold raw VRRP sockets: see vrrp_sockets.h. */
#include "user/daemon/start/vrrp_sockets.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROTOCOL_VRRP 112
#define NAME "keepalived"

struct search {
	unsigned long *inodes;
	bool *seen;
	size_t count;
	int keepalived_pid;
};

/* A line of /proc/net/raw: the "port" of the local address is the protocol. */
static void take_line(struct search *search, const char *line)
{
	unsigned protocol;
	unsigned long inode;

	if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s %*s %*s %lu", &protocol,
		   &inode) != 2 ||
	    protocol != PROTOCOL_VRRP)
		return;
	search->inodes = array_grow(search->inodes, &search->count, sizeof(*search->inodes));
	search->inodes[search->count - 1] = inode;
}

static void read_table(struct search *search, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		take_line(search, line);
}

/* keepalived can rename its processes, but not the file that they execute. */
static bool is_keepalived(int pid)
{
	char path[32], text[256];
	const char *base;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, text, sizeof(text) - 1);
	if (length > 0) {
		text[length] = '\0';
		base = strrchr(text, '/');
		if (base && !strncmp(base + 1, NAME, strlen(NAME)))
			return true;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	return file && fgets(text, sizeof(text), file) && !strncmp(text, NAME, strlen(NAME));
}

/* Returns whether the descriptor is one of the sockets. */
static bool note_socket(struct search *search, int directory, const char *name)
{
	char text[64];
	ssize_t length = readlinkat(directory, name, text, sizeof(text) - 1);
	unsigned long inode;
	bool found = false;

	if (length <= 0)
		return false;
	text[length] = '\0';
	if (sscanf(text, "socket:[%lu]", &inode) != 1)
		return false;
	for (size_t i = 0; i < search->count; i++) {
		if (search->inodes[i] != inode)
			continue;
		search->seen[i] = true;
		found = true;
	}
	return found;
}

static void examine_process(struct search *search, int pid)
{
	const struct dirent *entry;
	char path[32];
	bool holds = false;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	if (!directory) /* it has ended, or it is another user's */
		return;
	while ((entry = readdir(directory)))
		holds |= note_socket(search, dirfd(directory), entry->d_name);
	closedir(directory);
	if (holds && !search->keepalived_pid && is_keepalived(pid))
		search->keepalived_pid = pid;
}

static void examine_processes(struct search *search)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (isdigit((unsigned char)entry->d_name[0]))
			examine_process(search, atoi(entry->d_name));
	if (directory)
		closedir(directory);
}

void vrrp_sockets_find(struct vrrp_sockets *sockets)
{
	struct search search = {0};

	*sockets = (struct vrrp_sockets){0};
	read_table(&search, "/proc/net/raw");
	read_table(&search, "/proc/net/raw6");
	if (!search.count)
		return;
	search.seen = calloc(search.count, sizeof(*search.seen));
	if (!search.seen)
		limits_out_of_memory();
	examine_processes(&search);
	sockets->count = search.count;
	sockets->keepalived_pid = search.keepalived_pid;
	for (size_t i = 0; i < search.count; i++)
		sockets->unseen += !search.seen[i];
	free(search.inodes);
	free(search.seen);
}
