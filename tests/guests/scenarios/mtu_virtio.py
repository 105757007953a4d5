#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# cables: 2
"""The MTU of virtio-net is raised to more than native XDP carries, while a program is attached."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.adapters import use_cables  # noqa: E402 (needs the path above)
from tests.support.configuration import heartbeat, instance  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.xbeatd import Xbeatd, wait_up  # noqa: E402

BIG_MTU = 9000


def set_mtu(lab, node, mtu):
    lab.run(node, "ip", "link", "set", "eth0", "mtu", mtu)


def attachment(router):
    interface, = router.json("status")["interfaces"]
    return interface


def wait_mode(router, mode):
    wait_until(lambda: attachment(router)["mode"] == mode, lambda: f"{mode} mode: {attachment(router)}")


def check_big_packets(lab):
    for source, target in (lab.nodes, reversed(lab.nodes)):
        lab.ping(source, lab.address(target), "-M", "do", "-s", BIG_MTU - 28)


def start(lab, mode):
    routers = [Xbeatd(lab, node, heartbeat(lab, interval="100ms", daemon_timeout="5s",
                                           heartbeat_lines=[f"mode {mode}"]),
                      instance(priority=priority, advert_int="0.2", heartbeat="lan")).start()
               for node, priority in zip(lab.nodes, (150, 100))]
    wait_up(*routers)
    routers[0].wait_state("active")
    routers[1].wait_state("backup")
    for router in routers:
        wait_mode(router, "native")
    return routers


def stop(lab, routers):
    """Neither the daemon nor its program keeps large packets back afterwards."""
    for router in routers:
        assert router.stop() == 0
        assert not lab.has_program(router.node)
    check_big_packets(lab)
    for node in lab.nodes:
        set_mtu(lab, node, 1500)


def check_automatic(lab):
    routers = start(lab, "auto")
    before = [router.vrrp()["transitions"] for router in routers]
    for node in lab.nodes:
        set_mtu(lab, node, BIG_MTU)
    for router in routers:
        wait_mode(router, "generic")
        assert "MTU" in attachment(router)["mode_reason"]
    check_big_packets(lab)
    assert before == [router.vrrp()["transitions"] for router in routers]
    set_mtu(lab, "node-b", 1500)  # the Backup, which holds no address
    wait_mode(routers[1], "native")
    set_mtu(lab, "node-b", BIG_MTU)
    wait_mode(routers[1], "generic")
    stop(lab, routers)


def check_native(lab):
    """It only warns."""
    routers = start(lab, "native")
    for router in routers:
        set_mtu(lab, router.node, BIG_MTU)
        wait_until(lambda router=router: "MTU" in attachment(router).get("mode_reason", ""), "it warns")
        assert attachment(router)["mode"] == "native"
    stop(lab, routers)


with Laboratory("guest", nodes=2) as lab:
    use_cables(lab)
    for end in "br0", "node-a.0", "node-b.0":
        lab.run("switch", "ip", "link", "set", end, "mtu", BIG_MTU)
    check_automatic(lab)
    check_native(lab)
