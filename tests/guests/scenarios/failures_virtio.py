#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# cables: 3
"""Failures of the Active on virtio-net, with its driver's native XDP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.adapters import use_cables  # noqa: E402 (needs the path above)
from tests.guests.failures import guest_setting, play_rows  # noqa: E402
from tests.support.networks import answers_by, failures  # noqa: E402

SETTING = guest_setting(prepare=lambda scene: use_cables(scene.lab), accompany=answers_by("native"))

play_rows(failures("virtio-net", SETTING))
