# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is told of rivals is told at the rate of one rival, whatever a flood of their adverts comes at."""

import os
import sys

import pytest

from tests.net import test_flood
from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)


def test_flood_of_lower_adverts_is_told_of_once_an_interval(lab):
    fifo = lab.path("fifo")
    daemon = Xbeatd(lab, "node-a", block("global_defs", f"vrrp_notify_fifo {fifo}"),
                    instance(priority=200)).start()
    daemon.wait_state("active")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    lab.run("node-b", sys.executable, test_flood.__file__, "20000", "1", "90")
    wait_until(lambda: daemon.json("drops") is not None, 1, "the daemon answers")
    lines = os.read(reader, 1 << 20).decode().splitlines()
    os.close(reader)
    told = [line for line in lines if "MASTER_RX_LOWER_PRI" in line]
    assert 2 <= len(told) <= 12, len(told)  # 0.1 s
