# SPDX-License-Identifier: GPL-2.0-or-later
"""garp_group and garp_extra_if: what keepalived announces, and then what xbeatd announces on the same
node with the same configuration."""

import contextlib

import pytest

from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1, links=2)
NODE = "node-a"
GAP_SECONDS = 0.2
REPEATED_SECONDS = 1.5
ON_ETH0, ON_ETH1 = ("10.77.0.100", "10.77.0.101"), ("10.77.1.100", "10.77.1.101")
NO_MORE = {"garp_master_delay": 0, "garp_master_repeat": 2}


def owner(name, vips, *lines, **keys):
    return instance(name, *lines, vips=vips, **{"state": "MASTER", "priority": 255, **NO_MORE, **keys})


@contextlib.contextmanager
def watched(lab):
    with Watch(lab, "client") as first, Watch(lab, "client", link=1) as second:
        yield first, second


@pytest.fixture(params=[Keepalived, Xbeatd], ids=["keepalived", "xbeatd"])
def program(request):
    return request.param


@pytest.mark.parametrize("use_vmac", [None, True], ids=["own MAC", "virtual MAC"])
def test_least_time_in_a_group(lab, program, use_vmac):
    """Over all its interfaces, and those with virtual MACs on them; the other family does not wait."""
    text = block("garp_group", block("interfaces", "eth0", "eth1"), f"garp_interval {GAP_SECONDS}")
    text += owner("A", [f"{ON_ETH0[0]}/24", f"{ON_ETH1[0]}/24 dev eth1"],
                  block("virtual_ipaddress_excluded", "fd77::100/64"), use_vmac=use_vmac)
    text += owner("B", [f"{ON_ETH1[1]}/24", f"{ON_ETH0[1]}/24 dev eth0"], vrid=52, interface="eth1",
                  use_vmac=use_vmac)
    with watched(lab) as watches:
        daemon = program(lab, NODE, text).start()
        seen = []

        def all_seen():
            seen[:] = sorted((claim for watch in watches for claim in watch.claims()
                              if claim.address in ON_ETH0 + ON_ETH1), key=lambda claim: claim.time_ns)
            return {claim.address for claim in seen} == set(ON_ETH0 + ON_ETH1)
        wait_until(all_seen, lambda: f"each address is announced: {seen}")
        # A frame may be seen late, but not early: a short gap follows a long one.
        gaps = len(seen) - 1
        assert (seen[-1].time_ns - seen[0].time_ns) / 1e9 > gaps * GAP_SECONDS - 0.1
        assert watches[0].claims(address="fd77::100")[-1].time_ns < seen[-1].time_ns
        daemon.stop()


def extra(lab, program, text):
    """The announcements that are repeated each second: link, address and MAC of each."""
    def spans():
        times = {}
        for link, watch in enumerate(watches):
            for claim in watch.claims():
                times.setdefault((link, claim.address, claim.claimed_mac), []).append(claim.time_ns)
        return {key: (max(entries) - min(entries)) / 1e9 for key, entries in times.items()}
    with watched(lab) as watches:
        daemon = program(lab, NODE, text).start()
        wait_until(lambda: max(spans().values(), default=0) > REPEATED_SECONDS + 0.9,
                   lambda: f"an announcement is repeated: {spans()}")
        daemon.stop()
        return {key for key, seconds in spans().items() if seconds > REPEATED_SECONDS}


@pytest.mark.parametrize("line,keys", [
    ("garp_extra_if 1", {}),
    ("garp_extra_if 1", {"vmac_xmit_base": True}),
    ("garp_extra_if all 1", {}),
    ("vmac_garp_intvl 1 all", {"use_vmac": None}),
], ids=lambda value: str(value))
def test_interfaces_without_adverts(lab, line, keys):
    text = owner("A", [f"{ON_ETH0[0]}/24", f"{ON_ETH0[1]}/24", f"{ON_ETH1[0]}/24 dev eth1 use_vmac",
                       f"{ON_ETH1[1]}/24 dev eth1"], line,
                 block("virtual_ipaddress_excluded", "fd77::100/64 dev eth1", "fd77::101/64 dev eth1"),
                 **{"use_vmac": True, **keys})
    theirs = extra(lab, Keepalived, text)
    assert theirs
    assert extra(lab, Xbeatd, text) == theirs


def test_of_all_instances(lab):
    """vrrp_garp_extra_if; an instance's own 0 means none."""
    text = block("global_defs", "vrrp_garp_extra_if all 1")
    text += owner("A", [f"{ON_ETH0[0]}/24", f"{ON_ETH1[0]}/24 dev eth1"])
    text += owner("B", [f"{ON_ETH0[1]}/24", f"{ON_ETH1[1]}/24 dev eth1"], "garp_extra_if 0", vrid=52)
    theirs = extra(lab, Keepalived, text)
    assert {address for _, address, _ in theirs} == {ON_ETH1[0]}
    assert extra(lab, Xbeatd, text) == theirs
