/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/plane/ipvs/record.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/marks.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {{"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}, {"sctp", IPPROTO_SCTP}};

static const char *protocol_name(uint8_t number)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	return "other";
}

static uint8_t protocol_number(const char *name)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcmp(protocols[i].name, name))
			return protocols[i].number;
	return 0;
}

/* Returns whether the line names a service. */
static bool read_service(const char *line, struct ipvs_service_id *id)
{
	char protocol[8], address[ADDRESS_TEXT_BYTES];
	unsigned mark, family;

	*id = (struct ipvs_service_id){0};
	if (sscanf(line, "service mark %u %u", &mark, &family) == 2) {
		id->mark = mark;
		id->family = (uint8_t)family;
		return mark && (family == 4 || family == 6);
	}
	if (sscanf(line, "service %7s %45s %hu", protocol, address, &id->endpoint.port) != 3 ||
	    address_parse(address, &id->endpoint.address))
		return false;
	id->protocol = protocol_number(protocol);
	id->family = address_family(&id->endpoint.address);
	return id->protocol;
}

static bool read_timeouts(const char *line, struct ipvs_timeouts *timeouts)
{
	struct ipvs_timeouts read;

	if (sscanf(line, "timeouts %u %u %u", &read.tcp_s, &read.tcpfin_s, &read.udp_s) != 3)
		return false;
	*timeouts = read;
	return true;
}

static bool read_mark(const char *line, uint32_t *number, char pool[static 96])
{
	return sscanf(line, "mark %u %95[^\n]", number, pool) == 2;
}

static void take_line(struct ipvs_plane *plane, const char *line)
{
	struct ipvs_service_id id;
	struct ipvs_service *service;
	uint32_t number;
	char pool[96];

	if (read_timeouts(line, &plane->timeouts_before)) {
		plane->has_timeouts_before = true;
	} else if (read_mark(line, &number, pool)) {
		ipvs_marks_remember(plane, number, pool);
	} else if (sscanf(line, "nftables %63s", plane->marks.table) == 1) {
		plane->marks.stale = true; /* it is replaced, or removed */
	} else if (!strcmp(line, "sync")) {
		plane->sync.ours = true;
	} else if (read_service(line, &id)) {
		service = ipvs_table_add_service(&plane->table, &id);
		service->item.left = true;
		service->shown.family = id.family;
		service->shown.protocol = id.protocol;
		service->shown.endpoint = id.endpoint;
		service->shown.mark = id.mark;
	} else if (line[0]) {
		log_warning("ipvs: %s has a line that this version does not know: %s",
			    plane->record, line);
	}
}

void ipvs_record_read(struct ipvs_plane *plane)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	char culprit[PATH_MAX];
	size_t room = 0;
	ssize_t length;

	if (!plane->record)
		return;
	if (!trust_path(plane->record, geteuid(), culprit)) {
		log_warning("ipvs: other users can change %s: what an earlier daemon left is not "
			    "removed",
			    culprit);
		return;
	}
	file = fopen(plane->record, "re");
	if (!file && errno != ENOENT)
		log_warning("ipvs: cannot read %s: %s: what an earlier daemon left is not removed",
			    plane->record, limits_strerror(errno));
	while (file && (length = getline(&line, &room, file)) > 0) {
		line[length - (line[length - 1] == '\n')] = '\0';
		take_line(plane, line);
	}
}

static void print_service(FILE *file, const struct ipvs_service_id *id)
{
	char address[ADDRESS_TEXT_BYTES];

	if (id->mark)
		fprintf(file, "service mark %u %u\n", id->mark, id->family);
	else
		fprintf(file, "service %s %s %u\n", protocol_name(id->protocol),
			address_format(&id->endpoint.address, address), id->endpoint.port);
}

static void print_record(FILE *file, const struct ipvs_plane *plane)
{
	const struct ipvs_timeouts *timeouts = &plane->timeouts_before;
	const struct ipvs_item *item;

	if (plane->has_timeouts_before)
		fprintf(file, "timeouts %u %u %u\n", timeouts->tcp_s, timeouts->tcpfin_s,
			timeouts->udp_s);
	if (plane->sync.ours)
		fputs("sync\n", file);
	if (plane->marks.table[0])
		fprintf(file, "nftables %s\n", plane->marks.table);
	for (size_t i = 0; i < plane->marks.count; i++)
		fprintf(file, "mark %u %s\n", plane->marks.list[i].number,
			plane->marks.list[i].pool);
	TAILQ_FOREACH(item, &plane->table.services, beside)
	print_service(file, &item->service->id);
}

void ipvs_record_write(struct ipvs_plane *plane)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *file;
	int error;

	if (!plane->record || !plane->table.record_stale)
		return;
	plane->table.record_stale = plane->table.record_lacks = false;
	file = open_memstream(&text, &length);
	if (!file)
		return;
	print_record(file, plane);
	if (fclose(file))
		return;
	error = file_replace(plane->record, text);
	if (error && !plane->record_failed)
		log_warning("ipvs: cannot write %s: %s: if this daemon is killed, the next one "
			    "does not know what it left",
			    plane->record, limits_strerror(-error));
	plane->record_failed = error;
}

void ipvs_record_remove(const struct ipvs_plane *plane)
{
	if (plane->record && unlink(plane->record) && errno != ENOENT)
		log_warning("ipvs: cannot remove %s: %s", plane->record, limits_strerror(errno));
}
