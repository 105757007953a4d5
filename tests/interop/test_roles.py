# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd on node-a and keepalived on node-b share virtual routers of every kind, in both roles at
once: versions, families, multicast and unicast, password, virtual MAC. All of them go through one
exercise together; each test checks one kind in one role. VRIDs repeat in both families and on both
interfaces."""

import contextlib
import ipaddress
import os

import pytest

from tests.support.configuration import instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import Laboratory, wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

NODES = {"xbeatd": "node-a", "keepalived": "node-b"}
SECOND = {"version": 2, "advert_int": 1}
# Kind: family, keys of the instance, whether it is unicast.
KINDS = {
    "version_2": (4, SECOND, False),
    "version_2_password": (4, {**SECOND, "authentication": ["auth_type PASS", "auth_pass 12345678xyz"]},
                           False),
    "version_2_unicast": (4, SECOND, True),
    "version_3": (4, {}, False),
    "version_3_unicast": (4, {}, True),
    "version_3_other_interface": (4, {"interface": "eth1"}, False),
    "virtual_mac": (4, {"use_vmac": True}, False),
    "virtual_mac_from_base": (4, {"use_vmac": True, "vmac_xmit_base": True}, False),
    "ipv6": (6, {}, False),
    # keepalived accepts an address that is not link-local; here it is the node's own.
    "ipv6_routable_source": (6, {"mcast_src_ip": True}, False),
    "ipv6_unicast": (6, {}, True),
    "ipv6_virtual_mac": (6, {"use_vmac": True}, False),
}
ROUTERS = [(kind, active) for kind in KINDS for active in NODES]
STEPS = ["start", "cut", "heal", "xbeatd stops", "xbeatd starts", "keepalived stops"]
every_router = pytest.mark.parametrize("router", ROUTERS, ids=lambda router: f"{router[0]}-{router[1]}")


def vrid(router):
    """Both families, and both interfaces, count from 10."""
    same = [other for other in ROUTERS if link_and_family(other) == link_and_family(router)]
    return 10 + same.index(router)


def link_and_family(router):
    family, keys, _ = KINDS[router[0]]
    return int(keys.get("interface", "eth0")[3:]), family


def vips(router):
    link, family = link_and_family(router)
    if family == 4:
        return [f"10.77.{link}.{100 + vrid(router)}"]
    return [f"fe80::77:{vrid(router)}", f"fd77::1:{vrid(router)}"]


def virtual_mac(router):
    """None: the routers' own settings."""
    _, family = link_and_family(router)
    mac = f"00:00:5e:00:0{1 if family == 4 else 2}:{vrid(router):02x}"
    return mac if "use_vmac" in KINDS[router[0]][1] else None


def unicast(lab, family, node):
    other = next(name for name in lab.nodes if name != node)
    # keepalived's default over IPv6 is a hop limit of 64.
    return {"unicast_src_ip": lab.address(node, family=family), "unicast_ttl": 255,
            "unicast_peer": [f"{lab.address(other, family=family)} min_ttl 255 max_ttl 255"]}


def configuration(lab, program):
    text = ""
    for router in ROUTERS:
        family, keys, is_unicast = KINDS[router[0]]
        keys = {**keys, "garp_master_delay": 1, "vrid": vrid(router),
                "priority": 150 if router[1] == program else 100,
                **(unicast(lab, family, NODES[program]) if is_unicast else {})}
        if "mcast_src_ip" in keys:
            keys["mcast_src_ip"] = lab.address(NODES[program], family=family)
        text += instance("_".join(router), vips=vips(router), **keys)
    return text


CLIENT_IS_WITH = {
    "xbeatd": {"start": "node-a", "heal": "node-a", "xbeatd stops": "node-b",
               "keepalived stops": "node-a"},
    "keepalived": {"start": "node-b", "keepalived stops": "node-a"},
}


def client_mac(lab, router, step):
    interface = KINDS[router[0]][1].get("interface", "eth0")
    return virtual_mac(router) or lab.mac(CLIENT_IS_WITH[router[1]][step], interface)


class Exercise:
    """The result of each step: which virtual routers reached the expected nodes, and which node the
    client then reached."""

    def __init__(self, lab):
        self.lab = lab
        self.reached = {}
        self.neighbours = {}
        self.watches = [Watch(lab, "node-a", link) for link in range(lab.links)]

    def ask_all(self):
        """The client resolves all addresses."""
        commands = [f"ping -c 1 -W 1 {vips(router)[-1]} &" for router in ROUTERS]
        self.lab.run("client", "sh", "-c", " ".join(commands) + " wait")

    def placed(self, expected):
        """The virtual routers that are on the expected nodes, and on no others."""
        addresses = {node: self.lab.addresses(node) for node in self.lab.nodes}
        return [router for router in ROUTERS if expected(router) == [
            node for node in self.lab.nodes if set(vips(router)) <= addresses[node]]]

    def step(self, name, expected):
        """expected: a function from a router to the nodes that must have it."""
        with contextlib.suppress(AssertionError):
            wait_until(lambda: len(self.placed(expected)) == len(ROUTERS), "all are where they belong")
        self.reached[name] = self.placed(expected)
        if name == "start":
            self.ask_all()
        # An entry younger than a second ignores gratuitous ARP, which is then repeated.
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.client_is_right(name), "the client has followed")

    def client_is_right(self, step):
        self.neighbours[step] = known = self.lab.neighbours("client")
        return all(known.get(vips(router)[-1]) == client_mac(self.lab, router, step)
                   for router in ROUTERS if step in CLIENT_IS_WITH[router[1]])

    def run(self):
        def owner(router):
            return [NODES[router[1]]]
        xbeatd = Xbeatd(self.lab, "node-a", configuration(self.lab, "xbeatd")).start()
        keepalived = Keepalived(self.lab, "node-b", configuration(self.lab, "keepalived")).start()
        self.step("start", owner)
        self.lab.cut("node-b")
        self.step("cut", lambda router: self.lab.nodes)
        self.lab.heal("node-b")
        self.step("heal", owner)
        xbeatd.stop()
        self.step("xbeatd stops", lambda router: ["node-b"])
        xbeatd.start()
        self.step("xbeatd starts", owner)
        self.drops = xbeatd.json("drops")
        keepalived.stop()
        self.step("keepalived stops", lambda router: ["node-a"])

    def adverts(self, router):
        link, family = link_and_family(router)
        return [advert for advert in self.watches[link].adverts(vrid=vrid(router))
                if advert.family == family]

    def close(self):
        for watch in self.watches:
            watch.port.close()


@pytest.fixture(scope="module")
def lab():
    with Laboratory(f"xr{os.getpid()}", nodes=2, links=2) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def exercise(lab):
    with contextlib.closing(Exercise(lab)) as done:
        done.run()
        yield done


@every_router
@pytest.mark.parametrize("step", STEPS)
def test_is_where_it_belongs(exercise, router, step):
    assert router in exercise.reached[step], exercise.reached[step]


@every_router
def test_clean_stop_is_followed_within_skew_time(exercise, router):
    """The other program takes over; without priority 0 it would take three intervals more."""
    adverts = exercise.adverts(router)
    interval_s = adverts[0].interval_cs / 100
    stops = [index for index, advert in enumerate(adverts) if advert.priority == 0]
    assert stops
    for index in stops:
        follower = next(advert for advert in adverts[index:] if advert.source != adverts[index].source)
        watch = exercise.watches[link_and_family(router)[0]]
        assert watch.least_s(adverts[index], follower) < interval_s + 0.2


@every_router
def test_client_goes_along(exercise, router):
    """The client learns of it by gratuitous ARP or unsolicited NA; a virtual MAC stays the same.
    keepalived does not announce again after a split, so that is not tested."""
    for step in CLIENT_IS_WITH[router[1]]:
        known = exercise.neighbours[step].get(vips(router)[-1])
        assert known == client_mac(exercise.lab, router, step), step


@every_router
def test_adverts_look_alike(exercise, router):
    """Both programs' adverts are the same except for the fields that identify the sender."""
    _, keys, is_unicast = KINDS[router[0]]
    adverts = exercise.adverts(router)
    assert len({advert.source for advert in adverts}) == 2
    assert {advert.priority for advert in adverts} == {0, 100, 150}
    assert len({(advert.destination, advert.version, advert.ttl, advert.interval_cs, advert.checksum,
                 advert.authentication, tuple(advert.addresses)) for advert in adverts}) \
        == (2 if is_unicast else 1)
    first = adverts[0]
    assert first.ttl == 255 and first.addresses == [str(ipaddress.ip_address(vip)) for vip in vips(router)]
    assert first.checksum == ("plain" if first.version == 2 else "pseudo")
    macs = {advert.mac for advert in adverts}
    if virtual_mac(router) and "vmac_xmit_base" not in keys:
        assert macs == {virtual_mac(router)}
    else:
        assert len(macs) == 2 and not any(mac.startswith("00:00:5e") for mac in macs)


def test_nothing_was_dropped(exercise):
    assert {reason: count for reason, count in exercise.drops.items() if count} == {}
