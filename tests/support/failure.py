# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures as a table: what is done, and the required result.

A row is played on a scene: a laboratory with xbeatd on every node, node-a Active, and a client and
an ARP prober that ask for the service address each millisecond. The failure is made, lasts, and is
mended. Both phases are checked: the verdicts of the other nodes, which node took over, for how long
two nodes answered, for how long none did, and which node is the only owner at the end.

Rows of one setting share a scene, unless one of them fails.
"""

import contextlib
import os
import time
from dataclasses import dataclass, field

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import Laboratory
from tests.support.moment import stop_for
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere

# An orderly handover of an address takes two steps on two nodes.
HANDOVER_MS = 20
# The event that reports it may come later than its start by so much.
HANDOVER_REPORT_MS = 50
# A few requests may be lost on a busy machine.
LOST_MS = 10
ACTIVE = "node-a"
PLAYED_MAX = 3


class UnprovenError(AssertionError):
    """The machine may have caused the failure."""


@dataclass
class Setting:
    """What a scene is made of; rows with the same setting share it."""
    nodes: int = 3
    links: int = 1
    ends: str = "program"  # of the cables in the switch
    settings: Settings = None
    # How many times slower than usual the machine is: limits are longer, and its stalls are not left out.
    slow: int = 1
    before: dict = field(default_factory=dict)  # by node: a function of the scene; returns its daemon's prefix command
    blocks: tuple = ()  # of every node's configuration
    prepare: object = None  # a function of the scene, before its daemons start
    accompany: object = None  # a function of the scene, when they run


@dataclass
class Row:
    name: str
    setting: Setting
    make: object  # a function of the scene; returns when the failure has lasted long enough
    mend: object = lambda scene: None
    verdicts: dict = field(default_factory=dict)  # (node, peer): the last verdict, or a set; no other changes
    events: dict = field(default_factory=dict)  # by node: (kind, subject, to) of an event that must be there
    takeover: str = None  # who owns the address while the failure lasts, if not node-a
    also_active: tuple = ()  # who else may be Active meanwhile
    two_owners_ms: float = 0  # limit while it lasts; None: as long as it lasts
    return_two_owners_ms: float = HANDOVER_MS  # limit after it was mended
    outage_ms: float = LOST_MS  # limit; None: as long as it lasts, and longer
    return_outage_ms: float = LOST_MS
    owner: str = ACTIVE  # at the end

    def __str__(self):
        return self.name


class Scene:
    def __init__(self, setting):
        self.setting = setting
        self.restarted, self.stopped = set(), set()
        self.stack = contextlib.ExitStack()
        self.lab = self.stack.enter_context(
            Laboratory(f"xs{os.getpid()}", nodes=setting.nodes, links=setting.links,
                       ends=os.environ.get("XBEAT_ENDS", setting.ends)))
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        lab, setting = self.lab, self.setting
        self.vip = setting.settings.vip
        # The client accepts a gratuitous ARP also right after another.
        lab.run("client", "sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0")
        self.cluster = Cluster(lab, setting.settings)
        if setting.prepare:
            setting.prepare(self)
        for node in lab.nodes:
            self.start_daemon(node)
        if setting.accompany:
            setting.accompany(self)
        serve_everywhere(lab)

    def start_daemon(self, node):
        self.restarted.add(node)
        before = self.setting.before.get(node)
        self.cluster.daemon(node, *self.setting.blocks).start(*(before(self) if before else ()))

    def close(self):
        self.stack.close()

    def print_logs(self):
        """The logs of daemons that no longer run: they can report nothing else."""
        for daemon in self.cluster.daemons.values():
            if daemon.process and not daemon.process.running():
                print(f"{daemon.node} ended with status {daemon.process.wait()}:\n{daemon.process.output()[-2000:]}")

    def __getitem__(self, node):
        return self.cluster[node]

    def wait_steady(self, owner=ACTIVE):
        """Waits until all nodes are up, with one owner and no change pending."""
        self.cluster.wait_up()
        self.cluster.wait_holder(owner)
        candidates = [node for node in self.lab.nodes if node != self.setting.settings.witness]
        for node in candidates:
            self[node].wait_state("active" if node == owner else "backup")

    def stop(self, seconds, *nodes):
        """Stops daemons for this time. Afterwards they continue by themselves: the failure is
        mended."""
        self.stopped = set(nodes)
        went_on_ns = stop_for(seconds, *(self[node].process for node in nodes))
        self.note_mended(*(node for node in self.lab.nodes if node not in nodes), at_ns=went_on_ns)

    def note_begin(self):
        self.marks = {node: self[node].last_event() for node in self.lab.nodes}
        self.restarted, self.stopped = set(), set()
        self.mended_ns, self.failing = None, {node: [] for node in self.lab.nodes}
        self.start_ns = time.monotonic_ns()

    def note_mended(self, *nodes, at_ns=None):
        """The return is checked from now on, or from at_ns on. nodes: those that can report what
        they have seen until then."""
        if self.mended_ns:
            return
        self.mended_ns = at_ns or time.monotonic_ns()
        end_ns = time.time_ns() - time.monotonic_ns() + at_ns if at_ns else 2**63
        for node in nodes:
            self.failing[node] = [event for event in self.events_since(node) if event["time_unix_ns"] <= end_ns]

    def events_since(self, node):
        """Since the start of the row; a daemon that was started since has no earlier events."""
        return self[node].events_since(0 if node in self.restarted else self.marks[node])


class Stage:
    """Keeps the scene of the last row for the next."""

    def __init__(self):
        self.scene = None

    def scene_for(self, setting):
        if self.scene and self.scene.setting is not setting:
            self.clear()
        if not self.scene:
            self.scene = Scene(setting)
        return self.scene

    def clear(self):
        scene, self.scene = self.scene, None
        if scene:
            scene.close()


@dataclass
class Course:
    """What happened: times are CLOCK_MONOTONIC in ns, events by node."""
    start_ns: int
    mend_ns: int  # when mending started
    mended_ns: int  # when it was done
    end_ns: int
    owners: object
    stalled_ms: object  # a function of two times: for how long no task on the machine ran
    failing: dict  # events while it failed
    events: dict  # all of them
    restarted: set
    stopped: set

    def stalled_daemons(self):
        """Nodes whose daemons report a stall that the test did not cause: the machine did not let
        them run."""
        return sorted({node for node in self.events.keys() - self.restarted - self.stopped
                       for event in self.events[node] if event["kind"] == "stall"})

    def describe(self):
        failing_ms, mended_ms = ((end - begin) / 1e6 for begin, end in
                                 ((self.start_ns, self.mend_ns), (self.mend_ns, self.end_ns)))
        lines = [f"failed for {failing_ms:.0f} ms, mended for {mended_ms:.0f} ms; owners by ARP: {self.owners.order()}"]
        start_unix_ns = time.time_ns() - time.monotonic_ns() + self.start_ns
        for node, events in self.events.items():
            lines += [f"{node} {(event['time_unix_ns'] - start_unix_ns) / 1e6:8.1f} {event['kind']} "
                      f"{event['subject']} {event['from']} -> {event['to']}: {event['reason']}"
                      for event in events]
        return "\n".join(lines)


def play(scene, row):
    """Returns its course."""
    lab = scene.lab
    scene.wait_steady()
    watch = OwnerWatch(lab, scene.vip, 1000 * scene.setting.slow)
    watch.client.wait_owner(ACTIVE)
    time.sleep(0.1)
    scene.note_begin()
    mended_ns = None
    try:
        row.make(scene)
        scene.note_mended(*(node for node in lab.nodes if scene[node].process.running()))
        row.mend(scene)
        mended_ns = time.monotonic_ns()
        time.sleep(0.2)
        scene.wait_steady(row.owner)
        time.sleep(0.3)
    finally:
        end_ns = time.monotonic_ns()
        course = Course(scene.start_ns, scene.mended_ns or end_ns, mended_ns or end_ns, end_ns,
                        watch.finish(), lab.stalled_ms, scene.failing,
                        {node: scene.events_since(node) for node in lab.nodes
                         if scene[node].process.running()}, scene.restarted, scene.stopped)
        print(course.describe())
    return course


def last_verdicts(events):
    """By peer: the last verdict of a node."""
    return {event["subject"]: event["to"] for event in events if event["kind"] == "peer"}


def wrong_verdicts(row, course):
    """For nodes that were not restarted: restarted ones start with no verdicts."""
    for node in course.failing.keys() - course.restarted:
        said = last_verdicts(course.failing[node])
        wanted = {peer: verdict for (who, peer), verdict in row.verdicts.items() if who == node}
        for peer in sorted(said.keys() | wanted.keys()):
            right = wanted.get(peer)
            right = right if isinstance(right, (set, type(None))) else {right}
            if right is None:
                yield f"{node} reports {peer} {said[peer]}, which this row does not allow"
            elif said.get(peer, "up") not in right:
                yield f"{node} reports {peer} {said.get(peer, 'up')}, not {' or '.join(sorted(right))}"


def missing_events(row, course):
    for node, wanted in row.events.items():
        told = [(event["kind"], event["subject"], event["to"]) for event in course.failing[node]]
        if wanted not in told:
            yield f"{node} does not report {wanted}"


def activations(events):
    return [event for event in events if event["kind"] == "vrrp" and event["from"] != event["to"] == "active"]


def wrong_actions(row, course):
    for node in course.failing.keys() - course.restarted:
        active = activations(course.failing[node])
        if node == row.takeover and len(active) != 1:
            yield f"{node} became Active {len(active)} times, not once"
        elif node != row.takeover and node not in row.also_active and active:
            yield f"{node} became Active: {active[0]['reason']}"


def before_handover_ns(row, course):
    """A slow machine takes its time to give the address back. Before that no two nodes may answer."""
    taken_ns = [event["time_unix_ns"] for event in activations(course.events.get(ACTIVE, []))]
    from_unix_ns = time.monotonic_ns() - time.time_ns()
    reported_ns = max([ns + from_unix_ns for ns in taken_ns], default=course.end_ns)
    return reported_ns - HANDOVER_REPORT_MS * row.setting.slow * 10**6


def wrong_owners(row, course):
    two, outage, owners = course.owners.two_owners_ms, course.owners.outage_ms, course.owners
    failing = (course.start_ns, course.mend_ns)
    # What may last as long as the failure lasts until mending is done.
    two_after = (course.mended_ns if row.two_owners_ms is None else course.mend_ns, course.end_ns)
    outage_after = (course.mend_ns, course.end_ns)
    limits = [
        ("two owners during the failure", two(*failing), row.two_owners_ms, failing),
        ("two owners after mending", two(*two_after), row.return_two_owners_ms, two_after),
        ("outage during the failure", outage(*failing), row.outage_ms, failing),
        ("outage after mending", outage(*outage_after), row.return_outage_ms, outage_after),
    ]
    slow = row.setting.slow
    if slow > 1:
        returning = (course.mend_ns, before_handover_ns(row, course))
        limits.append(("two owners before the address is given back", two(*returning), 0, returning))
    for what, was_ms, most_ms, when in limits:
        stalled_ms = course.stalled_ms(*when) if slow == 1 else 0
        print(f"{what}: {was_ms:.1f} ms")
        if most_ms is not None and was_ms > most_ms * slow + stalled_ms:
            yield (f"{what}: {was_ms:.1f} ms, limit {most_ms * slow} ms (the machine stalled for "
                   f"{stalled_ms:.1f} ms)")
    order = owners.order(course.start_ns, course.mend_ns)
    wanted = [ACTIVE] + ([row.takeover] if row.takeover else [])
    if order[-1:] != wanted[-1:] and row.two_owners_ms == 0 and row.outage_ms is not None:
        yield f"answered by {order}, in this order, not by {wanted}"


def breaks_the_guard(row, course):
    """A takeover while the owner still answers: no stall of the machine excuses it."""
    two, slow = course.owners.two_owners_ms, row.setting.slow > 1
    if slow and two(course.mend_ns, before_handover_ns(row, course)):
        return True
    return row.two_owners_ms == 0 and two(course.start_ns, course.mend_ns) > (0 if slow else HANDOVER_MS)


def check(row, course):
    wrong = [*wrong_verdicts(row, course), *missing_events(row, course), *wrong_actions(row, course),
             *wrong_owners(row, course)]
    text, stalled = "\n".join([row.name, *wrong]), course.stalled_daemons()
    # On a slow machine a daemon, or a node's packets, may wait without notice.
    if wrong and (stalled or row.setting.slow > 1) and not breaks_the_guard(row, course):
        raise UnprovenError(f"{text}\n(the machine stalled {' and '.join(stalled)})")
    assert not wrong, text


def run_row(stage, row):
    """Plays a row; again if it failed while the machine did not let a daemon run: that proves
    nothing."""
    for _ in range(PLAYED_MAX - 1):
        try:
            return play_and_check(stage, row)
        except UnprovenError as unproven:
            print(f"played again: {unproven}")
    return play_and_check(stage, row)


def play_and_check(stage, row):
    """Drops the scene if the row may have spoilt it."""
    scene = stage.scene_for(row.setting)
    try:
        check(row, play(scene, row))
    except BaseException:
        scene.print_logs()
        stage.clear()
        raise
