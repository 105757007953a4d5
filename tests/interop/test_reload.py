# SPDX-License-Identifier: GPL-2.0-or-later
"""One reload that changes instances in many ways, on xbeatd and on keepalived: what programs are
notified of, which addresses are removed for a moment, and which are announced again."""

import time

import pytest

from tests.support.configuration import default_vip, instance
from tests.support.daemon import Keepalived
from tests.support.fifo import Fifo
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

# Name before, name after ("": removed), VRID before, keys that a reload changes.
CHANGES = [
    ("same", "same", 51, {}),
    ("named", "renamed", 52, {}),
    ("priority", "priority", 53, {"priority": 90}),
    ("version", "version", 54, {"version": 2}),
    ("interval", "interval", 55, {"advert_int": 2}),
    ("one", "other", 56, {}),  # these exchange their names
    ("other", "one", 57, {}),
    ("moved", "moved", 58, {"vrid": 68}),
    ("removed", "", 59, {}),
    ("longer", "longer", 60, {"vips": [f"{default_vip(60)}/24", f"{default_vip(90)}/24"]}),
]
KEYS = {"advert_int": 1, "garp_master_delay": 0, "garp_master_repeat": 1}
MARK = "192.0.2.1"


def before():
    return [instance(name, vrid=vrid, **KEYS)
            for name, _, vrid, _ in CHANGES]


def after():
    texts = []
    for _, name, vrid, keys in CHANGES:
        values = {"vrid": vrid, **KEYS, **keys}
        if name:
            texts.append(instance(name, **values))
    return texts


class Side:
    """A daemon with its FIFO and its packets."""

    def __init__(self, lab, node, kind, fifo, watch):
        self.lab, self.node, self.fifo, self.watch = lab, node, fifo, watch
        self.daemon = kind(lab, node, fifo.globals(), *before())

    def is_master(self):
        return sum(" MASTER " in line for line in self.fifo.lines()) == len(CHANGES)

    def reload(self):
        self.told = len(self.fifo.lines())
        self.monitor = self.lab.spawn(self.node, "ip", "-o", "monitor", "address")
        wait_until(self.is_monitored, "the monitor has begun")
        self.since_ns = time.time_ns()
        self.daemon.configure(self.fifo.globals(), *after())
        self.daemon.hang_up()

    def is_monitored(self):
        for verb in ("add", "del"):
            self.lab.run(self.node, "ip", "address", verb, f"{MARK}/32", "dev", "lo")
        return MARK in self.monitor.output()

    def lines(self):
        return self.fifo.lines()[self.told:]

    def is_done(self):
        return 'INSTANCE "moved" MASTER 100' in self.lines() and self.watch.adverts(vrid=68)

    def removed(self):
        return sorted(line.split()[4] for line in self.monitor.output().splitlines()
                      if line.startswith("Deleted") and MARK not in line)

    def outcome(self):
        """Each daemon has its own order of instances."""
        return {
            "lines": sorted(self.lines()),
            "removed": self.removed(),
            "announced": sorted({claim.address for claim in self.watch.claims(self.since_ns)}),
            "adverts": {advert.vrid: (advert.version, advert.priority, advert.interval_cs)
                        for advert in self.watch.adverts()}}


@pytest.mark.laboratory(nodes=2)
def test_same_as_keepalived(lab):
    lab.cut("node-b")
    with Fifo(lab, "node-a") as mine, Fifo(lab, "node-b") as theirs, Watch(lab, "node-a") as here, \
            Watch(lab, "node-b") as there:
        sides = [Side(lab, "node-a", Xbeatd, mine, here), Side(lab, "node-b", Keepalived, theirs, there)]
        for act, until in ((lambda side: side.daemon.start(), Side.is_master), (Side.reload, Side.is_done)):
            for side in sides:
                act(side)
            for side in sides:
                wait_until(lambda side=side: until(side),
                           lambda side=side: f"{side.node}: {side.fifo.lines()}")
        outcomes = [side.outcome() for side in sides]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["lines"] == ['INSTANCE "moved" BACKUP 100', 'INSTANCE "moved" FAULT 100',
                                    'INSTANCE "moved" MASTER 100', 'INSTANCE "removed" FAULT 100']
    assert outcomes[0]["removed"] == ["10.77.0.107/24", "10.77.0.108/24"]
