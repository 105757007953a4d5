# SPDX-License-Identifier: GPL-2.0-or-later
"""An attack as it happens: packets at a rate, who owns the addresses meanwhile, and what the
daemons report."""

import collections
import contextlib
import itertools
import random
import threading
import time
from dataclasses import dataclass

from tests.support.attack.scene import ACTIVE, VIP6
from tests.support.configuration import VIP
from tests.support.failure import LOST_MS
from tests.support.owners import OwnerWatch
from tests.support.port import open_port

TICK_S = 0.01
COUNTED_S = 1  # for a counter that a daemon raises
RATE_PER_S = 10
NS_PER_MS = 10**6


class Attacker:
    """The client's interfaces, for frames made by hand."""

    def __init__(self, lab):
        self.ports = {f"eth{link}": open_port(lab, "client", f"eth{link}") for link in range(lab.links)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for port in self.ports.values():
            port.close()

    def send(self, packet):
        with contextlib.suppress(BlockingIOError):
            self.ports[packet.interface].send(packet.frame)

    def attack(self, packets, goes_on, rate_per_s=RATE_PER_S, each_tick=lambda: None):
        """Sends each packet at this rate, in another order each time, while goes_on()."""
        chance, sent, start = random.Random(1), 0, time.monotonic()
        order = shuffled(packets, chance)
        while goes_on():
            due = (time.monotonic() - start) * rate_per_s * len(packets)
            for _ in range(min(len(packets), int(due) - sent)):
                self.send(next(order))
                sent += 1
            each_tick()
            time.sleep(TICK_S)


def shuffled(packets, chance):
    for _ in itertools.count():
        yield from chance.sample(packets, len(packets))


def changes_of(events):
    """Changes of state and of verdicts."""
    return [event for event in events if event["kind"] in ("vrrp", "peer") and event["from"] != event["to"]]


def describe(event):
    return f"{event['node']} {event['kind']} {event['subject']} {event['from']} -> {event['to']}: {event['reason']}"


def key(event):
    return tuple(event[name] for name in ("node", "kind", "subject", "from", "to"))


def unended_ms(owners):
    """For how long no node has answered at the end."""
    last = owners.arp[-1]
    return 0 if last.owners else last.requests * owners.interval_ns / NS_PER_MS


@dataclass
class Course:
    """What happened. Times are CLOCK_MONOTONIC in ns."""
    owners: dict  # by address: Owners
    events: list
    start_ns: int
    end_ns: int
    stalled_ms: float

    def takeovers(self):
        return sum(event["kind"] == "vrrp" and event["to"] == "active" for event in changes_of(self.events))

    def outage_ms(self):
        """The longest outage, also one that has not ended."""
        return max(max(owners.outage_ms(self.start_ns, self.end_ns), unended_ms(owners))
                   for owners in self.owners.values())

    def two_owners_ms(self):
        return max(owners.two_owners_ms(self.start_ns, self.end_ns) for owners in self.owners.values())

    def figures(self):
        return (f"{self.takeovers()} takeovers, {self.outage_ms():.0f} ms without owner, "
                f"{self.two_owners_ms():.0f} ms with two (in {(self.end_ns - self.start_ns) / 1e9:.1f} s, the machine "
                f"stalled for {self.stalled_ms:.0f} ms)")

    def wrong(self, expected=()):
        """For a reader. expected: the changes that must be, as key() has them, in any order."""
        missing = collections.Counter(expected)
        wrong = []
        for event in changes_of(self.events):
            if missing[key(event)] > 0:
                missing[key(event)] -= 1
            else:
                wrong.append(describe(event))
        wrong += [f"missing: {' '.join(change)}" for change in missing.elements()]
        if self.outage_ms() > LOST_MS + self.stalled_ms:
            wrong.append(f"no owner for {self.outage_ms():.1f} ms")
        if self.two_owners_ms():
            wrong.append(f"two owners for {self.two_owners_ms():.1f} ms")
        return wrong


class Watch:
    """Which nodes answer for the addresses, from its start to finish()."""

    def __init__(self, scene, addresses=(VIP, VIP6), interval_us=1000):
        self.scene = scene
        self.watches = {address: OwnerWatch(scene.lab, address, interval_us) for address in addresses}
        for watch in self.watches.values():
            watch.client.wait_owner(ACTIVE)
        time.sleep(0.2)
        self.start_ns, self.start_unix_ns = time.monotonic_ns(), time.time_ns()

    def finish(self):
        time.sleep(0.3)
        end_ns = time.monotonic_ns()
        events = self.scene.events_since(self.start_unix_ns)
        owners = {address: watch.finish() for address, watch in self.watches.items()}
        return Course(owners, events, self.start_ns, end_ns, self.scene.lab.stalled_ms(self.start_ns, end_ns))


@contextlib.contextmanager
def in_background(act):
    """While the block runs, act(over) runs in a thread; it ends when the event over is set. What it
    raises is raised after the block."""
    over, failed = threading.Event(), []

    def run():
        try:
            act(over)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


@contextlib.contextmanager
def attacked(scene, packets, rate_per_s=RATE_PER_S, each_tick=lambda attacker: None):
    """While the block runs, each packet is sent at this rate."""
    with Attacker(scene.lab) as attacker, in_background(lambda over: attacker.attack(
            packets, lambda: not over.is_set(), rate_per_s, lambda: each_tick(attacker))):
        yield


def play(scene, packets, seconds, **more):
    """All packets for this time, in a cluster that does nothing else. more: as of attacked().
    Returns the course."""
    watch = Watch(scene)
    with attacked(scene, packets, **more):
        time.sleep(seconds)
    return watch.finish()


def is_counted(reasons, before, after):
    """reasons: one, or a set of which one suffices."""
    return any(after.get(reason, 0) > before.get(reason, 0)
               for reason in ([reasons] if isinstance(reasons, str) else reasons))


def send_once(scene, attacker, packet, settle_s):
    """One packet. Returns what is wrong, for a reader: changes, and nodes that did not count it."""
    def drops():
        return {node: scene[node].ask("drops") for node in packet.refused}

    before, since_unix_ns, end = drops(), time.time_ns(), time.monotonic() + settle_s
    attacker.send(packet)
    uncounted = set(packet.refused)
    while time.monotonic() < end or (uncounted and time.monotonic() < end + COUNTED_S):
        now = drops()
        uncounted = {node for node, reasons in packet.refused.items()
                     if not is_counted(reasons, before[node], now[node])}
        time.sleep(TICK_S)
    return [describe(event) for event in changes_of(scene.events_since(since_unix_ns))] + [
        f"{node} did not count it as {packet.refused[node]}" for node in uncounted]


def try_each(scene, packets, settle_s=0.15):
    """Sends each once, one after the other. Returns those that moved something or were not counted,
    for a reader."""
    wrong = []
    with Attacker(scene.lab) as attacker:
        for packet in packets:
            found = send_once(scene, attacker, packet, settle_s)
            if found:
                wrong.append(f"{packet}: {'; '.join(found)}")
                scene.wait_steady()
    return wrong
