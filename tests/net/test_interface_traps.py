# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done to an interface under a running daemon: nobody becomes deaf, and no address stays behind."""

import time

import pytest

from tests.support.cluster import VIP
from tests.support.laboratory import BUILD, wait_until
from tests.support.plain import Plain, plain_instance

pytestmark = pytest.mark.laboratory(nodes=2)


def test_without_program_nothing_is_taken(lab):
    """Who cannot hear adverts stays out of it, also when the interface goes and comes."""
    active = Plain(lab, "node-a", plain_instance(priority=150)).start().daemon
    active.wait_state("active")
    for words in (["off"], ["obj", BUILD / "tools" / "lab_pass.bpf.o", "sec", "xdp"]):
        lab.run("node-b", "ip", "link", "set", "eth0", "xdpgeneric", *words)
    backup = Plain(lab, "node-b", plain_instance()).start()
    daemon = backup.daemon
    daemon.wait_state("initialize")
    for state in ("down", "up"):
        lab.run("node-b", "ip", "link", "set", "eth0", state)
        wait_until(lambda: daemon.vrrp()["obstacles"], 1, "a reason")
    time.sleep(0.6)  # more than Active_Down_Interval
    assert daemon.state() == "initialize"
    assert "XDP program" in daemon.vrrp()["obstacles"][0]["text"]
    lab.run("node-b", "ip", "link", "set", "eth0", "xdpgeneric", "off")
    daemon.ctl("reload")
    daemon.wait_state("backup")
