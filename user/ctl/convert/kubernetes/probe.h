/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One probe of a container. */
#ifndef XBEAT_CTL_CONVERT_KUBERNETES_PROBE_H
#define XBEAT_CTL_CONVERT_KUBERNETES_PROBE_H

#include "user/ctl/convert/blocks/conversion.h"
#include "user/ctl/convert/kubernetes/tree.h"

struct probe_times {
	uint64_t initial_delay_s, period_s, timeout_s, successes, failures;
};

struct probe {
	yaml_document_t *document;
	yaml_node_t *node, *container;
};

/* Its times, with Kubernetes' defaults. What is wrong or lost goes to the notes. */
struct probe_times probe_times(const struct probe *probe, struct notes *notes);

/* The kind of check, "http", and the member that describes it; NULL: none that is known. */
const char *probe_kind(const struct probe *probe, yaml_node_t **handler);

/* Writes the block of the check; the probe must be of a known kind. */
void probe_write(struct conversion *conversion, const struct probe *probe, struct notes *notes);

#endif
