# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of the Active in a container, where interfaces come and go, and where VLAN tags are removed
before the XDP program runs."""

import pytest

from tests.support.failure import run_row
from tests.support.networks import rows


@pytest.mark.parametrize("row", rows("container", "busy", "VLAN tags removed"), ids=str)
def test_network(stage, row):
    run_row(stage, row)
