// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/certificates.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

struct certificates {
	X509_STORE *authorities;
	X509 *own; /* NULL: none */
	STACK_OF(X509) * chain; /* that follow in its text */
	EVP_PKEY *key;
	const char *authorities_error, *error;
};

static BIO *text_open(const char *text)
{
	return BIO_new_mem_buf(text, -1);
}

/* Returns how many there are in the text. */
static int read_authorities(X509_STORE *store, const char *text)
{
	BIO *input = text_open(text);
	X509 *certificate;
	int count = 0;

	while (input && (certificate = PEM_read_bio_X509(input, NULL, NULL, NULL))) {
		count += X509_STORE_add_cert(store, certificate);
		X509_free(certificate);
	}
	BIO_free(input);
	ERR_clear_error(); /* the end of the text is one */
	return count;
}

static void set_authorities(struct certificates *certificates, const char *text)
{
	/* A certificate of SSL { ca } is trusted as it is, be it a root or not. */
	X509_STORE_set_flags(certificates->authorities,
			     X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	if (!text)
		X509_STORE_set_default_paths(certificates->authorities);
	else if (!read_authorities(certificates->authorities, text))
		certificates->authorities_error = "SSL: ca cannot be read, or has no certificate";
}

static void read_own(struct certificates *certificates, const char *text)
{
	BIO *input = text_open(text);
	X509 *next;

	if (input)
		certificates->own = PEM_read_bio_X509(input, NULL, NULL, NULL);
	while (certificates->own && (next = PEM_read_bio_X509(input, NULL, NULL, NULL)))
		if (!sk_X509_push(certificates->chain, next))
			X509_free(next);
	BIO_free(input);
	ERR_clear_error();
	if (!certificates->own)
		certificates->error = "SSL: certificate cannot be read, or is not PEM";
}

/* Instead of OpenSSL's own, which asks at a terminal. */
static int give_password(char *out, int room, int writing, void *password)
{
	size_t length;

	(void)writing;
	if (!password)
		return 0;
	length = strlen(password);
	if (length > (size_t)room)
		return -1;
	memcpy(out, password, length);
	return (int)length;
}

static void read_key(struct certificates *certificates, const char *text, char *password)
{
	BIO *input = text_open(text);

	if (input)
		certificates->key = PEM_read_bio_PrivateKey(input, NULL, give_password, password);
	BIO_free(input);
	ERR_clear_error();
	if (!certificates->key)
		certificates->error =
			"SSL: key cannot be read, is not PEM, or has another password";
}

struct certificates *certificates_new(const struct checker_tls *tls)
{
	struct certificates *certificates = calloc(1, sizeof(*certificates));

	if (!certificates)
		return NULL;
	certificates->authorities = X509_STORE_new();
	certificates->chain = sk_X509_new_null();
	if (!certificates->authorities || !certificates->chain) {
		certificates_free(certificates);
		return NULL;
	}
	set_authorities(certificates, tls->ca);
	if (tls->certificate)
		read_own(certificates, tls->certificate);
	/* keepalived: the key may be in the file of the certificate */
	if (tls->key || tls->certificate)
		read_key(certificates, tls->key ? tls->key : tls->certificate, tls->password);
	return certificates;
}

static const char *set_own(const struct certificates *certificates, SSL_CTX *context)
{
	if (!certificates->own)
		return NULL;
	if (SSL_CTX_use_certificate(context, certificates->own) == 1 &&
	    SSL_CTX_use_PrivateKey(context, certificates->key) == 1 &&
	    SSL_CTX_set1_chain(context, certificates->chain) == 1)
		return NULL;
	ERR_clear_error();
	return "SSL: key is not that of the certificate";
}

const char *certificates_set(const struct certificates *certificates, bool verify, SSL_CTX *context)
{
	if (!certificates)
		return "out of memory";
	if (certificates->error)
		return certificates->error;
	if (verify && certificates->authorities_error)
		return certificates->authorities_error;
	SSL_CTX_set1_cert_store(context, certificates->authorities);
	return set_own(certificates, context);
}

void certificates_free(struct certificates *certificates)
{
	if (!certificates)
		return;
	X509_STORE_free(certificates->authorities);
	X509_free(certificates->own);
	sk_X509_pop_free(certificates->chain, X509_free);
	EVP_PKEY_free(certificates->key);
	free(certificates);
}
