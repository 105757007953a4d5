# SPDX-License-Identifier: GPL-2.0-or-later
"""A keepalived is killed as the Active: its virtual MAC interface and address are taken over."""

import os
import pathlib
import signal

import pytest

from tests.support.configuration import VIP, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE, LINK = "node-a", "vrrp.51"
VIP6 = "fd77::100"


def children(pid):
    return [int(word) for word in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(keepalived):
    """All of its processes at once."""
    pid = keepalived.process.pid
    for each in (pid, *children(pid)):
        os.kill(each, signal.SIGKILL)
    keepalived.process.wait()


@pytest.mark.parametrize("vips, mac", [([f"{VIP}/24"], "00:00:5e:00:01:33"),
                                       (["fe80::100/64", f"{VIP6}/64"], "00:00:5e:00:02:33")])
def test_interface_and_address_are_taken_over(lab, vips, mac):
    config = instance(use_vmac=True, vips=vips)
    vip = vips[-1].split("/")[0]
    keepalived = Keepalived(lab, NODE, config).start()
    lab.wait_holders(vip, [NODE])
    kill(keepalived)
    daemon = Xbeatd(lab, NODE, config)
    before = daemon.link(LINK)["ifindex"]
    daemon.start_active()
    assert (daemon.link(LINK)["ifindex"], daemon.link(LINK)["address"]) == (before, mac)
    assert vip in daemon.addresses(LINK)
    lab.ping("client", vip)
    assert lab.neighbours("client")[vip] == mac
    said = [line for line in daemon.process.output().splitlines() if LINK in line]
    assert len(said) == 1 and "took over" in said[0], said
    assert daemon.stop() == 0
    wait_until(lambda: not daemon.has_link(LINK), "it is removed")
