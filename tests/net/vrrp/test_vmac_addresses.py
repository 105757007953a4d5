# SPDX-License-Identifier: GPL-2.0-or-later
"""use_vmac_addr in a running daemon: the virtual MAC of an address on another interface than its
instance's. tests/interop/test_virtual_macs.py compares which interfaces there are."""

import signal
import time

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2, links=2)
NODE, OTHER = "node-a", "node-b"
MAC, MAC6, VIRTUAL_MACS = "00:00:5e:00:01:33", "00:00:5e:00:02:33", "00:00:5e:00"
ELSEWHERE, ELSEWHERE6 = "10.77.1.100", "fd77:1::100"
DEVICE, DEVICE6 = "vrrp.51", "vrrp6.51"
SILENCE_SECONDS = 1.2  # reports of groups are repeated within a second


def configuration(priority=200, use_vmac_addr=True, **keys):
    return instance("VI_1", block("virtual_ipaddress_excluded", f"{ELSEWHERE6}/64 dev eth1"),
                    vips=[f"{VIP}/24", f"{ELSEWHERE}/24 dev eth1"], priority=priority,
                    use_vmac_addr=use_vmac_addr, **keys)


@pytest.fixture
def router(lab):
    return Xbeatd(lab, NODE, configuration()).start_active()


def neighbour_mac(lab, address):
    lab.run("client", "ip", "neighbour", "flush", "to", address)
    lab.ping("client", address)
    return lab.run("client", "ip", "neighbour", "show", "to", address).stdout


def test_clients_use_the_virtual_mac(lab, router):
    assert lab.mac(NODE) in neighbour_mac(lab, VIP)
    assert MAC in neighbour_mac(lab, ELSEWHERE) and MAC6 in neighbour_mac(lab, ELSEWHERE6)
    assert router.addresses(DEVICE) == [ELSEWHERE]
    assert router.addresses(DEVICE6) == [ELSEWHERE6]
    assert lab.has_program(NODE, "eth1")
    assert not router.vrrp().get("virtual_mac_interface")
    assert router.stop() == 0
    assert not router.has_link(DEVICE) and not router.has_link(DEVICE6)


def test_reloads_add_and_remove_it(lab, router):
    router.reload(configuration(use_vmac_addr=None))
    router.wait_state("active")
    assert not router.has_link(DEVICE) and not router.has_link(DEVICE6)
    assert lab.mac(NODE, "eth1") in neighbour_mac(lab, ELSEWHERE)
    router.reload(configuration())
    router.wait_state("active")
    assert MAC in neighbour_mac(lab, ELSEWHERE)


def test_killed_daemons_interface_is_taken_over(lab, router):
    before = [router.link(name)["ifindex"] for name in (DEVICE, DEVICE6)]
    router.kill()
    router.start_active()
    assert [router.link(name)["ifindex"] for name in (DEVICE, DEVICE6)] == before
    assert MAC in neighbour_mac(lab, ELSEWHERE)


def test_deleted_interface_is_made_again(lab, router):
    router.ip("link", "delete", DEVICE)
    wait_until(lambda: router.has_link(DEVICE), "created again")
    router.wait_address(ELSEWHERE, DEVICE)
    assert MAC in neighbour_mac(lab, ELSEWHERE)


def test_interface_below_that_returns(lab, router):
    """The instance is in FAULT meanwhile: it tracks the interfaces of its addresses."""
    router.ip("link", "set", "eth1", "down")
    router.wait_state("initialize")
    router.ip("link", "set", "eth1", "up")
    router.wait_state("active")
    assert MAC in neighbour_mac(lab, ELSEWHERE)


def test_backup_is_silent(lab, router):
    with Watch(lab, OTHER, link=1) as watch:
        backup = Xbeatd(lab, OTHER, configuration(priority=100)).start()
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0
        router.ctl("drain", "--force")
        backup.wait_state("active")
        wait_until(lambda: MAC in neighbour_mac(lab, ELSEWHERE), "the other one answers")
        router.ctl("resume")
        backup.wait_state("backup")
        watch.forget()
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0
    assert MAC in neighbour_mac(lab, ELSEWHERE)


def test_stalled_active_is_fenced_there(lab, router):
    """Packets to the virtual MAC arrive at the interface below it."""
    router.reload(configuration(guard_timeout="300ms"))
    router.wait_state("active")
    assert MAC in neighbour_mac(lab, ELSEWHERE)
    router.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: lab.run("client", "ping", "-c", "1", "-W", "1", ELSEWHERE,
                               check=False).returncode, "it answers no more")
    router.process.send_signal(signal.SIGCONT)
