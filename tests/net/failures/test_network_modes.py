# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of the Active with the XDP program in native and in generic mode."""

import pytest

from tests.support.failure import run_row
from tests.support.networks import rows


@pytest.mark.parametrize("row", rows("native", "generic"), ids=str)
def test_network(stage, row):
    run_row(stage, row)
