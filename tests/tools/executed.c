// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * executed: lists the programs that processes of its mount namespace, and their descendants,
 * execute.
 *
 *	executed OBJECT
 *
 * Prints "started", observes until its standard input ends, and prints a line per file: the name
 * that was given to execve(), a tab, and its interpreter, which is the file itself if it is no
 * script.
 */
#include "tests/tools/executed_shared.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "executed: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* The only read-only variable of the program. */
static void set_mount_namespace(const struct bpf_object *object)
{
	struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata");
	struct stat status;
	uint32_t number;

	if (stat("/proc/self/ns/mnt", &status))
		fail("/proc/self/ns/mnt");
	number = (uint32_t)status.st_ino;
	if (!constants || bpf_map__set_initial_value(constants, &number, sizeof(number)))
		fail("mount namespace");
}

static struct bpf_object *observe(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object)
		fail(path);
	set_mount_namespace(object);
	if (bpf_object__load(object) ||
	    !bpf_program__attach(bpf_object__find_program_by_name(object, "report")))
		fail(path);
	return object;
}

static void print_files(const struct bpf_object *object)
{
	int files_fd = bpf_object__find_map_fd_by_name(object, "files");
	struct executed file;
	const void *previous = NULL;

	while (bpf_map_get_next_key(files_fd, previous, &file) == 0) {
		printf("%s\t%s\n", file.file, file.interpreter);
		previous = &file;
	}
}

static uint32_t lost_count(const struct bpf_object *object)
{
	uint32_t zero = 0, count = 0;

	if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, ".bss"), &zero, &count))
		fail("lost_count");
	return count;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	char ignored[64];

	if (argc != 2) {
		fprintf(stderr, "usage: %s OBJECT\n", argv[0]);
		return EXIT_FAILURE;
	}
	object = observe(argv[1]);
	puts("started");
	fflush(stdout);
	while (read(STDIN_FILENO, ignored, sizeof(ignored)) > 0)
		continue;
	print_files(object);
	if (lost_count(object)) {
		fprintf(stderr, "executed: %u more did not fit\n", lost_count(object));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
