# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of network on which the guard must hold, and the failures of the Active that are played
on each of them.

Kinds differ in how answers leave the XDP program, in what outlives the daemon, in whether the
program sees VLAN tags, and in how long the kernel's lock of network configuration is taken.
"""

import os
import sys
import time

from tests.support import flood
from tests.support.configuration import Settings
from tests.support.container import container, inner_pids, kill_init
from tests.support.failure import ACTIVE, Row, Setting
from tests.support.laboratory import BUILD, wait_until
from tests.support.moment import stop_for

LASTS_S = 0.7
TAKEOVER_MS = 150
ENDS_S = 600  # of what runs beside the rows, in case the test is killed
OTHERS = ("node-b", "node-c")
# The verdict on a hung node follows the last report of its kernel, which may have fenced before or
# after its daemon became late.
HUNG = {(node, ACTIVE): {"hung", "fenced"} for node in OTHERS}
CUT_OFF = {pair: "down" for node in OTHERS for pair in ((node, ACTIVE), (ACTIVE, node))}
MOVED = {"takeover": "node-b", "outage_ms": TAKEOVER_MS, "return_outage_ms": TAKEOVER_MS}


class Contained:
    """Signals the daemon, not the program that made its container."""

    def __init__(self, daemon):
        self.pid = inner_pids(daemon)[1]

    def send_signal(self, number):
        os.kill(self.pid, number)


def stop(seconds):
    return lambda scene: scene.stop(seconds, ACTIVE)


def stop_contained(seconds):
    def make(scene):
        scene.stopped = {ACTIVE}
        end_ns = stop_for(seconds, Contained(scene[ACTIVE]))
        scene.note_mended(*OTHERS, at_ns=end_ns)
    return make


def kill(scene):
    scene[ACTIVE].kill()
    time.sleep(1.5)


def kill_container(scene):
    kill_init(scene[ACTIVE])
    time.sleep(1.5)


def start_again(scene):
    scene.start_daemon(ACTIVE)


def cut(scene):
    scene.lab.cut(ACTIVE)
    time.sleep(LASTS_S * scene.setting.slow)


def heal(scene):
    scene.lab.heal(ACTIVE)


def answers_by(mode, way=None):
    """Waits until all nodes have found out how answers leave."""
    def wait(scene):
        for node in scene.lab.nodes:
            def shown(node=node):
                interface, = scene[node].json("status")["interfaces"]
                return interface["mode"], interface.get("answers")
            wait_until(lambda shown=shown: shown() == (mode, way), f"{node} answers by {mode} {way or ''}")
    return wait


def send_adverts_of_a_vlan(scene):
    """Of the same VRID and up to the highest priority; the XDP program does not see the tag."""
    lab = scene.lab
    lab.run("client", "tc", "qdisc", "add", "dev", "eth0", "clsact")
    lab.run("client", "tc", "filter", "add", "dev", "eth0", "egress", "bpf", "direct-action",
            "object-file", BUILD / "tools" / "tc_filters.bpf.o", "section", "tc")
    lab.spawn("client", sys.executable, flood.PROGRAM, 50, ENDS_S, 254)


def change_interfaces(scene):
    """As where containers come and go: questions to the kernel about interfaces wait for 100 ms."""
    scene.lab.spawn("client", "timeout", ENDS_S, "sh", "-c",
                    "while ip link add x type veth peer name y; do ip link del x; done")


def setting(ends, *heartbeat_lines, **more):
    """With the default times."""
    return Setting(ends=ends, settings=Settings(advert_interval="0.1", daemon_timeout="3s", heartbeat_lines=[
        "on_isolated release", *heartbeat_lines]), **more)


KINDS = {
    "plain": setting("plain", accompany=answers_by("generic")),
    "gro": setting("gro", accompany=answers_by("native", "redirect")),
    "native": setting("program", accompany=answers_by("native")),
    "generic": setting("program", "mode generic", accompany=answers_by("generic")),
    "container": setting("program", before={ACTIVE: lambda scene: container()}),
    "busy": setting("program", accompany=change_interfaces),
    "VLAN tags removed": setting("program", accompany=send_adverts_of_a_vlan),
}


def failures(kind, setting, contained=False):
    """A stop of 2 s is shorter than the guard, one of 10 s is longer."""
    pause, end = (stop_contained, kill_container) if contained else (stop, kill)
    yield from (
        Row(f"{kind}: {what}", setting, make, **expected) for what, make, expected in (
            ("stopped for 2 s", pause(2), {}),
            ("cut and healed", cut, {"mend": heal, "verdicts": CUT_OFF, "return_two_owners_ms": 0, **MOVED}),
            ("killed", end, {"mend": start_again, "verdicts": HUNG, **MOVED}),
            ("stopped for 10 s", pause(10), {"verdicts": HUNG, **MOVED})))


def rows(*kinds):
    for kind in kinds:
        yield from failures(kind, KINDS[kind], contained=kind == "container")
