# SPDX-License-Identifier: GPL-2.0-or-later
"""Random failures, one alone or several that overlap, and what must hold for each of them.

An episode is a list of faults, made from a seed: the same seed makes the same episode again. It is
played on a scene (failure.py). Each fault starts at its time, lasts, and is undone. Meanwhile a
client and an ARP prober ask for the service address each millisecond. After the last fault is
undone, the cluster must come to rest: one Active, the only owner of the address, all nodes up for
each other, nothing fenced, no daemon dead.
"""

import contextlib
import random
import re
import signal
import threading
import time
from dataclasses import dataclass, field

from tests.support.configuration import Settings
from tests.support.failure import ACTIVE, HANDOVER_MS, Course, Setting
from tests.support.hogs import hogs
from tests.support.laboratory import NEVER_SECONDS
from tests.support.moment import merged
from tests.support.owners import NS_PER_MS, OwnerWatch

# The timeouts after which a hung or a dead Active counts as lost.
DAEMON_TIMEOUT_MS, RESTART_GRACE_MS = 600, 400
BEGIN_WITHIN_S = 1.2
REST_WITHIN_MS = 3000
# Two Actives hear each other again: the next advert of the better one, and a busy machine.
MEET_MS = 250
# The longest takeover: a guard that expires, a Backup's timer, and a busy machine.
TAKEN_OVER_NS = 1000 * NS_PER_MS
DEAFENING = ("deaf", "unheard")


def settings(**changes):
    return Settings(advert_interval="0.1", daemon_timeout=f"{DAEMON_TIMEOUT_MS}ms",
                    **{"heartbeat_lines": [f"restart_grace {RESTART_GRACE_MS}ms"], **changes})


VARIANTS = {
    "three": Setting(settings=settings()),
    "two": Setting(ends="plain", nodes=2, settings=settings()),
    "witness": Setting(settings=settings(witness="node-c")),
    "links": Setting(ends="plain", links=2, settings=settings()),
    "nopreempt": Setting(settings=settings(preempt=False)),
    "hold": Setting(ends="plain", settings=settings(instance_lines=["on_partition hold"])),
    "release": Setting(settings=settings(
        heartbeat_lines=[f"restart_grace {RESTART_GRACE_MS}ms", "on_isolated release"])),
}


@dataclass
class Fault:
    kind: str
    nodes: tuple
    begin_s: float
    last_s: float
    number: int  # for any other choice that it makes
    done_ns: list = field(default_factory=list)  # start and end of making it, then of undoing it

    def __str__(self):
        return f"{self.kind} {' '.join(self.nodes)} at {self.begin_s:.3f} for {self.last_s:.3f} s ({self.number})"


class Chaos:
    """What the faults of an episode share."""

    def __init__(self, scene):
        self.scene = scene
        self.lab = scene.lab
        self.candidates = [node for node in self.lab.nodes if node != scene.setting.settings.witness]
        self.losses = []
        self.losing = threading.Lock()
        # Held while a fault stops or starts the daemon.
        self.lives = {node: threading.RLock() for node in self.lab.nodes}

    def lose_all(self, change):
        """Applies the losses of all faults together."""
        with self.losing:
            change(self.losses)
            self.lab.lose_nothing()
            rules = sorted({rule for rules in self.losses for rule in rules})
            if rules:
                self.lab.lose_all(*rules)

    @contextlib.contextmanager
    def lost(self, *rules):
        self.lose_all(lambda losses: losses.append(rules))
        try:
            yield
        finally:
            self.lose_all(lambda losses: losses.remove(rules))

    def ctl(self, node, *words):
        """The daemon may be stopped or dead."""
        with contextlib.suppress(Exception):
            self.scene[node].ctl(*words, check=False)


@contextlib.contextmanager
def stopped(chaos, fault):
    processes = [chaos.scene[node].process for node in fault.nodes]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def ended(chaos, fault, end):
    with contextlib.ExitStack() as stack:
        for node in sorted(fault.nodes):
            stack.enter_context(chaos.lives[node])
        for node in fault.nodes:
            end(chaos.scene[node])
        try:
            yield
        finally:
            for node in fault.nodes:
                chaos.scene.start_daemon(node)


def killed(chaos, fault):
    return ended(chaos, fault, lambda daemon: daemon.kill())


def ended_cleanly(chaos, fault):
    return ended(chaos, fault, lambda daemon: daemon.stop())


@contextlib.contextmanager
def cut(chaos, fault):
    link = fault.number % (chaos.lab.links + 1)
    words = (*fault.nodes, *([f"eth{link}"] if link < chaos.lab.links else []))
    chaos.lab.cut(*words)
    try:
        yield
    finally:
        chaos.lab.heal(*words)


@contextlib.contextmanager
def hung_at_start(chaos, fault):
    """Killed, and stopped somewhere in its next start."""
    node, = fault.nodes
    with chaos.lives[node]:
        chaos.scene[node].kill()
        dead = chaos.scene[node].process
        start = threading.Thread(target=chaos.scene.start_daemon, args=(node,))
        start.start()
        while chaos.scene[node].process in (dead, None) and start.is_alive():
            time.sleep(0.001)
        time.sleep(fault.number / 2000)
        process = chaos.scene[node].process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)
            start.join()


@contextlib.contextmanager
def unplugged(chaos, fault):
    """The node loses its carrier."""
    chaos.lab.cut(*fault.nodes, "--carrier")
    try:
        yield
    finally:
        chaos.lab.heal(*fault.nodes)


@contextlib.contextmanager
def flapping(chaos, fault):
    end = time.monotonic() + fault.last_s
    while time.monotonic() < end:
        with cut(chaos, fault):
            time.sleep(0.02 + fault.number % 7 / 100)
        time.sleep(0.02 + fault.number % 5 / 100)
    yield


def deaf(chaos, fault):
    return chaos.lost(*(f"{fault.nodes[0]}.{link},to" for link in range(chaos.lab.links)))


def mute(chaos, fault):
    return chaos.lost(*(f"{fault.nodes[0]}.{link},from" for link in range(chaos.lab.links)))


def unheard(chaos, fault):
    """The first node does not hear the second."""
    return chaos.lost(*chaos.lab.loss_between(*fault.nodes[:2]))


def parted(chaos, fault):
    side, other = [fault.nodes[0]], [node for node in chaos.lab.nodes if node != fault.nodes[0]]
    return chaos.lost(*(rule for receivers, senders in ((side, other), (other, side)) for receiver in receivers
                        for sender in senders for rule in chaos.lab.loss_between(sender, receiver)))


@contextlib.contextmanager
def changed_file(chaos, fault):
    """A reload with another priority, and one with the old."""
    daemon = chaos.scene[fault.nodes[0]]
    before = daemon.configuration.read_text()
    # Some are refused.
    daemon.configure(re.sub(r"priority \d+", f"priority {fault.number % 300}", before))
    daemon.hang_up()
    try:
        yield
    finally:
        daemon.configure(before)
        chaos.scene[fault.nodes[0]].hang_up()


@contextlib.contextmanager
def reloaded(chaos, fault):
    for _ in range(1 + fault.number % 5):
        chaos.scene[fault.nodes[0]].hang_up()
        time.sleep(0.01)
    yield


@contextlib.contextmanager
def given_up(chaos, fault):
    chaos.ctl(fault.nodes[0], "failover", "VI_1")
    try:
        yield
    finally:
        chaos.ctl(fault.nodes[0], "resume")


@contextlib.contextmanager
def drained(chaos, fault):
    chaos.ctl(fault.nodes[0], "drain", "--force")
    try:
        yield
    finally:
        chaos.ctl(fault.nodes[0], "resume")


@contextlib.contextmanager
def pinned_priority(chaos, fault):
    chaos.ctl(fault.nodes[0], "priority", "VI_1", str(1 + fault.number % 254))
    try:
        yield
    finally:
        chaos.ctl(fault.nodes[0], "priority", "VI_1", "default")


@contextlib.contextmanager
def address_removed(chaos, fault):
    """By hand, from the node that has it."""
    for node in chaos.candidates:
        chaos.lab.run(node, "ip", "address", "del", f"{chaos.scene.vip}/24", "dev", "eth0", check=False)
    yield


@contextlib.contextmanager
def loaded(chaos, fault):
    with hogs(1 + fault.number % 4, 5):
        yield


@dataclass
class Kind:
    make: object  # a context manager; arguments: the chaos and the fault
    weight: int
    last_s: tuple  # minimum, maximum
    who: str = "candidate"  # candidate, any, two, some or all
    network: bool = False  # two can be Active, since neither can know of the other


KINDS = {
    "stop": Kind(stopped, 10, (0.05, 2), "some"),
    "stop-all": Kind(stopped, 2, (0.1, 1.5), "all"),
    "kill": Kind(killed, 8, (0.05, 1.5), "any"),
    "hang-start": Kind(hung_at_start, 3, (0.05, 2), "any"),
    "end": Kind(ended_cleanly, 3, (0.02, 1), "any"),
    "cut": Kind(cut, 4, (0.03, 1.5), "any", network=True),
    "unplug": Kind(unplugged, 3, (0.03, 1.5), "any", network=True),
    "flap": Kind(flapping, 2, (0.3, 1), "any", network=True),
    "deaf": Kind(deaf, 3, (0.03, 1.5), "any", network=True),
    "mute": Kind(mute, 3, (0.03, 1.5), "any", network=True),
    "unheard": Kind(unheard, 4, (0.03, 1.5), "two", network=True),
    "part": Kind(parted, 3, (0.03, 1.5), "any", network=True),
    "reload": Kind(reloaded, 2, (0, 0.1), "any"),
    "file": Kind(changed_file, 3, (0.05, 0.8)),
    "failover": Kind(given_up, 3, (0.05, 0.8)),
    "drain": Kind(drained, 2, (0.05, 0.8)),
    "priority": Kind(pinned_priority, 3, (0.05, 0.8)),
    "remove": Kind(address_removed, 3, (0, 0)),
    "hogs": Kind(loaded, 1, (0.2, 1)),
}


def choose_nodes(chance, who, nodes, candidates):
    """The Active of the start is chosen more often than others."""
    order = chance.sample(nodes if who != "candidate" else candidates, len(candidates))
    if who == "all":
        return tuple(nodes)
    if who == "some":
        count = chance.choice([1, 1, 1, 2])
        return tuple([ACTIVE] if chance.random() < 0.4 else order[:count])
    if who == "two":
        return tuple(order[:2])
    return (ACTIVE if chance.random() < 0.4 else order[0],)


def make_episode(seed, chaos, kinds=None, count=None):
    """Its faults, in the order of their starts."""
    chance = random.Random(seed)
    names = sorted(kinds or KINDS)
    count = count or chance.choice([1, 1, 2, 2, 3, 4])
    chosen = chance.choices(names, [KINDS[name].weight for name in names], k=count)
    faults = [Fault(name, choose_nodes(chance, KINDS[name].who, chaos.lab.nodes, chaos.candidates),
                    chance.uniform(0, BEGIN_WITHIN_S if count > 1 else 0.1),
                    chance.uniform(*KINDS[name].last_s), chance.randrange(1000)) for name in chosen]
    return sorted(faults, key=lambda fault: fault.begin_s)


def run_fault(chaos, fault, start, errors):
    try:
        time.sleep(max(0, start + fault.begin_s - time.monotonic()))
        begin_ns = time.monotonic_ns()
        with KINDS[fault.kind].make(chaos, fault):
            fault.done_ns.extend([begin_ns, time.monotonic_ns()])
            time.sleep(fault.last_s if fault.kind != "flap" else 0)
            fault.done_ns.append(time.monotonic_ns())
        fault.done_ns.append(time.monotonic_ns())
    except Exception as error:  # pylint: disable=broad-except
        errors.append(f"{fault}: {error!r}")


def unrest(chaos, owner):
    """Yields what differs from the required final state; owner: the node that must be Active, None:
    any node."""
    active = []
    for node in chaos.lab.nodes:
        daemon = chaos.scene[node]
        for peer in daemon.json("peers"):
            if peer["verdict"] != "up" or peer.get("degraded") or peer.get("fenced") or \
                    peer.get("daemon") != "running":
                yield f"{node} on {peer['name']}: {peer['verdict']}, daemon {peer.get('daemon')}, " \
                      f"fenced {peer.get('fenced')}: {peer['reason']}"
        if node not in chaos.candidates:
            continue
        instance = daemon.vrrp()
        if instance["state"] == "active":
            active.append(node)
        if (instance["state"] == "active") != (instance.get("guard") is not None):
            yield f"{node} is {instance['state']} with guard {instance.get('guard')}"
        elif instance.get("guard", {}).get("fenced"):
            yield f"{node} is Active and fenced"
        if instance["state"] not in ("active", "backup") or instance.get("obstacles") or \
                instance.get("pinned_priority"):
            yield f"{node}: {instance}"
    if len(active) != 1 or (owner and active != [owner]):
        yield f"Active: {active}"
    holders = chaos.lab.holders(chaos.scene.vip)
    if holders != active:
        yield f"{chaos.scene.vip} is on {holders}, Active: {active}"


def leftovers(chaos):
    """Leftovers that only the maps show."""
    for node in chaos.lab.nodes:
        own, = chaos.scene[node].map("xb_self")
        if own["fenced_bits"] or own["fencing_bits"] or own["fencing"] or own["died_ns"]:
            yield f"{node}: left in xb_self: {own}"
        held = [guard for guard in chaos.scene[node].map("xb_guard") if guard["deadline_ns"]]
        if any(guard["deadline_ns"] == 1 for guard in held):
            yield f"{node}: left in xb_guard: {held}"


def wait_rest(chaos, owner, seconds):
    """Returns what is still wrong."""
    end = time.monotonic() + seconds
    while True:
        try:
            wrong = list(unrest(chaos, owner))
        except Exception as error:  # pylint: disable=broad-except
            wrong = [f"no answer: {error!r}"]
        if not wrong or time.monotonic() > end:
            return wrong
        time.sleep(0.02)


@dataclass
class Outcome:
    seed: object
    faults: list
    course: Course
    wrong: list
    rest_ms: float
    stalled_ms: float  # the time for which no task ran: a long one proves little

    def figures(self):
        two, course = self.course.owners.two_owners_ms, self.course
        return (two(course.start_ns, course.mend_ns), two(course.mend_ns, course.end_ns),
                course.owners.outage_ms(course.start_ns, course.end_ns), self.rest_ms)

    def kind(self):
        return "+".join(sorted({fault.kind for fault in self.faults}))


def excused(faults):
    """The times in which two may be Active, since neither can know of the other: (from, to) in ns.
    An Active that is stalled when they could hear each other again answers until its guard
    expires."""
    stalled = any(fault.kind in ("stop", "stop-all", "kill", "hang-start") for fault in faults)
    then_ns = (MEET_MS + stalled * DAEMON_TIMEOUT_MS) * NS_PER_MS
    return [(fault.done_ns[0], fault.done_ns[-1] + then_ns) for fault in faults
            if KINDS[fault.kind].network and fault.done_ns]


def inexcusable_ms(intervals, excuses):
    """How much of the intervals is outside of the excuses."""
    allowed = sum(max(0, min(end, to) - max(start, since)) for start, end in intervals
                  for since, to in merged(excuses))
    return (sum(end - start for start, end in intervals) - allowed) / NS_PER_MS


def healthy(node, faults, course):
    """The times in which a node has no fault: (from, to) in ns."""
    bad = merged((fault.done_ns[0], fault.done_ns[-1]) for fault in faults if node in fault.nodes)
    return list(zip([course.start_ns] + [end for _, end in bad], [start for start, _ in bad] + [course.end_ns]))


def wrong_outage(setting, nodes, faults, course):
    """A healthy node must take over, with exceptions: an Active that hears no node keeps its
    addresses, and so does one whose untracked link is cut; hold and release interrupt the
    service."""
    if any(fault.kind in DEAFENING or not fault.done_ns for fault in faults) or setting.links > 1 or \
            setting.settings.instance_lines or len(setting.settings.heartbeat_lines) > 1:
        return
    for begin, end in (span for node in nodes for span in healthy(node, faults, course)):
        for start, stop in ((outage.start_ns, outage.end_ns) for outage in course.owners.outages()):
            most_ns = TAKEN_OVER_NS + course.stalled_ms(start, stop) * NS_PER_MS
            if min(end, stop) - max(begin, start) > most_ns:
                yield (f"no node answers for {(stop - start) / NS_PER_MS:.0f} ms, from "
                       f"{(start - course.start_ns) / NS_PER_MS:.0f}, though a healthy node could")


def wrong_owners(faults, course):
    two_ms = inexcusable_ms(course.owners.two_owners(course.start_ns, course.end_ns), excused(faults))
    if two_ms > HANDOVER_MS + course.stalled_ms(course.start_ns, course.end_ns):
        yield f"two owners for {two_ms:.1f} ms"


def late_rest(course):
    """By its own events, the cluster must be at rest soon after the last fault was undone."""
    to_monotonic_ns = time.monotonic_ns() - time.time_ns()
    moves_ns = [event["time_unix_ns"] + to_monotonic_ns for events in course.events.values() for event in events
                if event["kind"] in ("peer", "vrrp", "daemon", "node")]
    rest_ms = (max(moves_ns, default=0) - course.mended_ns) / NS_PER_MS
    if rest_ms > REST_WITHIN_MS + course.stalled_ms(course.mended_ns, course.end_ns):
        yield f"the last change came {rest_ms:.0f} ms after the last fault (limit {REST_WITHIN_MS} ms)"


def play_episode(scene, seed, faults):
    """Returns its outcome. The scene must be at rest at the start."""
    chaos = Chaos(scene)
    errors, owner = [], ACTIVE if scene.setting.settings.preempt else None
    watch = OwnerWatch(scene.lab, scene.vip)
    watch.client.wait_owner(*[node for node in scene.lab.holders(scene.vip)])
    time.sleep(0.1)
    scene.note_begin()
    start = time.monotonic()
    threads = [threading.Thread(target=run_fault, args=(chaos, fault, start, errors)) for fault in faults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.note_mended()
    wrong = errors + wait_rest(chaos, owner, NEVER_SECONDS)
    rest_ms = (time.monotonic_ns() - scene.mended_ns) / NS_PER_MS
    time.sleep(0.3)
    if not wrong:
        wrong = wait_rest(chaos, owner, 0) + list(leftovers(chaos))
    end_ns = time.monotonic_ns()
    events = {}
    for node in scene.lab.nodes:
        with contextlib.suppress(Exception):
            events[node] = scene.events_since(node)
    course = Course(scene.start_ns, scene.mended_ns, scene.mended_ns, end_ns, watch.finish(),
                    scene.lab.stalled_ms, {}, events, scene.restarted, set())
    wrong += late_rest(course)
    wrong += wrong_owners(faults, course)
    wrong += wrong_outage(scene.setting, chaos.candidates, faults, course)
    return Outcome(seed, faults, course, wrong, rest_ms, course.stalled_ms(course.start_ns, course.end_ns))
