/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * include/xbeat/siphash.h against published results: the worked example of the paper's appendix A,
 * and the 64 vectors of the authors' reference implementation (key 00 01 .. 0f; input n is the n
 * bytes 00 01 .. n-1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <xbeat/siphash.h>
#include <xbeat/wire.h>

static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

static const uint64_t published[64] = {
	0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
	0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
	0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
	0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
	0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
	0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad,
	0xde4daaaca71dc9a5, 0xa6a2506687956571, 0xad87a3535c49ef28, 0x32d892fad841c342,
	0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
	0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
	0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95,
	0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
	0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a,
	0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea, 0x245731c13ca42499,
	0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
	0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
	uint64_t word = 0;

	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)bytes[i] << 8 * i;
	return word;
}

static uint64_t siphash(const uint8_t *bytes, size_t length)
{
	struct xb_siphash hash;
	size_t i = 0;

	xb_siphash_init(&hash, (const __u64 *)key);
	for (; i + 8 <= length; i += 8)
		xb_siphash_word(&hash, little_endian(bytes + i, 8));
	return xb_siphash_finish(&hash, length, little_endian(bytes + i, length - i));
}

/* Appendix A: the 15 bytes 00 .. 0e, and the state before the first compression. */
static void example_of_the_paper(void **state)
{
	uint8_t bytes[15];
	struct xb_siphash hash;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	xb_siphash_init(&hash, (const __u64 *)key);
	assert_int_equal(hash.v0, 0x7469686173716475);
	assert_int_equal(hash.v1, 0x6b617f6d656e6665);
	assert_int_equal(hash.v2, 0x6b7f62616d677361);
	assert_int_equal(hash.v3, 0x7b6b696e727e6c7b);
	xb_siphash_word(&hash, little_endian(bytes, 8));
	assert_int_equal(hash.v0, 0x4a017198de0a59e0);
	assert_int_equal(hash.v1, 0x0d52f6f62a4f59a4);
	assert_int_equal(hash.v2, 0x634cb3577b01fd3d);
	assert_int_equal(hash.v3, 0xa5224d6f55c7d9c8);
	assert_int_equal(siphash(bytes, sizeof(bytes)), 0xa129ca6149be45e5);
}

static void reference_vectors(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t length = 0; length < 64; length++)
		assert_int_equal(siphash(bytes, length), published[length]);
}

/* The heartbeat's tag depends on each bit that it covers. */
static void every_bit_counts(void **state)
{
	uint8_t bytes[XB_TAGGED_BYTES] = {};
	uint64_t hash = siphash(bytes, sizeof(bytes));

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(siphash(bytes, sizeof(bytes)), hash);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_the_paper),
		cmocka_unit_test(reference_vectors),
		cmocka_unit_test(every_bit_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
