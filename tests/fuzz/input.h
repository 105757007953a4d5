/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the input of a fuzz target piece by piece; after its end everything is 0 or empty. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *bytes;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline uint8_t input_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->bytes++;
}

static inline uint16_t input_word(struct input *input)
{
	uint8_t high = input_byte(input);

	return (uint16_t)(high << 8 | input_byte(input));
}

/* Takes at most length bytes. Returns their address, and their number in *taken. */
static inline const uint8_t *input_bytes(struct input *input, size_t length, size_t *taken)
{
	const uint8_t *bytes = input->bytes;

	*taken = length < input->left ? length : input->left;
	input->bytes += *taken;
	input->left -= *taken;
	return bytes;
}

#endif
