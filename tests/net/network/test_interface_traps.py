# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes to an interface under a running daemon: every daemon still receives, and no address
remains."""

import time

import pytest

from tests.support.configuration import VIP, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)


def test_without_program_nothing_is_taken(lab):
    """A node that cannot hear adverts is not eligible, also when the interface goes and comes."""
    active = Xbeatd(lab, "node-a", instance(priority=150)).start()
    active.wait_state("active")
    for words in (["off"], ["obj", BUILD / "tools" / "lab_pass.bpf.o", "program", "lab_pass"]):
        lab.run("node-b", "ip", "link", "set", "eth0", "xdpgeneric", *words)
    daemon = Xbeatd(lab, "node-b", instance()).start()
    daemon.wait_state("initialize")
    for state in ("down", "up"):
        lab.run("node-b", "ip", "link", "set", "eth0", state)
        wait_until(lambda: daemon.vrrp()["obstacles"], "a reason")
    time.sleep(0.6)  # more than Active_Down_Interval
    assert daemon.state() == "initialize"
    assert "XDP program" in daemon.vrrp()["obstacles"][0]["text"]
    lab.run("node-b", "ip", "link", "set", "eth0", "xdpgeneric", "off")
    daemon.ctl("reload")
    daemon.wait_state("backup")


def test_virtual_mac_that_is_deleted_comes_back_as_it_was(lab):
    """IPv6 is off on a Backup's interface; one that is created again for an Active is set up for an
    Active. Every advert leaves, also the first: before the interface has an address, the kernel
    sends none."""
    daemon = Xbeatd(lab, "node-a", instance(use_vmac=True, vips=["fe80::61/64", "fd77::100/64"])).start()
    daemon.wait_state("active")
    device = daemon.vrrp()["virtual_mac_interface"]
    wait_until(lambda: lab.has_address("node-a", "fd77::100"), "the address")
    lab.run("node-a", "ip", "link", "delete", device)
    wait_until(lambda: lab.has_address("node-a", "fd77::100"), "the address is back")
    assert lab.has_address("node-a", "fe80::61")
    assert "was not sent" not in daemon.process.output()


def test_renamed_interface_keeps_no_address(lab):
    """The configuration goes by name: under another name the interface is not ours, and has no
    VIP."""
    active = Xbeatd(lab, "node-a", instance()).start()
    active.wait_state("active")
    lab.run("node-a", "ip", "link", "set", "eth0", "name", "lan0")
    active.wait_state("initialize")
    assert not lab.has_address("node-a", VIP)
    lab.run("node-a", "ip", "link", "set", "lan0", "name", "eth0")
    active.wait_state("active")
    assert lab.has_address("node-a", VIP)


def test_address_may_come_after_the_start(lab):
    """As at boot, with DHCP or during duplicate address detection of IPv6."""
    lab.run("node-a", "ip", "address", "flush", "dev", "eth0")
    daemon = Xbeatd(lab, "node-a", instance()).start()
    assert daemon.state() == "initialize"
    assert "no IPv4 address" in daemon.vrrp()["obstacles"][0]["text"]
    lab.run("node-a", "ip", "address", "add", f"{lab.address('node-a')}/24", "dev", "eth0")
    daemon.wait_state("active")
