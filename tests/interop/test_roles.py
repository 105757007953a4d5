# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd on node-a and keepalived on node-b share virtual routers of every kind, in both roles at once:
versions, families, multicast and unicast, password, virtual MAC. All of them go through one exercise together;
each test looks at one kind in one role. VRIDs repeat: in both families, and on both interfaces.
"""

import ipaddress
import time

import pytest

from tests.support.laboratory import Laboratory
from tests.support.routers import held, instance, link_local_of, start
from tests.support.watch import Watch

NODES = {"xbeatd": "node-a", "keepalived": "node-b"}
SECOND = {"version": 2, "advert_int": 1}
UNICAST = {4: lambda lab, node: lab.address(node), 6: link_local_of}
# Kind: family, keys of the instance, whether it is unicast.
KINDS = {
    "version_2": (4, SECOND, False),
    "version_2_password": (4, {**SECOND, "authentication": ["auth_type PASS", "auth_pass 12345678xyz"]},
                           False),
    "version_2_unicast": (4, SECOND, True),
    "version_3": (4, {}, False),
    "version_3_unicast": (4, {}, True),
    "version_3_other_interface": (4, {"interface": "eth1", "virtual_router_id": 10}, False),
    "virtual_mac": (4, {"use_vmac": True}, False),
    "virtual_mac_from_base": (4, {"use_vmac": True, "vmac_xmit_base": True}, False),
    "ipv6": (6, {}, False),
    "ipv6_unicast": (6, {}, True),
    "ipv6_virtual_mac": (6, {"use_vmac": True}, False),
}
ROUTERS = [(kind, active) for kind in KINDS for active in NODES]
every_router = pytest.mark.parametrize("router", ROUTERS, ids=lambda router: f"{router[0]}-{router[1]}")


def number(router):
    """Its VRID unless the kind says another; both families count from 10."""
    same_family = [other for other in ROUTERS if KINDS[other[0]][0] == KINDS[router[0]][0]]
    return 10 + same_family.index(router)


def vips(router):
    family, keys, _ = KINDS[router[0]]
    link = keys.get("interface", "eth0")[3:]
    if family == 4:
        return [f"10.77.{link}.{100 + number(router)}"]
    return [f"fe80::77:{number(router)}", f"fd77::1:{number(router)}"]


def vrid(router):
    keys = KINDS[router[0]][1]
    return keys.get("virtual_router_id", 9) + (router[1] == "keepalived") \
        if "virtual_router_id" in keys else number(router)


def unicast(lab, family, node):
    other = next(name for name in lab.nodes if name != node)
    return {"unicast_src_ip": UNICAST[family](lab, node),
            "unicast_peer": [f"{UNICAST[family](lab, other)} min_ttl 255 max_ttl 255"]}


def configuration(lab, program):
    text = ""
    for router in ROUTERS:
        family, keys, is_unicast = KINDS[router[0]]
        keys = {**keys, "virtual_router_id": vrid(router),
                "priority": 150 if router[1] == program else 100,
                **(unicast(lab, family, NODES[program]) if is_unicast else {})}
        text += instance("_".join(router), vips(router), **keys)
    return text


class Exercise:
    """What happened in each step: after how many seconds each virtual router was where it belongs."""

    def __init__(self, lab):
        self.lab = lab
        self.steps = {}
        self.watches = [Watch(lab, "client", link) for link in range(lab.links)]
        self.begun_ns = {}

    def step(self, name, expected, seconds=8):
        """expected: of a router, the set of nodes that must have it; None: not looked at."""
        begin, reached = time.monotonic(), {}
        self.begun_ns[name] = time.time_ns()
        while len(reached) < len(ROUTERS) and time.monotonic() - begin < seconds:
            addresses = {node: held(self.lab, node) for node in self.lab.nodes}
            for router in ROUTERS:
                holders = {node for node in self.lab.nodes if set(vips(router)) <= addresses[node]}
                if holders == expected(router):
                    reached.setdefault(router, time.monotonic() - begin)
                else:
                    reached.pop(router, None)
        self.steps[name] = reached

    def run(self):
        xbeatd = start(self.lab, "node-a", "xbeatd", configuration(self.lab, "xbeatd"))
        keepalived = start(self.lab, "node-b", "keepalived", configuration(self.lab, "keepalived"))
        self.step("start", lambda router: {NODES[router[1]]})
        self.drops = xbeatd.json("drops")
        self.vrrp = {entry["name"]: entry for entry in xbeatd.json("vrrp")}
        self.lab.cut("node-b")
        self.step("keepalived is cut off", lambda router: {"node-a", "node-b"})
        self.lab.heal("node-b")
        self.step("heal", lambda router: {NODES[router[1]]})
        xbeatd.stop()
        self.step("xbeatd stops", lambda router: {"node-b"})
        xbeatd.start()
        self.step("xbeatd starts", lambda router: {NODES[router[1]]})
        keepalived.stop()
        self.step("keepalived stops", lambda router: {"node-a"})


@pytest.fixture(scope="module")
def exercise():
    with Laboratory("xtroles", nodes=2, links=2) as lab:
        done = Exercise(lab)
        done.run()
        yield done
