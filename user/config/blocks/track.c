// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * track_interface, track_script and the like, in instances and in sync groups: reading the lines,
 * and finalizing them when everything that they name is known. keepalived's rules for weights that
 * do not count are here.
 */
#include "user/config/blocks/track.h"
#include "user/core/vrrp/vrrp.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD(id, keyword, thing, limit, noreverse)                                                 \
	[CONFIG_TRACK_##id] = {(keyword), (thing), (limit), (noreverse)}

const struct config_track_keyword config_track_keywords[CONFIG_TRACK_CHECK + 1] = {
	CONFIG_TRACK_KINDS(WORD)};

#define LINE_USAGE "NAME [weight NUMBER [reverse|noreverse]]"

/* Reads "reverse" or, if allowed, "noreverse". Returns success. */
static bool read_reverse(struct config_parser *parser, const struct config_token *token,
			 const struct config_weight_range *range, bool *reverse)
{
	bool off = !strcmp(token->text, "noreverse") || !strcmp(token->text, "no_reverse");

	if (strcmp(token->text, "reverse") != 0 && !(range->no_reverse && off)) {
		config_error(parser, token->location,
			     "unexpected '%s' after a weight; write \"%s\"", token->text,
			     range->usage);
		return false;
	}
	*reverse = !off;
	return true;
}

bool config_read_weight(struct config_parser *parser, const struct config_token *tokens,
			size_t count, const struct config_weight_range *range, int *weight,
			bool *reverse)
{
	int64_t number;
	int error = config_parse_signed(tokens[0].text, &number);

	if (error == -EINVAL)
		config_error(parser, tokens[0].location, "'%s' is not a weight; write \"%s\"",
			     tokens[0].text, range->usage);
	else if (error || number < -range->limit || number > range->limit)
		config_error(parser, tokens[0].location,
			     "weight %s is out of range; -%d to %d is allowed", tokens[0].text,
			     range->limit, range->limit);
	else if (count < 2 || read_reverse(parser, &tokens[1], range, reverse)) {
		*weight = (int)number;
		return true;
	}
	return false;
}

/* Where the lines of a block, or a single statement, are stored. */
struct track_reader {
	struct config_track **tracks;
	size_t *count;
	enum config_track_kind kind;
};

/* Returns success. */
static bool read_line_tokens(struct config_parser *parser, const struct config_token *tokens,
			     size_t count, struct config_track *track)
{
	const struct config_weight_range range = {
		.limit = config_track_keywords[track->kind].weight_max,
		.no_reverse = true,
		.usage = LINE_USAGE,
	};

	if (count == 1)
		return true;
	if (strcmp(tokens[1].text, "weight") != 0 || count < 3 || count > 4) {
		config_error(parser, tokens[1].location, "'%s' is not a weight of %s; write \"%s\"",
			     tokens[count > 4 ? 4 : 1].text, tokens[0].text, range.usage);
		return false;
	}
	track->has_weight = true;
	track->has_reverse = count > 3;
	return config_read_weight(parser, &tokens[2], count - 2, &range, &track->weight,
				  &track->reverse);
}

/* As in keepalived, a thing that is named twice counts once. */
static bool is_repeated(struct config_parser *parser, const struct track_reader *reader,
			const struct config_token *token, const char *name)
{
	for (size_t i = 0; i < *reader->count; i++) {
		const struct config_track *earlier = &(*reader->tracks)[i];

		if (earlier->kind == reader->kind && !strcmp(earlier->name, name)) {
			config_warning(parser, token->location,
				       "%s %s is already listed on %s; this one is ignored",
				       config_track_keywords[reader->kind].keyword, token->text,
				       config_location_text(parser, earlier->location));
			return true;
		}
	}
	return false;
}

static void add_track(struct config_parser *parser, struct track_reader *reader,
		      const struct config_token *tokens, size_t count)
{
	struct config_track track = {.kind = reader->kind, .location = tokens[0].location};
	bool is_interface = track.kind == CONFIG_TRACK_INTERFACE || track.kind == CONFIG_TRACK_LINK;
	char interface[CONFIG_INTERFACE_BYTES];
	const char *name = is_interface ? interface : tokens[0].text;

	if (is_interface && !config_store_interface_name(parser, &tokens[0], interface))
		return;
	if (!read_line_tokens(parser, tokens, count, &track) ||
	    is_repeated(parser, reader, &tokens[0], name))
		return;
	track.name = text_copy(name);
	*reader->tracks = array_grow(*reader->tracks, reader->count, sizeof(track));
	(*reader->tracks)[*reader->count - 1] = track;
}

static void read_line(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	(void)keyword;
	add_track(parser, block->target, statement->tokens, statement->count);
}

void config_read_tracks(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct track_reader reader = {
		.tracks = (void *)((char *)block->target + keyword->offset),
		.count = (void *)((char *)block->target + keyword->bytes),
		.kind = (enum config_track_kind)keyword->minimum,
	};
	struct config_block lines = {.type = block->type, .target = &reader, .name = block->name};
	const struct config_token *tokens = statement->tokens;

	if (statement->opens_block) {
		if (statement->count > 1)
			config_error(parser, tokens[1].location,
				     "unexpected '%s' before '{'; write \"%s\"", tokens[1].text,
				     keyword->usage);
		config_parser_list(parser, &lines, keyword->name, tokens[0].location, read_line);
	} else if (statement->count > 1) {
		add_track(parser, &reader, tokens + 1, statement->count - 1);
	} else {
		config_error(parser, tokens[0].location, "%s has no block; write \"%s\"",
			     keyword->name, keyword->usage);
	}
}

/* A thing that a line may name, with its weight. */
struct candidate {
	const char *name;
	int weight;
	bool reverse;
	struct config_location location;
};

static size_t candidate_count(const struct config *config, enum config_track_kind kind)
{
	switch (kind) {
	case CONFIG_TRACK_SCRIPT:
		return config->script_count;
	case CONFIG_TRACK_PROCESS:
		return config->process_count;
	case CONFIG_TRACK_FILE:
		return config->file_count;
	case CONFIG_TRACK_PEER:
		return config->heartbeat ? config->heartbeat->node_count : 0;
	case CONFIG_TRACK_APP:
		return config->app_count;
	case CONFIG_TRACK_LINK:
		return config->heartbeat ? config->heartbeat->interface_count : 0;
	case CONFIG_TRACK_CHECK:
		return config->pools.check_count;
	default:
		return 0;
	}
}

#define CANDIDATE(thing)                                                                           \
	((struct candidate){(thing).name, (thing).weight, (thing).reverse, (thing).location})

static struct candidate candidate_at(const struct config *config, enum config_track_kind kind,
				     size_t i)
{
	switch (kind) {
	case CONFIG_TRACK_SCRIPT:
		return CANDIDATE(config->scripts[i]);
	case CONFIG_TRACK_PROCESS:
		return CANDIDATE(config->processes[i]);
	case CONFIG_TRACK_FILE:
		return CANDIDATE(config->files[i]);
	case CONFIG_TRACK_APP:
		return CANDIDATE(config->apps[i]);
	case CONFIG_TRACK_CHECK:
		return CANDIDATE(config->pools.checks[i]);
	case CONFIG_TRACK_LINK:
		return (struct candidate){.name = config->heartbeat->interfaces[i]};
	default:
		return (struct candidate){.name = config->heartbeat->nodes[i].name};
	}
}

/* A link is an interface of the heartbeat block, so all valid names can be listed. */
static void report_unknown_link(struct config_parser *parser, const struct config_track *track)
{
	const struct config_heartbeat *heartbeat = parser->config->heartbeat;
	char links[XB_LINKS_MAX * (CONFIG_INTERFACE_BYTES + 2)] = "";
	size_t used = 0;

	if (!heartbeat) {
		config_error(
			parser, track->location,
			"track_link %s needs a heartbeat block; add one, or write \"track_interface { %s }\"",
			track->name, track->name);
		return;
	}
	for (size_t i = 0; i < heartbeat->interface_count; i++)
		used += (size_t)snprintf(links + used, sizeof(links) - used, "%s%s", i ? ", " : "",
					 heartbeat->interfaces[i]);
	config_error(parser, track->location,
		     "%s is not an interface of heartbeat %s; use one of its interfaces (%s)",
		     track->name, heartbeat->name, links);
}

static void report_unknown(struct config_parser *parser, const struct config_track *track)
{
	const struct config *config = parser->config;
	const struct config_track_keyword *kind = &config_track_keywords[track->kind];
	struct spelling_search search = {.text = track->name};

	for (size_t i = 0; i < candidate_count(config, track->kind); i++)
		spelling_consider(&search, candidate_at(config, track->kind, i).name);
	if (spelling_found(&search))
		config_error(parser, track->location, "%s %s is not defined; did you mean '%s'?",
			     kind->what, track->name, spelling_found(&search));
	else if (track->kind == CONFIG_TRACK_LINK)
		report_unknown_link(parser, track);
	else if (track->kind == CONFIG_TRACK_PEER)
		config_error(parser, track->location,
			     "node %s is not defined; use a node of the heartbeat block",
			     track->name);
	else
		config_error(parser, track->location, "%s %s is not defined; add \"%s %s { ... }\"",
			     kind->what, track->name, kind->what, track->name);
}

/* A link is bad if no node is heard on it while one is heard on another link. With two nodes both
 * see the same. */
static void check_link(struct config_parser *parser, const struct config_track *track)
{
	const struct config_heartbeat *heartbeat = parser->config->heartbeat;

	if (heartbeat->interface_count < 2)
		config_warning(
			parser, track->location,
			"track_link %s has no effect with one link: a link is bad only if nodes are heard on another link; add an \"interface\" to heartbeat %s",
			track->name, heartbeat->name);
	else if (heartbeat->node_count < 3 && !track->weight)
		config_warning(
			parser, track->location,
			"track_link %s without a weight is a fault on both nodes when the link fails, so that neither is Active; write \"weight NUMBER\", or add a witness",
			track->name);
}

/* Gives a line the weight of the thing that it names, unless the line has its own. */
static void finalize_track(struct config_parser *parser, struct config_track *track)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < candidate_count(config, track->kind); i++) {
		struct candidate found = candidate_at(config, track->kind, i);

		if (strcmp(found.name, track->name) != 0)
			continue;
		if (!track->has_weight)
			track->weight = found.weight;
		if (!track->has_reverse)
			track->reverse = found.reverse;
		if (track->kind == CONFIG_TRACK_LINK)
			check_link(parser, track);
		return;
	}
	if (track->kind != CONFIG_TRACK_INTERFACE)
		report_unknown(parser, track);
}

/* Where priorities are fixed, keepalived drops a script that has a weight, and treats other
 * things as if they had no weight. xbeat's own kinds are treated like scripts: a weight means
 * that a failure is not a fault. Returns whether the line stays. */
static bool drop_weight(struct config_parser *parser, struct config_track *track,
			const char *reason)
{
	bool stays = track->kind == CONFIG_TRACK_INTERFACE || track->kind == CONFIG_TRACK_PROCESS ||
		     track->kind == CONFIG_TRACK_FILE;

	if (!track->weight)
		return true;
	config_warning(parser, track->location,
		       "the weight %d of %s has no effect %s: %s; remove %s", track->weight,
		       track->name, reason, stays ? "its failure is a fault" : "it is not tracked",
		       stays ? "the weight"
			     : "it, or write \"weight 0\" to make its failure a fault");
	track->weight = 0;
	return stays;
}

/* reason: why weights have no effect; NULL: they have. own_interface: tracked anyway. */
static void finalize_list(struct config_parser *parser, struct config_track *tracks, size_t *count,
			  const char *reason, const char *own_interface)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		bool own = tracks[i].kind == CONFIG_TRACK_INTERFACE &&
			   !strcmp(tracks[i].name, own_interface);

		finalize_track(parser, &tracks[i]);
		if (own)
			config_warning(
				parser, tracks[i].location,
				"%s is the instance's own interface, which is always tracked; this line is ignored",
				tracks[i].name);
		if (own || (reason && !drop_weight(parser, &tracks[i], reason)))
			free(tracks[i].name);
		else
			tracks[kept++] = tracks[i];
	}
	*count = kept;
}

static bool is_owner(const struct config_instance *instance)
{
	return instance->priority == VRRP_PRIORITY_OWNER;
}

/* Returns why the weights of an instance have no effect, or NULL. */
static const char *instance_reason(const struct config *config, size_t instance)
{
	if (is_owner(&config->instances[instance]))
		return "with priority 255";
	for (size_t i = 0; i < config->group_count; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->member_count; j++) {
			if (group->members[j] == instance && !group->tracking_weight)
				return "in a sync group without sync_group_tracking_weight";
		}
	}
	return NULL;
}

static const char *group_reason(const struct config *config, const struct config_group *group)
{
	for (size_t i = 0; i < group->member_count; i++) {
		if (is_owner(&config->instances[group->members[i]]))
			return "in a sync group that has an instance with priority 255";
	}
	return NULL;
}

/* Names of nodes are checked with the heartbeat block. */
static void check_names(struct config_parser *parser, enum config_track_kind kind)
{
	size_t count = candidate_count(parser->config, kind);

	for (size_t later = 0; later < count; later++) {
		struct candidate candidate = candidate_at(parser->config, kind, later);
		struct candidate other = {0};
		size_t earlier = 0;

		for (; earlier < later; earlier++) {
			other = candidate_at(parser->config, kind, earlier);
			if (!strcmp(other.name, candidate.name))
				break;
		}
		if (earlier < later)
			config_error(parser, candidate.location,
				     "%s %s is already defined on %s; give each its own name",
				     config_track_keywords[kind].what, candidate.name,
				     config_location_text(parser, other.location));
	}
}

void config_finalize_tracks(struct config_parser *parser)
{
	struct config *config = parser->config;

	check_names(parser, CONFIG_TRACK_SCRIPT);
	check_names(parser, CONFIG_TRACK_PROCESS);
	check_names(parser, CONFIG_TRACK_FILE);
	check_names(parser, CONFIG_TRACK_APP);
	check_names(parser, CONFIG_TRACK_CHECK);
	for (size_t i = 0; i < config->instance_count; i++) {
		struct config_instance *instance = &config->instances[i];
		bool tracks_own = !instance->dont_track_primary;

		finalize_list(parser, instance->tracks, &instance->track_count,
			      instance_reason(config, i), tracks_own ? instance->interface : "");
		config_track_used_interfaces(parser, instance);
	}
	for (size_t i = 0; i < config->group_count; i++) {
		struct config_group *group = &config->groups[i];

		finalize_list(parser, group->tracks, &group->track_count,
			      group_reason(config, group), "");
	}
}
