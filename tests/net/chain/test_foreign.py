# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface that runs the program of something else: it is named, with how it is attached, and
no advice throws it out."""

import pytest

from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.programs import attach, attach_link, loaded
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2, ends="program")


@pytest.fixture
def programs():
    with loaded() as pins:
        yield pins


def refusal(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start()
    wait_until(lambda: daemon.json("status")["waiting_interfaces"], "it waits")
    waiting, = daemon.json("status")["waiting_interfaces"]
    reason = waiting["reason"]
    assert " off" not in reason and "link detach" not in reason and "unload -a" not in reason, reason
    assert len(reason) < 255, "it is cut"
    return reason


def test_by_netlink(lab, programs):
    attach(lab, "node-a", programs["no_ping"])
    reason = refusal(lab)
    assert '"no_ping"' in reason and "xbeatctl chain add" in reason and "BPF link" not in reason, reason


def test_by_a_bpf_link(lab, programs):
    attach_link(lab, "node-a", programs["no_ping"])
    reason = refusal(lab)
    assert '"no_ping"' in reason and "by BPF link " in reason, reason


def test_dispatcher_of_libxdp(lab, programs):
    attach(lab, "node-a", programs["xdp_dispatcher"])
    reason = refusal(lab)
    assert "libxdp" in reason and "xdp-loader status eth0" in reason, reason


def test_another_xbeatd(lab):
    first = Xbeatd(lab, "node-a", instance()).start_active()
    other = Xbeatd(lab, "node-a", instance(name="VI_9", vrid=99))
    other.instance += "-2"
    other.socket = other.socket.with_name(f"{other.instance}.sock")
    other.start()
    waiting, = other.json("status")["waiting_interfaces"]
    assert "belongs to another xbeatd" in waiting["reason"], waiting
    assert first.state() == "active"
