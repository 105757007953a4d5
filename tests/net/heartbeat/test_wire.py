# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests' own SipHash against the published vectors: the reference must be right."""

import pytest

from tests.support import wire

# Aumasson and Bernstein, appendix A, and the first of their reference vectors: messages 00 01 02 …
KEY = bytes(range(16))


@pytest.mark.parametrize("length,expected", [
    (0, 0x726FDB47DD0E0E31), (1, 0x74F839C593DC67FD), (8, 0x93F5F5799A932462),
    (15, 0xA129CA6149BE45E5),
])
def test_siphash(length, expected):
    assert wire.siphash(KEY, bytes(range(length))) == expected
