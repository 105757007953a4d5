/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document of YAML: members by their names, with lines. All take NULL as a node that is missing. */
#ifndef XBEAT_CTL_CONVERT_KUBERNETES_TREE_H
#define XBEAT_CTL_CONVERT_KUBERNETES_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

/* The member of a mapping; NULL: there is none. */
yaml_node_t *tree_member(yaml_document_t *document, yaml_node_t *node, const char *name);

/* The member by several names, one in the other, ended by NULL. */
yaml_node_t *tree_path(yaml_document_t *document, yaml_node_t *node, const char *const names[]);

/* The entry of a sequence; NULL after the last. */
yaml_node_t *tree_entry(yaml_document_t *document, yaml_node_t *node, size_t index);

/* The name of the member with this index, and its node; NULL after the last. */
const char *tree_name(yaml_document_t *document, yaml_node_t *node, size_t index,
		      yaml_node_t **member);

/* The text of a scalar; otherwise if there is none. */
const char *tree_text(const yaml_node_t *node, const char *otherwise);

/* The text of a member; otherwise if there is none. */
const char *tree_member_text(yaml_document_t *document, yaml_node_t *node, const char *name,
			     const char *otherwise);

/* Reads a number. Returns whether it is one. */
bool tree_number(const yaml_node_t *node, uint64_t *number);

/* From 1; 0 without a node. */
unsigned tree_line(const yaml_node_t *node);

#endif
