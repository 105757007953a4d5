# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications compared with keepalived: the same configuration, the same sequence, the same
lines."""

import contextlib
import os
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

NAMES = ("VI_1", "VI_2")
WORDS = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop")


class Story:
    """A daemon on a node whose notifications go to a directory: a file for each state, and the
    FIFO."""

    def __init__(self, lab, node, *global_lines):
        self.lab = lab
        self.node = node
        self.directory = lab.path(f"told-{node}")
        self.directory.mkdir()
        self.script = self.directory / "tell"
        # A line is one write, so lines of two programs do not mix.
        self.script.write_text('#!/bin/sh\nword=$1; shift\necho "$*" >>"${0%/*}/$word"\n')
        self.script.chmod(0o700)
        fifo = self.directory / "fifo"
        os.mkfifo(fifo)
        self.fifo = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        self.read = b""
        words = self.words()
        self.text = "".join([
            block("global_defs", f"vrrp_notify_fifo {fifo}", "script_user root", *global_lines),
            block("vrrp_sync_group both", block("group", *NAMES), *words),
            *(instance(name, "state BACKUP", "garp_master_delay 1", *words, vrid=vrid)
              for name, vrid in zip(NAMES, (51, 52)))])

    def words(self):
        return [f'{word} "{self.script} {word}"' for word in WORDS]

    def lines(self):
        """The lines that were written to the FIFO."""
        with contextlib.suppress(BlockingIOError):
            self.read += os.read(self.fifo, 1 << 16)
        return self.read.decode().splitlines()

    def runs(self, word):
        """The arguments of each call of this state's script."""
        path = self.directory / word
        return path.read_text().splitlines() if path.exists() else []

    def close(self):
        os.close(self.fifo)

    def wait_for(self, state, count=1):
        """Waits until all have notified a state."""
        def said():
            words = [line.split() for line in self.lines()]
            return all(sum(line[1] == f'"{name}"' and line[2] == state for line in words) >= count
                       for name in (*NAMES, "both"))
        wait_until(said, f"{self.node}: {state} {count} times: {self.lines()}")

    def told(self):
        """The arguments of each script, and the lines in the FIFO, in order."""
        return {word: sorted(self.runs(word)) for word in WORDS} | {"FIFO": self.lines()}


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("first,delay", [("BACKUP", 0.5), ("FAULT", 0)])
def test_same_lines_as_keepalived(lab, first, delay):
    """Start, Master, interface down, up, stop. The nodes do not hear each other."""
    lab.cut("node-b")
    mine, theirs = (Story(lab, node, f"vrrp_startup_delay {delay}") for node in lab.nodes)
    stories = (mine, theirs)
    for story in stories:
        if first == "FAULT":
            lab.cut(story.node, "eth0", "--carrier")
    daemons = (Xbeatd(lab, "node-a", mine.text).start(),
               Keepalived(lab, "node-b", theirs.text).start())
    for story in stories:
        story.wait_for(first)
        lab.run("switch", "ip", "link", "set", f"{story.node}.0", "up")
    for story in stories:
        story.wait_for("MASTER")
        lab.cut(story.node, "eth0", "--carrier")
    for story in stories:
        story.wait_for("FAULT", 2 if first == "FAULT" else 1)
        lab.run("switch", "ip", "link", "set", f"{story.node}.0", "up")
    for story in stories:
        story.wait_for("MASTER", 2)
    for daemon in daemons:
        daemon.stop()
    for story in stories:
        story.wait_for("STOP")
        for word in WORDS:
            wait_until(lambda story=story, word=word: len(story.runs(word)) >= 3,
                       f"{story.node}: {word} has run: {story.told()}")
    told = [story.told() for story in stories]
    for story in stories:
        story.close()
    assert told[0] == told[1]


@pytest.mark.laboratory(nodes=2)
def test_startup_delay_is_no_silence(lab):
    """The state in which an instance waits is notified at once, and again only if it changes."""
    lab.cut("node-b")
    stories = [Story(lab, node, "vrrp_startup_delay 4000") for node in lab.nodes]
    for story in stories:
        story.text += instance("owner", vrid=53, priority=255)
    daemon = Xbeatd(lab, "node-a", stories[0].text).start()
    Keepalived(lab, "node-b", stories[1].text).start()
    for count, state in ((1, "BACKUP"), (1, "FAULT"), (2, "BACKUP")):
        for story in stories:
            story.wait_for(state, count)
        for story in stories:
            if state == "FAULT":
                lab.run("switch", "ip", "link", "set", f"{story.node}.0", "up")
            elif count == 1:
                lab.cut(story.node, "eth0", "--carrier")
    assert daemon.obstacles() == ["startup_delay"]
    time.sleep(0.3)  # for lines that should not come
    told = [[line for line in story.lines() if "owner" not in line] for story in stories]
    owners = ["\n".join(story.lines()).count("owner") for story in stories]
    for story in stories:
        story.close()
    assert [line.split()[2] for line in told[0]] == 3 * ["BACKUP"] + 3 * ["FAULT"] + 3 * ["BACKUP"]
    assert told[0] == told[1]
    assert owners[0] <= 1, "a fault at most"


class Filed(Story):
    """A tracked file decides on VI_1, which takes its group along."""

    def __init__(self, lab, node):
        super().__init__(lab, node)
        self.file = self.directory / "file"
        self.write(0)
        changes = block("track_file", "decider weight 1") + "notify_priority_changes\n"
        self.text = block("track_file decider", f"file {self.file}") + self.text.replace(
            "virtual_ipaddress", f"{changes}virtual_ipaddress", 1).replace(
                "vrrp_sync_group both {", "vrrp_sync_group both {\nsync_group_tracking_weight")

    def write(self, number):
        self.file.write_text(f"{number}\n")


@pytest.mark.laboratory(nodes=2)
def test_fault_by_a_file(lab):
    """One FAULT with the priority before it, not a new priority first."""
    lab.cut("node-b")
    stories = [Filed(lab, node) for node in lab.nodes]
    Xbeatd(lab, "node-a", stories[0].text).start()
    Keepalived(lab, "node-b", stories[1].text).start()
    for number, state, count in ((10, "MASTER", 1), (-254, "MASTER_PRIORITY", 1), (0, "FAULT", 1),
                                 (0, "MASTER", 2)):
        for story in stories:
            wait_until(lambda story=story: [line.split()[1:3] for line in story.lines()].count(
                ['"VI_1"', state]) >= count, lambda story=story: f"{state}: {story.lines()}")
        for story in stories:
            story.write(number)
    for story in stories:
        story.wait_for("MASTER", 2)
    told = [story.lines() for story in stories]
    for story in stories:
        story.close()
    assert 'INSTANCE "VI_1" FAULT 110' in told[0]
    assert told[0] == told[1]


class Removal(Story):
    """Two instances in no group, one with notify_deleted; later both are removed."""

    def __init__(self, lab, node):
        super().__init__(lab, node)
        head = self.text[:self.text.index("vrrp_sync_group")]
        stays = instance("stays", vrid=53)
        self.text = (head + instance("silent", *self.words(), vrid=51)
                     + instance("asking", *self.words(), "notify_deleted", vrid=52) + stays)
        self.later = head + stays

    def last_words(self):
        """What the FIFO and "notify" report of the removed instances, without the start."""
        runs = [line for line in self.runs("notify") if line.split()[2] in ("FAULT", "DELETED")]
        lines = [line for line in self.lines() if line.split()[2] in ("FAULT", "DELETED")]
        return sorted(lines), sorted(runs), sorted(self.runs("notify_fault"))


@pytest.mark.laboratory(nodes=2)
def test_removal_is_notified_as_by_keepalived(lab):
    lab.cut("node-b")
    stories = [Removal(lab, node) for node in lab.nodes]
    daemons = (Xbeatd(lab, "node-a", stories[0].text).start(),
               Keepalived(lab, "node-b", stories[1].text).start())
    for story, daemon in zip(stories, daemons):
        wait_until(lambda story=story: sum(" MASTER " in line for line in story.lines()) == 3,
                   f"{story.node}: all are Master: {story.lines()}")
        daemon.configure(story.later)
        daemon.hang_up()
    for story in stories:
        wait_until(lambda story=story: all(len(said) == 2 for said in story.last_words()[:2]),
                   f"{story.node}: the removals are notified: {story.last_words()}")
    time.sleep(0.3)  # for a notify_fault that should not come
    told = [story.last_words() for story in stories]
    for story in stories:
        story.close()
    assert told[0] == told[1]
    assert told[0][0] == ['INSTANCE "asking" DELETED 100', 'INSTANCE "silent" FAULT 100']
