/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of auth_hmac: what is freed is overwritten before. */
#include "user/config/model/signing.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

void config_signing_free(struct config_signing *signing)
{
	for (size_t i = 0; i < signing->key_count; i++)
		free(signing->keys[i].file);
	if (signing->keys)
		explicit_bzero(signing->keys, signing->key_count * sizeof(*signing->keys));
	free(signing->keys);
	*signing = (struct config_signing){0};
}

void config_signing_add(struct config_signing *signing, const struct config_signing_key *key)
{
	size_t bytes = signing->key_count * sizeof(*key);
	struct config_signing_key *keys = malloc(bytes + sizeof(*key));

	if (!keys)
		limits_out_of_memory();
	if (bytes) {
		memcpy(keys, signing->keys, bytes);
		explicit_bzero(signing->keys, bytes);
	}
	free(signing->keys);
	keys[signing->key_count++] = *key;
	signing->keys = keys;
}

const struct config_signing_key *config_signing_key(const struct config_signing *signing,
						    uint8_t id)
{
	for (size_t i = 0; i < signing->key_count; i++) {
		if (signing->keys[i].key.id == id)
			return &signing->keys[i];
	}
	return NULL;
}

const char *config_signed_mode_name(enum xb_signed_mode mode)
{
	static const char *const names[] = {
		[XB_SIGNED_NONE] = "none",
		[XB_SIGNED_RECEIVE_ONLY] = "receive-only",
		[XB_SIGNED_PERMISSIVE] = "permissive",
		[XB_SIGNED_ENFORCE] = "enforce",
	};

	return mode < ARRAY_SIZE(names) ? names[mode] : NULL;
}
