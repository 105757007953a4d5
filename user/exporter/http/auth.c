/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Basic authentication; see auth.h. */
#include "user/exporter/http/auth.h"
#include "user/exporter/http/credentials.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

int auth_reload(struct auth *auth)
{
	_cleanup_free_ char *text = NULL;
	struct users users;
	const char *problem;
	size_t length, line;
	int error = watched_check(&auth->file);

	if (error)
		return error;
	error = file_read(auth->file.path, &text, &length);
	if (error) {
		log_error("cannot read %s: %s", auth->file.path, limits_strerror(-error));
		return error;
	}
	error = users_parse(text, &users, &line, &problem);
	explicit_bzero(text, length);
	if (error) {
		log_error("%s:%zu: %s", auth->file.path, line, problem);
		return error;
	}
	auth->users = users;
	auth->accepted_count = auth->accepted_next = 0;
	return 0;
}

int auth_start(struct auth *auth, const char *path)
{
	*auth = (struct auth){.file = {.path = path}};
	attempts_start(&auth->attempts, clock_now_ns());
	if (!path)
		return 0;
	if (getrandom(auth->key, sizeof(auth->key), 0) != (ssize_t)sizeof(auth->key)) {
		log_error("cannot read random numbers from the kernel: %s", limits_strerror(errno));
		return -EIO;
	}
	watched_changed(&auth->file);
	return auth_reload(auth);
}

static void digest_of(const struct auth *auth, const char *header,
		      unsigned char digest[static AUTH_DIGEST_BYTES])
{
	HMAC(EVP_sha256(), auth->key, sizeof(auth->key), (const unsigned char *)header,
	     strlen(header), digest, NULL);
}

static bool is_remembered(const struct auth *auth, const unsigned char *digest)
{
	bool found = false;

	for (size_t i = 0; i < auth->accepted_count; i++)
		found |= !CRYPTO_memcmp(auth->accepted[i], digest, AUTH_DIGEST_BYTES);
	return found;
}

/* Instead of the oldest. */
static void remember(struct auth *auth, const unsigned char *digest)
{
	memcpy(auth->accepted[auth->accepted_next], digest, AUTH_DIGEST_BYTES);
	auth->accepted_next = (auth->accepted_next + 1) % AUTH_REMEMBERED;
	if (auth->accepted_count < AUTH_REMEMBERED)
		auth->accepted_count++;
}

/* For a name that does not exist, too, so that the time does not show which do. */
static bool is_right(const struct auth *auth, const struct credentials *credentials)
{
	const struct user *user = users_find(&auth->users, credentials->name);
	const char *hash = user ? user->hash : auth->users.list[0].hash;
	struct crypt_data data = {0};
	const char *made = crypt_r(credentials->password, hash, &data);
	bool same =
		made && strlen(made) == strlen(hash) && !CRYPTO_memcmp(made, hash, strlen(hash));

	explicit_bzero(&data, sizeof(data));
	return same && user;
}

static enum auth_result try_password(struct auth *auth, const char *header, const char *address,
				     const unsigned char *digest)
{
	struct credentials credentials;
	bool right;

	if (credentials_parse(header, &credentials))
		return AUTH_WRONG;
	if (!attempts_take(&auth->attempts, address, clock_now_ns())) {
		explicit_bzero(&credentials, sizeof(credentials));
		return AUTH_LIMITED;
	}
	right = is_right(auth, &credentials);
	explicit_bzero(&credentials, sizeof(credentials));
	if (right)
		remember(auth, digest);
	return right ? AUTH_ACCEPTED : AUTH_WRONG;
}

enum auth_result auth_check(struct auth *auth, const char *header, const char *address)
{
	unsigned char digest[AUTH_DIGEST_BYTES];

	if (!auth->file.path)
		return AUTH_ACCEPTED;
	if (watched_changed(&auth->file))
		auth_reload(auth);
	if (!header)
		return AUTH_WRONG;
	digest_of(auth, header, digest);
	return is_remembered(auth, digest) ? AUTH_ACCEPTED
					   : try_password(auth, header, address, digest);
}
