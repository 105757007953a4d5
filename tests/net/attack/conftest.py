# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster that is attacked, shared by the tests of a file."""

import pytest

from tests.support.attack.scene import Attacked, laboratory


@pytest.fixture(scope="module")
def scene():
    """With two links."""
    with laboratory(links=2) as lab:
        yield Attacked(lab)
