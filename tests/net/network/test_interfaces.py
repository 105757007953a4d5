# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces that go down, vanish and return, with the instances, heartbeats and addresses on
them."""

import pathlib

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, block, instance
from tests.support.laboratory import BUILD, PINS, wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
LAB_PASS = BUILD / "tools" / "lab_pass.bpf.o"
ROUNDS = 20


class Port:
    """An interface of node-a, and what can happen to it."""

    def __init__(self, lab, link=0):
        self.lab, self.link = lab, link
        self.name = f"eth{link}"

    def ip(self, *words):
        self.lab.run(NODE, "ip", *words)

    def batch(self, member, *lines):
        path = self.lab.write("port.batch", "\n".join(lines) + "\n")
        self.lab.run(member, "ip", "-batch", path)

    def down(self):
        self.ip("link", "set", self.name, "down")

    def up(self):
        """Its IPv6 addresses were lost when it went down."""
        self.batch(NODE, f"link set {self.name} up",
                   f"address replace fd77:{self.link}::1/64 dev {self.name} nodad")

    def delete(self):
        self.ip("link", "delete", self.name)

    def make(self):
        """Restored as the laboratory made it, the addresses last."""
        port, namespace = f"{NODE}.{self.link}", f"{self.lab.name}-{NODE}"
        self.batch("switch", f"link add {port} type veth peer name {self.name} netns {namespace}",
                   f"link set {port} master br{self.link} up",
                   f"link set dev {port} xdpdrv object {LAB_PASS} program lab_pass")
        self.address()

    def address(self):
        self.batch(NODE, f"link set {self.name} up",
                   f"address add 10.77.{self.link}.1/24 dev {self.name}",
                   f"address add fd77:{self.link}::1/64 dev {self.name} nodad")

    def rename(self):
        self.ip("link", "set", self.name, "name", "away0")

    def rename_back(self):
        self.batch(NODE, f"link set away0 name {self.name}", f"link set {self.name} up")

    def move(self):
        self.ip("link", "set", self.name, "netns", f"{self.lab.name}-switch", "name", "moved0")

    def move_back(self):
        self.lab.run("switch", "ip", "link", "set", "moved0", "netns",
                     f"{self.lab.name}-{NODE}", "name", self.name)
        self.address()


ABSENCES = [("down", "up"), ("delete", "make"), ("rename", "rename_back"), ("move", "move_back")]
each_absence = pytest.mark.parametrize("go,come", ABSENCES, ids=[go for go, _ in ABSENCES])


def instances():
    return (instance(priority=200),
            instance("VI_6", priority=200, vips=["fe80::100/64", "fd77::100/64"]))


@each_absence
def test_instances_follow_their_interface(lab, go, come):
    router, port = Xbeatd(lab, NODE, *instances()).start_active(), Port(lab)
    router.wait_state("active", "VI_6")
    getattr(port, go)()
    for name in ("VI_1", "VI_6"):
        router.wait_state("initialize", name)
        assert router.obstacles(name)[0] == "interface", router.vrrp(name)
    if go != "down":
        wait_until(lambda: not router.json("status")["interfaces"], "status shows no interface")
    getattr(port, come)()
    for name, address in (("VI_1", VIP), ("VI_6", "fd77::100")):
        router.wait_state("active", name)
        assert address in router.addresses()
        assert not router.obstacles(name)
    assert [entry["name"] for entry in router.json("status")["interfaces"]] == ["eth0"]
    assert lab.has_program(NODE)
    changes = [event["to"] for event in router.events() if event["kind"] == "interface"]
    assert changes == ([] if go == "down" else ["gone", "present"])
    with Watch(lab, NODE) as watch:
        wait_until(lambda: watch.families() == {4, 6}, "adverts of both families flow")
    # Adverts are heard, too: a rival with a higher priority takes over.
    Xbeatd(lab, OTHER, instance(priority=250)).start_active()
    router.wait_state("backup")


def left_behind(daemon):
    """What a round must not increase: open files, pins, and entries of maps."""
    descriptors = pathlib.Path(f"/proc/{daemon.process.pid}/fd").iterdir()
    pins = sorted(path.name for path in (PINS / daemon.instance).iterdir())
    entries = {name: len(daemon.map(name)) for name in ("xb_vrrp_slots", "xb_no_accept")}
    return len(list(descriptors)), pins, entries


def test_heartbeats_follow_their_interface(lab):
    cluster = Cluster(lab, Settings(priorities=[200, 100], advert_interval="0.1")).start_active()
    router, port, before = cluster[NODE], Port(lab), None
    for number, (go, come) in enumerate(ABSENCES + ABSENCES):
        getattr(port, go)()
        wait_until(lambda: router.verdict(OTHER) == "down", f"{go}: no heartbeats")
        getattr(port, come)()
        cluster.wait_up()
        cluster.wait_holder(NODE)
        assert lab.has_program(NODE)
        assert [entry["name"] for entry in router.json("status")["interfaces"]] == ["eth0"], go
        if number == len(ABSENCES) - 1:
            before = left_behind(router)
    assert left_behind(router) == before


def test_nothing_leaks(lab):
    router = Xbeatd(lab, NODE, instance(priority=200, no_accept=True, advert_int="0.02")).start_active()
    port, before = Port(lab), None
    for number in range(ROUNDS):
        go, come = ABSENCES[number % len(ABSENCES)]
        getattr(port, go)()
        router.wait_state("initialize")
        getattr(port, come)()
        router.wait_state("active")
        if number == len(ABSENCES) - 1:
            before = left_behind(router)
    assert left_behind(router) == before


@pytest.mark.laboratory(nodes=1, links=2)
@each_absence
def test_address_on_another_interface_follows_it(lab, go, come):
    """Some of its addresses and routes are on eth1: the instance waits until it is back."""
    vips = [f"{VIP}/24", "10.77.1.100/24 dev eth1", "fd77:1::100/64 dev eth1"]
    routes = ["192.0.2.0/24 via 10.77.1.200 dev eth1"]
    static = [block("static_ipaddress", "10.77.1.150/24 dev eth1"),
              block("static_routes", "100.64.0.0/11 via 10.77.1.200 dev eth1")]
    router = Xbeatd(lab, NODE, *static, instance(
        vips=vips[:2], virtual_ipaddress_excluded=vips[2:], virtual_routes=routes)).start_active()
    port = Port(lab, link=1)
    addresses = {"10.77.1.100", "fd77:1::100", "10.77.1.150"}
    assert addresses < set(router.addresses("eth1"))
    getattr(port, go)()
    getattr(port, come)()
    for address in addresses:
        router.wait_address(address, "eth1")
    for destination in ("192.0.2.0/24", "100.64.0.0/11"):
        wait_until(lambda: router.routes(destination), destination)
    router.wait_state("active")
    assert router.changes()[1:] == [("backup", "active"), ("active", "initialize"),
                                    ("initialize", "backup"), ("backup", "active")]


def test_primary_that_is_not_tracked(lab):
    """The instance stays Active; what the kernel removed while the interface was down is
    restored."""
    routes = ["192.0.2.0/24 via 10.77.0.200 dev eth0"]
    router = Xbeatd(lab, NODE, instance(dont_track_primary=True, virtual_routes=routes,
                                        virtual_ipaddress_excluded=["fd77::100/64"])).start_active()
    Port(lab).down()
    wait_until(lambda: not router.routes("192.0.2.0/24"), "the route went")
    Port(lab).up()
    wait_until(lambda: router.routes("192.0.2.0/24"), "the route is back")
    assert {VIP, "fd77::100"} < set(router.addresses())
    assert router.changes()[1:] == [("backup", "active")]
