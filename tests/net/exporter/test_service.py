# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd learns that the exporter is ready when it listens, and not before."""

import pytest

from tests.support.exporter import Exporter
from tests.support.service_manager import ServiceManager

pytestmark = pytest.mark.laboratory(nodes=1)


def test_ready_when_it_listens(lab):
    with ServiceManager(lab.path("notify")) as manager:
        process = lab.spawn("node-a", *manager.environment(), *Exporter.argv(lab, "node-a"))
        message = manager.wait_for_variable("READY", "1")
        assert message["MAINPID"] == str(process.pid)
        exporter = Exporter(lab, "node-a", process=process)
        assert exporter.get("/healthz")[0] == 200
        exporter.stop()
        manager.wait_for_variable("STOPPING", "1")


def test_not_ready_when_it_cannot_start(lab):
    with ServiceManager(lab.path("notify")) as manager:
        process = lab.spawn("node-a", *manager.environment(), *Exporter.argv(lab, "node-a", "--users", "/nonexistent"))
        assert process.wait() == 1
        manager.read_waiting()
        assert not manager.messages
