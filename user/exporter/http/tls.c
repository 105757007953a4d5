/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS by OpenSSL and libevent; see tls.h. */
#include "user/exporter/http/tls.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>

/* OpenSSL would ask on the terminal, and wait. The type is OpenSSL's.
 * NOLINTNEXTLINE(readability-non-const-parameter) */
static int refuse_passphrase(char *text, int bytes, int for_writing, void *context)
{
	(void)text;
	(void)bytes;
	(void)for_writing;
	(void)context;
	return -1;
}

/* Returns success. */
static bool load(SSL_CTX *context, const struct tls *tls)
{
	const char *path = tls->certificate.path, *wanted = "a PEM certificate, with its chain";
	char text[256];
	const char *reason;

	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, path) == 1) {
		path = tls->key.path;
		wanted = "the PEM private key of the certificate, without a passphrase";
		if (SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) == 1 &&
		    SSL_CTX_check_private_key(context) == 1)
			return true;
	}
	ERR_error_string_n(ERR_peek_error(), text, sizeof(text));
	reason = ERR_reason_error_string(ERR_peek_error());
	log_error("cannot use %s: %s; it must be %s", path, reason ? reason : text, wanted);
	return false;
}

int tls_reload(struct tls *tls)
{
	SSL_CTX *context;

	if (watched_check(&tls->certificate) || watched_check(&tls->key))
		return -EINVAL;
	context = SSL_CTX_new(TLS_server_method());
	if (!context) {
		log_error("cannot start TLS: %s", limits_strerror(ENOMEM));
		return -ENOMEM;
	}
	if (!load(context, tls)) {
		SSL_CTX_free(context);
		return -EINVAL;
	}
	SSL_CTX_free(tls->context); /* connections hold it as long as they need it */
	tls->context = context;
	return 0;
}

int tls_start(struct tls *tls, const char *certificate, const char *key)
{
	*tls = (struct tls){.certificate = {.path = certificate}, .key = {.path = key}};
	if (!certificate)
		return 0;
	watched_changed(&tls->certificate);
	watched_changed(&tls->key);
	return tls_reload(tls);
}

void tls_stop(struct tls *tls)
{
	SSL_CTX_free(tls->context);
	tls->context = NULL;
}

struct bufferevent *tls_stream(struct tls *tls, struct event_base *base)
{
	struct bufferevent *stream;
	SSL *session;
	bool changed;

	if (!tls->context)
		return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	changed = watched_changed(&tls->certificate);
	changed |= watched_changed(&tls->key);
	if (changed)
		tls_reload(tls);
	session = SSL_new(tls->context);
	if (!session)
		return NULL;
	stream = bufferevent_openssl_socket_new(base, -1, session, BUFFEREVENT_SSL_ACCEPTING,
						BEV_OPT_CLOSE_ON_FREE);
	if (stream)
		bufferevent_openssl_set_allow_dirty_shutdown(stream, true);
	else
		SSL_free(session);
	return stream;
}
