# SPDX-License-Identifier: GPL-2.0-or-later
"""One scenario in one combination of programs.

A step is an action and what must come of it: the last state that each node has notified. It ends
when nothing new has happened for longer than the timers of the configuration; then what it left is
recorded.
"""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import signal
import time

from tests.support.daemon import Keepalived
from tests.support.differential.recorder import Recorder
from tests.support.laboratory import Laboratory, wait_until
from tests.support.xbeatd import Xbeatd

NODES = {"a": "node-a", "b": "node-b"}
PROGRAMS = {"k": Keepalived, "x": Xbeatd}
COMBINATIONS = ("kk", "kx", "xk", "xx")
# The end of a wait for a state that never comes, which is then a part of the record.
STATE_SECONDS_MAX = 20
POLL_S = 0.03


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    act: object  # a function of the run
    states: dict  # of a node: the state, or the states by instance


def step(name, act, **states):
    return Step(name, act, states)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """text: a function of a run and a node's letter, and returns the configuration."""
    name: str
    text: object
    steps: list
    sensitive: bool = False  # a part of "make check"
    links: int = 1
    quiet_s: float = 1.3  # longer than the longest timer that is left when the states are right
    counted: bool = True  # bursts of claims


def children(pid):
    return [int(word) for word in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Run:
    def __init__(self, lab, scenario, combination):
        self.lab, self.scenario = lab, scenario
        self.programs = dict(zip(NODES, combination))
        self.recorders = {}
        self.daemons = {}
        self.changes = {"a": {}, "b": {}}
        self.record = {}
        lab.links_of = {node: [self.describe(node, link) for link in range(lab.links)] for node in lab.nodes}

    def describe(self, node, link):
        entry, = json.loads(self.lab.run(node, "ip", "-j", "address", "show", "dev", f"eth{link}").stdout)
        return {"mac": entry["address"],
                "link_local": next(found["local"] for found in entry["addr_info"]
                                   if found["local"].startswith("fe80::"))}

    # What steps do.

    def configure(self, letter, **changes):
        """changes: for the scenario's text, beside those of earlier steps."""
        self.changes[letter].update(changes)
        text = self.scenario.text(self, letter, **self.changes[letter])
        if letter not in self.daemons:
            self.daemons[letter] = PROGRAMS[self.programs[letter]](self.lab, NODES[letter])
        self.daemons[letter].configure(text)

    def start(self, *letters):
        """At once; returns when each xbeatd answers."""
        for letter in letters:
            self.configure(letter)
        with concurrent.futures.ThreadPoolExecutor(len(letters)) as pool:
            list(pool.map(lambda letter: self.daemons[letter].start(), letters))

    def start_in_turn(self, **states):
        """The second one when the first has its state."""
        for letter, state in states.items():
            self.start(letter)
            self.wait_states({letter: state})

    def reload(self, letter, **changes):
        self.configure(letter, **changes)
        self.daemons[letter].hang_up()

    def stop(self, letter):
        self.daemons[letter].stop()

    def vrrp_pid(self, letter):
        """Of the process that speaks VRRP: of keepalived, the child."""
        pid = self.daemons[letter].process.pid
        return children(pid)[0] if self.programs[letter] == "k" else pid

    def kill(self, letter):
        """keepalived's parent must not start another child, nor the child release the addresses."""
        process = self.daemons[letter].process
        pid = self.vrrp_pid(letter)
        process.send_signal(signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def pause(self, letter):
        os.kill(self.vrrp_pid(letter), signal.SIGSTOP)

    def resume(self, letter):
        os.kill(self.vrrp_pid(letter), signal.SIGCONT)

    def ip(self, letter, *words):
        self.lab.run(NODES[letter], "ip", *words)

    def cut(self, letter, *options):
        self.lab.cut(NODES[letter], *options)

    def heal(self, letter):
        self.lab.heal(NODES[letter])

    # The course.

    def play(self):
        try:
            self.recorders = {letter: Recorder(self.lab, node, self.scenario.counted)
                              for letter, node in NODES.items()}
            for step in self.scenario.steps:
                step.act(self)
                missed = self.wait_states(step.states)
                missed = self.wait_quiet(missed)
                self.record[step.name] = {letter: {**recorder.take(), "states": missed.get(letter, [])}
                                          for letter, recorder in self.recorders.items()}
            return self.record
        finally:
            for recorder in self.recorders.values():
                recorder.close()

    def read(self):
        """Returns the nodes with something new."""
        return [letter for letter, recorder in self.recorders.items() if recorder.read()]

    def missing(self, states):
        """The states that nodes have not reached, as lines."""
        lines = {}
        for letter, wanted in states.items():
            for name, state in (wanted if isinstance(wanted, dict) else {"VI_1": wanted}).items():
                has = self.recorders[letter].states.get(name)
                if has != state:
                    lines.setdefault(letter, []).append(f"{name} is {has}, not {state}")
        return lines

    def wait_states(self, states):
        end = time.monotonic() + STATE_SECONDS_MAX
        while True:
            self.read()
            missing = self.missing(states)
            if not missing or time.monotonic() > end:
                return missing
            time.sleep(POLL_S)

    def wait_quiet(self, missed):
        """Returns what missed the step's end, with the nodes that never are quiet."""
        start = since = time.monotonic()
        while time.monotonic() - since < self.scenario.quiet_s:
            time.sleep(POLL_S)
            new = self.read()
            if new:
                since = time.monotonic()
            if since - start > STATE_SECONDS_MAX:
                return {**missed, **{letter: ["is never quiet"] for letter in new}}
        return missed


def play(name, scenario, combination):
    """Returns the record, and for how long the machine stalled."""
    with Laboratory(name, nodes=2, links=scenario.links) as lab:
        start_ns = time.monotonic_ns()
        wait_until(lambda: all(has_link_local(lab, node) for node in lab.nodes), "link-local addresses")
        record = Run(lab, scenario, combination).play()
        return record, lab.stalled_ms(start_ns, time.monotonic_ns())


def has_link_local(lab, node):
    return all("fe80::" in lab.run(node, "ip", "-6", "address", "show", "dev", f"eth{link}").stdout
               for link in range(lab.links))
