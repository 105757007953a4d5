# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of the Active where the far end of its veth has no XDP program, but may have GRO."""

import pytest

from tests.support.failure import run_row
from tests.support.networks import rows


@pytest.mark.parametrize("row", rows("plain", "gro"), ids=str)
def test_network(stage, row):
    run_row(stage, row)
