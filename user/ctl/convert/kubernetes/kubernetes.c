// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kubernetes to vrrp_check: the readiness and liveness probe of each container becomes one, and its
 * startup probe the startup block of these.
 */
#include "user/ctl/convert/kubernetes/kubernetes.h"
#include "user/ctl/convert/kubernetes/probe.h"
#include "user/lib/array.h"
#include <inttypes.h>
#include <string.h>

#define NAME_BYTES 256
#define PATH_MAX_NAMES 6

static const struct {
	const char *kind;
	const char *path[PATH_MAX_NAMES]; /* to the specification of its Pods */
} kinds[] = {
	{"Pod", {"spec"}},
	{"Deployment", {"spec", "template", "spec"}},
	{"StatefulSet", {"spec", "template", "spec"}},
	{"DaemonSet", {"spec", "template", "spec"}},
	{"ReplicaSet", {"spec", "template", "spec"}},
	{"ReplicationController", {"spec", "template", "spec"}},
	{"Job", {"spec", "template", "spec"}},
	{"CronJob", {"spec", "jobTemplate", "spec", "template", "spec"}},
};

struct object {
	struct conversion *conversion;
	yaml_document_t *document;
	struct notes notes;
	const char *kind, *name;
};

static void write_times(struct conversion *conversion, const struct probe_times *times)
{
	struct config_printer *printer = &conversion->printer;

	config_print_line(printer, "initial_delay %" PRIu64, times->initial_delay_s);
	config_print_line(printer, "period %" PRIu64, times->period_s);
	config_print_line(printer, "timeout %" PRIu64, times->timeout_s);
	config_print_line(printer, "success_threshold %" PRIu64, times->successes);
	config_print_line(printer, "failure_threshold %" PRIu64, times->failures);
}

/* Other probes wait until the startup probe has succeeded once. */
static void write_startup(struct object *object, const struct probe *startup)
{
	struct config_printer *printer = &object->conversion->printer;
	struct probe_times times = probe_times(startup, &object->notes);

	config_print_open(printer, "startup", NULL);
	config_print_line(printer, "failures %" PRIu64, times.failures);
	config_print_line(printer, "interval %" PRIu64, times.period_s);
	config_print_close(printer);
}

/* Whether the probe becomes a block of this name; if not, the notes have the reason. */
static bool is_check(struct object *object, const struct probe *probe, const char *name)
{
	json_t *names = object->conversion->names;
	yaml_node_t *handler;

	if (!probe_kind(probe, &handler)) {
		notes_add(&object->notes, tree_line(probe->node),
			  "%s: the probe has no httpGet, tcpSocket, grpc or exec", name);
		return false;
	}
	if (json_object_get(names, name)) {
		notes_add(&object->notes, tree_line(probe->node),
			  "%s: there is a vrrp_check of this name already", name);
		return false;
	}
	json_object_set_new(names, name, json_true());
	return true;
}

static void write_check(struct object *object, const struct probe *probe,
			const struct probe *startup, const char *suffix)
{
	struct conversion *conversion = object->conversion;
	const char *container =
		tree_member_text(probe->document, probe->container, "name", "container");
	struct probe_times times = probe_times(probe, &object->notes);
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%s-%s-%s", object->name, container, suffix);
	if (!is_check(object, probe, name))
		return;
	config_print_line(&conversion->printer, "# %s %s, container %s, line %u of %s",
			  object->kind, object->name, container, tree_line(probe->node),
			  conversion->path);
	config_print_open(&conversion->printer, "vrrp_check", name);
	probe_write(conversion, probe, &object->notes);
	if (startup->node)
		times.initial_delay_s = probe_times(startup, &object->notes).initial_delay_s;
	write_times(conversion, &times);
	if (startup->node)
		write_startup(object, startup);
	config_print_close(&conversion->printer);
	fputc('\n', conversion->printer.stream);
	conversion->checks++;
}

/* What a member with a probe becomes; the first of them is what decides about traffic. */
static const struct {
	const char *member, *suffix;
} probes[] = {
	{"readinessProbe", "readiness"},
	{"livenessProbe", "liveness"},
};

static bool same_handler(const struct probe *one, const struct probe *other)
{
	yaml_node_t *handler;
	const char *kind = probe_kind(one, &handler);
	const char *other_kind = probe_kind(other, &handler);

	return kind && other_kind && !strcmp(kind, other_kind);
}

static void take_container(struct object *object, yaml_node_t *container)
{
	struct probe startup = {object->document,
				tree_member(object->document, container, "startupProbe"),
				container};
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		struct probe probe = startup;

		probe.node = tree_member(object->document, container, probes[i].member);
		if (!probe.node)
			continue;
		any = true;
		if (startup.node && !same_handler(&probe, &startup))
			notes_add(
				&object->notes, tree_line(startup.node),
				"startupProbe: a vrrp_check has one check; that of the %s is used while it starts, too",
				probes[i].member);
		write_check(object, &probe, &startup, probes[i].suffix);
	}
	if (!any && startup.node)
		write_check(object, &startup, &(struct probe){.document = object->document},
			    "startup");
}

static void take_pods(struct object *object, yaml_node_t *pods)
{
	static const char *const lists[] = {"initContainers", "containers"};
	const char *host = tree_member_text(object->document, pods, "hostNetwork", "false");
	size_t before = object->conversion->checks;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		yaml_node_t *list = tree_member(object->document, pods, lists[i]), *container;

		for (size_t k = 0; (container = tree_entry(object->document, list, k)); k++)
			take_container(object, container);
	}
	if (object->conversion->checks == before)
		notes_add(&object->notes, tree_line(pods), "%s %s has no probes", object->kind,
			  object->name);
	else if (!object->conversion->has_address && strcmp(host, "true") != 0)
		notes_add(
			&object->notes, 0,
			"%s %s has addresses of its own; 127.0.0.1 is probed: give another by --address",
			object->kind, object->name);
}

static void take_object(struct conversion *conversion, yaml_document_t *document, yaml_node_t *node)
{
	static const char *const name_path[] = {"metadata", "name", NULL};
	struct object object = {
		.conversion = conversion,
		.document = document,
		.kind = tree_member_text(document, node, "kind", "object"),
		.name = tree_text(tree_path(document, node, name_path), "pod"),
	};
	yaml_node_t *pods = NULL;

	notes_init(&object.notes);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].kind, object.kind))
			pods = tree_path(document, node, kinds[i].path);
	if (pods)
		take_pods(&object, pods);
	else
		notes_add(&object.notes, tree_line(node), "%s %s has no probes", object.kind,
			  object.name);
	conversion_write_notes(conversion, &object.notes);
	notes_free(&object.notes);
}

/* A List has objects as items. */
static void take_document(struct conversion *conversion, yaml_document_t *document)
{
	yaml_node_t *root = yaml_document_get_root_node(document), *entry;
	yaml_node_t *items = tree_member(document, root, "items");

	for (size_t i = 0; (entry = tree_entry(document, items, i)); i++)
		take_object(conversion, document, entry);
	if (root && !items)
		take_object(conversion, document, root);
}

void kubernetes_convert(struct conversion *conversion, const char *text, size_t length)
{
	yaml_parser_t parser;
	yaml_document_t document;
	bool more = true;

	if (!yaml_parser_initialize(&parser)) {
		conversion_error(conversion, 0, "out of memory");
		return;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	while (more && yaml_parser_load(&parser, &document)) {
		more = yaml_document_get_root_node(&document) != NULL;
		take_document(conversion, &document);
		yaml_document_delete(&document);
	}
	if (parser.error != YAML_NO_ERROR)
		conversion_error(conversion, (unsigned)parser.problem_mark.line + 1,
				 "not valid YAML: %s",
				 parser.problem ? parser.problem : "unknown error");
	yaml_parser_delete(&parser);
}
