/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of checks inside this room. */
#ifndef XBEAT_CHECKER_SET_H
#define XBEAT_CHECKER_SET_H

#include "user/checker/checker.h"
#include "user/checker/protocol/definition.h"

struct set_check {
	uint64_t hash; /* of the identity */
	size_t entry; /* where its entry begins in the bytes */
	uint32_t next; /* the next check with the same bucket + 1; 0: none */
	bool has_preset;
	bool suspended;
	bool taken; /* while another set is compared: it is the previous of a check */
};

struct checker_set {
	struct definition_bytes bytes; /* what the process gets */
	struct set_check *checks;
	uint32_t count, room;
	uint32_t *buckets; /* index + 1 of their last check; 0: none */
	uint32_t bucket_count; /* a power of two */
	struct check_state *presets; /* NULL: none; else of each check */
	bool needs_raw; /* CAP_NET_RAW: ping, or marks */
};

struct checker_set_entry *set_entry(const struct checker_set *set, uint32_t check);

/* Equal checks are those of one identity and of the same rules. */
bool set_same_identity(const struct checker_set_entry *one, const struct checker_set_entry *other);
bool set_same_rules(const struct checker_set_entry *one, const struct checker_set_entry *other);

/* Finds for each check the same one of an earlier set. */
void set_compare(struct checker_set *set, struct checker_set *earlier, uint32_t generation);

/* Makes the two memory files. earlier_fd: the records of the set that it was compared with, or -1.
 * Returns 0 or a negative errno. */
int set_make_files(struct checker_set *set, int earlier_fd, int *definitions_fd, int *records_fd);

#endif
