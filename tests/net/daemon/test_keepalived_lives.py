# SPDX-License-Identifier: GPL-2.0-or-later
"""A start beside a keepalived: refused while it serves what xbeatd is to serve, and only then."""

import os
import signal

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE = "node-a"
REMEDY = "systemctl disable --now keepalived"


def start_keepalived(lab, *blocks, node=NODE, active=True):
    # Its own VRRP child is what holds the sockets.
    keepalived = Keepalived(lab, node, block("global_defs", "vrrp_garp_master_delay 1"), *blocks).start()
    words = "Entering MASTER STATE" if active else "Entering BACKUP STATE"
    wait_until(lambda: words in keepalived.process.output(), f"keepalived: {words}")
    return keepalived


def refused(lab, *blocks, before=()):
    """Starts xbeatd; returns what it wrote. before: a command that changes what it sees."""
    daemon = Xbeatd(lab, NODE, *blocks)
    process = lab.spawn(NODE, *before, BUILD / "xbeatd", "-f", "-c", daemon.configuration, "-i",
                        daemon.instance)
    assert process.wait() == 1, process.output()
    return process.output()


def test_start_is_refused_while_it_has_an_address(lab):
    keepalived = start_keepalived(lab, instance())
    wait_until(lambda: lab.has_address(NODE, VIP), "it has the address")
    wrote = refused(lab, instance())
    assert f"{VIP} of VI_1 is on eth0" in wrote and REMEDY in wrote, wrote
    # Another VRID makes no difference: it is the address that would be removed.
    assert REMEDY in refused(lab, instance(vrid=60, vips=[f"{VIP}/24"]))
    assert lab.has_address(NODE, VIP), "the live address stays"
    # What it leaves when it is gone is taken over, with a line.
    os.killpg(keepalived.process.pid, signal.SIGKILL)
    keepalived.process.wait()
    wait_until(lambda: "112:" not in lab.run(NODE, "cat", "/proc/net/raw").stdout, "its sockets are gone")
    assert lab.has_address(NODE, VIP)
    daemon = Xbeatd(lab, NODE, instance()).start_active()
    lines = [line for line in daemon.process.output().splitlines() if VIP in line and "killed left it" in line]
    assert len(lines) == 1, daemon.process.output()


def test_start_is_refused_while_it_advertises_the_router(lab):
    """Its address is another one, so it is the VRID that says it."""
    start_keepalived(lab, instance(vips=["10.77.0.190/24"]))
    wrote = refused(lab, instance())
    assert "advertises virtual router 51 of VI_1 on eth0" in wrote and REMEDY in wrote, wrote


def test_start_is_refused_where_its_process_cannot_be_seen(lab):
    """As in a container with the network of the host. Its sockets and its adverts show it."""
    start_keepalived(lab, instance())
    wrote = refused(lab, instance(), before="unshare --pid --fork --mount-proc".split())
    assert "another VRRP daemon advertises virtual router 51 of VI_1 on eth0" in wrote, wrote


def test_other_routers_of_it_do_not_count(lab):
    start_keepalived(lab, instance("VI_2", vrid=70))
    daemon = Xbeatd(lab, NODE, instance()).start_active()
    assert "keepalived (pid" in daemon.process.output(), "it warns"


def test_keepalived_of_another_namespace_does_not_count(lab):
    """The same machine, and the same process table."""
    start_keepalived(lab, instance(priority=200), node="node-b")
    daemon = Xbeatd(lab, NODE, instance()).start()
    daemon.wait_state("backup")
    assert "keepalived" not in daemon.process.output()
