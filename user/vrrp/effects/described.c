/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the nodes that have described instances; see described.h. A line for the heartbeat
 * block, then one for each instance: VRID, family, node ids. */
#include "user/vrrp/effects/described.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xbeat/map.h>
#include <xbeat/paths.h>

#define ID_WORDS ((XB_NODE_ID_MAX + 64) / 64)
#define BLOCK_BYTES 1400 /* a name, and XB_NODE_ID_MAX node ids */
#define STACK_BYTES (128 * 1024)

struct entry {
	uint8_t vrid, family;
	uint64_t bits[ID_WORDS];
};

struct described {
	char path[PATH_MAX];
	char block[BLOCK_BYTES]; /* the first line */
	struct entry entries[XB_VRRP_SLOTS_MAX];
	size_t count;
	pthread_t thread;
	bool started; /* thread is to be joined */
	bool failed; /* this was logged */
	pthread_mutex_t lock; /* of what follows */
	char *unwritten; /* NULL: all is written */
	bool writes; /* the thread has not ended */
	int error;
};

static void write_ids(FILE *stream, const uint64_t bits[ID_WORDS])
{
	for (unsigned id = 0; id <= XB_NODE_ID_MAX; id++)
		if (bits[id / 64] >> (id % 64) & 1)
			fprintf(stream, " %u", id);
	fputc('\n', stream);
}

static void mark_nodes(const struct config_heartbeat *heartbeat, uint64_t bits[ID_WORDS])
{
	memset(bits, 0, ID_WORDS * sizeof(*bits));
	for (size_t i = 0; i < heartbeat->node_count; i++)
		bits[heartbeat->nodes[i].id / 64] |= UINT64_C(1) << heartbeat->nodes[i].id % 64;
}

/* What the nodes are known by: the file of another block is not this one's. */
static void name_block(struct described *described, const struct config_heartbeat *heartbeat)
{
	FILE *stream = fmemopen(described->block, sizeof(described->block), "w");
	uint64_t bits[ID_WORDS];

	if (!stream)
		return;
	mark_nodes(heartbeat, bits);
	fprintf(stream, "heartbeat %s cluster_id %u nodes", heartbeat->name, heartbeat->cluster_id);
	write_ids(stream, bits);
	fclose(stream);
}

static void read_ids(char *text, uint64_t bits[ID_WORDS])
{
	char *rest = text;

	for (char *token; (token = strsep(&rest, " "));) {
		unsigned long id = strtoul(token, NULL, 10);

		if (id >= 1 && id <= XB_NODE_ID_MAX)
			bits[id / 64] |= UINT64_C(1) << (id % 64);
	}
}

static void read_entry(struct described *described, char *line)
{
	unsigned vrid, family;
	uint64_t *bits;
	int used = 0;

	if (sscanf(line, "%u %u%n", &vrid, &family, &used) != 2 || vrid > UINT8_MAX ||
	    (family != 4 && family != 6))
		return;
	bits = described_by(described, (uint8_t)vrid, (uint8_t)family);
	if (bits)
		read_ids(line + used, bits);
}

static void read_lines(struct described *described)
{
	_cleanup_free_ char *text = NULL;
	size_t length, block_length = strlen(described->block);
	char *rest;

	if (file_read(described->path, &text, &length) || !block_length ||
	    strncmp(text, described->block, block_length) != 0)
		return;
	rest = text + block_length;
	for (char *line; (line = strsep(&rest, "\n"));)
		read_entry(described, line);
}

struct described *described_load(const char *daemon_name, const struct config_heartbeat *heartbeat)
{
	struct described *described = calloc(1, sizeof(*described));

	if (!described)
		return NULL;
	pthread_mutex_init(&described->lock, NULL);
	snprintf(described->path, sizeof(described->path), XB_ROUTERS_FILE, daemon_name);
	name_block(described, heartbeat);
	read_lines(described);
	return described;
}

uint64_t *described_by(struct described *described, uint8_t vrid, uint8_t family)
{
	struct entry *entry;

	if (!described)
		return NULL;
	for (size_t i = 0; i < described->count; i++)
		if (described->entries[i].vrid == vrid && described->entries[i].family == family)
			return described->entries[i].bits;
	if (described->count == XB_VRRP_SLOTS_MAX)
		return NULL;
	entry = &described->entries[described->count++];
	*entry = (struct entry){.vrid = vrid, .family = family};
	return entry->bits;
}

/* Returns 0 or a negative errno. */
static int write_file(const char *path, const char *text)
{
	if (mkdir(XB_STATE_DIRECTORY, 0755) && errno != EEXIST)
		return -errno;
	return file_replace(path, text);
}

/* The thread. Ends when there is nothing left to write. */
static void *run(void *context)
{
	struct described *described = context;

	for (;;) {
		_cleanup_free_ char *text = NULL;
		int error;

		pthread_mutex_lock(&described->lock);
		text = described->unwritten;
		described->unwritten = NULL;
		described->writes = text != NULL;
		pthread_mutex_unlock(&described->lock);
		if (!text)
			return NULL;
		error = write_file(described->path, text);
		pthread_mutex_lock(&described->lock);
		described->error = error;
		pthread_mutex_unlock(&described->lock);
	}
}

static void log_failure(struct described *described, int error)
{
	if (!error || described->failed)
		return;
	described->failed = true;
	log_warning(
		"cannot write %s: %s; after a restart, \"routers\" is \"any\" until each node has described the instance again",
		described->path, limits_strerror(-error));
}

/* Gives the text to the thread. Returns whether the thread runs already. */
static bool hand_over(struct described *described, char *text)
{
	bool writes;
	int error;

	pthread_mutex_lock(&described->lock);
	free(described->unwritten);
	described->unwritten = text;
	writes = described->writes;
	described->writes = true;
	error = described->error;
	pthread_mutex_unlock(&described->lock);
	log_failure(described, error);
	return writes;
}

void described_save(struct described *described)
{
	char *text = NULL;
	size_t length;
	FILE *stream;
	int error;

	stream = described ? open_memstream(&text, &length) : NULL;
	if (!stream)
		return;
	fputs(described->block, stream);
	for (size_t i = 0; i < described->count; i++) {
		const struct entry *entry = &described->entries[i];

		fprintf(stream, "%u %u", entry->vrid, entry->family);
		write_ids(stream, entry->bits);
	}
	fclose(stream);
	if (hand_over(described, text))
		return;
	if (described->started)
		pthread_join(described->thread, NULL);
	error = thread_start(&described->thread, "xbeat-routers", STACK_BYTES, run, described);
	described->started = !error;
	described->writes = !error;
	log_failure(described, error);
}

void described_change(struct described *described, const struct config_heartbeat *heartbeat)
{
	uint64_t bits[ID_WORDS];

	if (!described)
		return;
	mark_nodes(heartbeat, bits);
	for (size_t i = 0; i < described->count; i++)
		for (size_t k = 0; k < ID_WORDS; k++)
			described->entries[i].bits[k] &= bits[k];
	name_block(described, heartbeat);
	described_save(described);
}

void described_free(struct described *described)
{
	if (!described)
		return;
	if (described->started)
		pthread_join(described->thread, NULL);
	log_failure(described, described->error);
	free(described->unwritten);
	pthread_mutex_destroy(&described->lock);
	free(described);
}
