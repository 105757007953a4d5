/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See event_log_file.h. */
#include "user/lib/event/event_log_file.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAGIC "xbeat events 2\n" /* the number is the layout's */
#define ALL_BUT_OWNER 077

struct event_log_file {
	char magic[16];
	uint32_t entry_bytes, entry_count;
	struct event_log_entry entries[EVENT_LOG_ENTRIES];
};

static bool is_in_memory(int fd)
{
	struct statfs status;

	return !fstatfs(fd, &status) &&
	       (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

static int check(int fd, struct stat *status)
{
	if (fstat(fd, status))
		return -errno;
	if (!S_ISREG(status->st_mode) || status->st_uid != geteuid() || status->st_nlink != 1 ||
	    status->st_mode & ALL_BUT_OWNER)
		return -EPERM;
	return is_in_memory(fd) ? 0 : -EMEDIUMTYPE;
}

/* All its memory is reserved: a store must not meet a full file system (SIGBUS). */
static int reserve(int fd, const struct stat *status)
{
	const off_t bytes = sizeof(struct event_log_file);

	if (status->st_size != bytes && (ftruncate(fd, 0) || ftruncate(fd, bytes)))
		return -errno;
	return -posix_fallocate(fd, 0, bytes);
}

static bool is_known(const struct event_log_file *file)
{
	return !memcmp(file->magic, MAGIC, sizeof(file->magic)) &&
	       file->entry_bytes == sizeof(struct event_log_entry) &&
	       file->entry_count == EVENT_LOG_ENTRIES;
}

static void begin(struct event_log_file *file)
{
	memset(file, 0, sizeof(*file));
	file->entry_bytes = sizeof(struct event_log_entry);
	file->entry_count = EVENT_LOG_ENTRIES;
	memcpy(file->magic, MAGIC, sizeof(file->magic));
}

static int map(int fd, struct event_log_file **file)
{
	struct stat status;
	int error = check(fd, &status);

	if (!error)
		error = reserve(fd, &status);
	if (error)
		return error;
	*file = mmap(NULL, sizeof(**file), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		     0);
	if (*file == MAP_FAILED)
		return -errno;
	madvise(*file, sizeof(**file), MADV_DONTFORK); /* scripts' processes need none of it */
	return 0;
}

int event_log_file_open(struct event_log *event_log, const char *path, struct event_log_file **file)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	int error = fd < 0 ? -errno : map(fd, file);

	if (fd >= 0)
		close(fd);
	if (error)
		return error;
	if (!is_known(*file))
		begin(*file);
	event_log_use(event_log, (*file)->entries);
	return 0;
}

void event_log_file_close(struct event_log *event_log, struct event_log_file *file)
{
	if (!file)
		return;
	event_log->entries = NULL;
	event_log->count = 0;
	munmap(file, sizeof(*file));
}
