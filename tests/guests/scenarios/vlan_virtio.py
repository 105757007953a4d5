#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# cables: 2
"""A trunk over virtio-net, which leaves tags in the packet."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.adapters import use_cables  # noqa: E402 (needs the path above)
from tests.guests.vlan import check_trunk  # noqa: E402
from tests.support.laboratory import Laboratory  # noqa: E402

with Laboratory("guest", nodes=2) as lab:
    use_cables(lab)
    check_trunk(lab, "visible")
