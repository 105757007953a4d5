// SPDX-License-Identifier: GPL-2.0-or-later
/* See tree.h. */
#include "user/ctl/convert/kubernetes/tree.h"
#include <stdlib.h>
#include <string.h>

const char *tree_name(yaml_document_t *document, yaml_node_t *node, size_t index,
		      yaml_node_t **member)
{
	yaml_node_pair_t *pair;

	if (!node || node->type != YAML_MAPPING_NODE ||
	    index >= (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start))
		return NULL;
	pair = node->data.mapping.pairs.start + index;
	*member = yaml_document_get_node(document, pair->value);
	return tree_text(yaml_document_get_node(document, pair->key), "");
}

yaml_node_t *tree_member(yaml_document_t *document, yaml_node_t *node, const char *name)
{
	yaml_node_t *member;
	const char *found;

	for (size_t i = 0; (found = tree_name(document, node, i, &member)); i++)
		if (!strcmp(found, name))
			return member;
	return NULL;
}

yaml_node_t *tree_path(yaml_document_t *document, yaml_node_t *node, const char *const names[])
{
	for (; *names; names++)
		node = tree_member(document, node, *names);
	return node;
}

yaml_node_t *tree_entry(yaml_document_t *document, yaml_node_t *node, size_t index)
{
	yaml_node_item_t *items;

	if (!node || node->type != YAML_SEQUENCE_NODE)
		return NULL;
	items = node->data.sequence.items.start;
	return index < (size_t)(node->data.sequence.items.top - items)
		       ? yaml_document_get_node(document, items[index])
		       : NULL;
}

const char *tree_text(const yaml_node_t *node, const char *otherwise)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : otherwise;
}

const char *tree_member_text(yaml_document_t *document, yaml_node_t *node, const char *name,
			     const char *otherwise)
{
	return tree_text(tree_member(document, node, name), otherwise);
}

bool tree_number(const yaml_node_t *node, uint64_t *number)
{
	const char *text = tree_text(node, "");
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return false;
	*number = strtoull(text, NULL, 10);
	return true;
}

unsigned tree_line(const yaml_node_t *node)
{
	return node ? (unsigned)node->start_mark.line + 1 : 0;
}
