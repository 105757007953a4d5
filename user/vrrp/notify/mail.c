/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which changes of state are mailed, and the texts; see mail.h. */
#include "user/vrrp/notify/mail.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ABOUT_BYTES 512

struct mail_text {
	const char *state;
	const char *event; /* in the subject */
	const char *body;
};

struct mailed_state {
	char *name;
	bool group;
	const struct mail_text *text;
};

#define OWNING "=> VRRP Instance is now owning VRRP VIPs <="
#define NOT_OWNING "=> VRRP Instance is no longer owning VRRP VIPs <="
#define ALL_IN(state) "=> All VRRP group instances are now in " state " state <="

static const struct mail_text instance_texts[] = {
	{"MASTER", "Entering MASTER state", OWNING},
	{"BACKUP", "Entering BACKUP state", NOT_OWNING},
	{"FAULT", "Entering FAULT state", NOT_OWNING},
	{"DELETED", "Deleted", "=> VRRP Deleted at reload <="},
};

static const struct mail_text group_texts[ARRAY_SIZE(instance_texts)] = {
	{"MASTER", "Entering MASTER state", ALL_IN("MASTER")},
	{"BACKUP", "Entering BACKUP state", ALL_IN("BACKUP")},
	{"FAULT", "Entering FAULT state", ALL_IN("FAULT")},
};

static const struct mail_text *find_text(bool group, const char *state)
{
	const struct mail_text *texts = group ? group_texts : instance_texts;

	for (size_t i = 0; i < ARRAY_SIZE(instance_texts); i++)
		if (texts[i].state && !strcmp(texts[i].state, state))
			return &texts[i];
	return NULL;
}

static struct mailed_state *find_mailed(struct notify_mails *mails, bool group, const char *name)
{
	struct mailed_state *made;

	for (size_t i = 0; i < mails->count; i++)
		if (mails->list[i].group == group && !strcmp(mails->list[i].name, name))
			return &mails->list[i];
	mails->list = array_grow(mails->list, &mails->count, sizeof(*mails->list));
	made = &mails->list[mails->count - 1];
	made->name = text_copy(name);
	made->group = group;
	return made;
}

void notify_mail(struct notify_mails *mails, const struct runner *runner,
		 const struct config *config, bool group, const char *name, const char *state)
{
	const struct mail_text *text = find_text(group, state);
	struct mailed_state *mailed;
	struct runner_mail mail;
	char about[ABOUT_BYTES];

	if (!text || (config->mail.no_faults && !strcmp(state, "FAULT")))
		return;
	mailed = find_mailed(mails, group, name);
	if (mailed->text == text)
		return;
	mailed->text = text;
	snprintf(about, sizeof(about), "VRRP %s %s", group ? "Group" : "Instance", name);
	mail = (struct runner_mail){.about = about, .event = text->event, .body = text->body};
	runner_mail(runner, config, &mail);
}

static bool is_in(const struct config *config, const struct mailed_state *mailed)
{
	size_t count = mailed->group ? config->group_count : config->instance_count;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(mailed->name,
			    mailed->group ? config->groups[i].name : config->instances[i].name))
			return true;
	return false;
}

void notify_mails_keep(struct notify_mails *mails, const struct config *config)
{
	size_t i = 0;

	while (i < mails->count) {
		if (is_in(config, &mails->list[i])) {
			i++;
			continue;
		}
		free(mails->list[i].name);
		mails->list[i] = mails->list[--mails->count];
	}
}

void notify_mails_free(struct notify_mails *mails)
{
	for (size_t i = 0; i < mails->count; i++)
		free(mails->list[i].name);
	free(mails->list);
}
