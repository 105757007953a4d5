# SPDX-License-Identifier: GPL-2.0-or-later
"""The log where systemd reads it: fields of the journal, and priorities on stderr; its limits."""

import re

import pytest

from tests.support.configuration import instance
from tests.support.journal import Journal, message_ids
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

NODE = "node-a"
# Runs a program whose stderr is what JOURNAL_STREAM names, as systemd does for a service.
AS_SERVICE = 'export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec "$@"'


def start_without_terminal(lab, daemon, *before):
    """As a service: its log goes to syslog or the journal. Returns when it answers."""
    daemon.process = lab.spawn(daemon.node, *before, daemon.build / "xbeatd", "-n", "-f",
                               daemon.configuration, "-i", daemon.instance)
    wait_until(daemon.ready, "it answers")
    return daemon


@pytest.mark.laboratory(nodes=2)
def test_events_have_fields(lab, cluster):
    """What an operator asks the journal: everything about a node, or about an instance."""
    journal = Journal(lab, NODE)
    a = start_without_terminal(lab, cluster.daemon(NODE), *journal.within())
    cluster.start_xbeatd("node-b")
    cluster.wait_up()
    a.wait_state("active")
    lab.cut("node-b")
    ids = message_ids()
    entry = journal.wait_entry("XBEAT_PEER=node-b", f"MESSAGE_ID={ids['peer']}", "XBEAT_TO=down")
    assert entry["XBEAT_FROM"] == "up" and "silent for" in entry["XBEAT_REASON"]
    assert entry["XBEAT_REASON"] in entry["MESSAGE"] and "XBEAT_INSTANCE" not in entry
    assert (entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"], entry["SYSLOG_FACILITY"]) == ("5", "xbeatd", "3")
    assert entry["_TRANSPORT"] == "journal" and entry["SYSLOG_PID"] == str(a.process.pid)
    entry = journal.wait_entry("XBEAT_INSTANCE=VI_1", f"MESSAGE_ID={ids['vrrp']}", "XBEAT_TO=active")
    assert entry["XBEAT_EVENT"] == "vrrp" and "XBEAT_PEER" not in entry
    assert not journal.entries("XBEAT_PEER=self"), "this node is no peer"


@pytest.mark.laboratory(nodes=1)
def test_lines_about_an_instance_have_its_name(lab):
    journal = Journal(lab, NODE)
    lab.run(NODE, "ip", "address", "add", "10.77.0.90/24", "dev", "eth0")
    daemon = start_without_terminal(lab, Xbeatd(lab, NODE, instance()), *journal.within())
    daemon.wait_state("active")
    daemon.reload(instance(vips=["10.77.0.90/32"]))
    journal.wait_entry("XBEAT_INSTANCE=VI_1", "MESSAGE=VI_1: 10.77.0.90 is this node's own address and is not "
                       "guarded: if this daemon hangs, two nodes may answer for it")


@pytest.mark.laboratory(nodes=1)
def test_a_service_in_the_foreground(lab):
    """-n -l -G, as with a configuration alone: the journal is the reader of its stderr."""
    journal = Journal(lab, NODE)
    daemon = Xbeatd(lab, NODE, instance())
    daemon.start(*journal.within(), "systemd-cat", "sh", "-c", AS_SERVICE, "sh")
    entry = journal.wait_entry("SYSLOG_IDENTIFIER=xbeatd", "XBEAT_EVENT=daemon")
    assert entry["_TRANSPORT"] == "journal"


@pytest.mark.laboratory(nodes=1)
def test_priorities_on_stderr_without_the_socket(lab):
    """As in a sandbox that has no /run/systemd. Other streams are for people: no numbers."""
    daemon = Xbeatd(lab, NODE, instance())
    daemon.start("sh", "-c", AS_SERVICE, "sh")
    daemon.wait_state("active")
    assert "<5>xbeatd: vrrp VI_1: backup -> active" in daemon.process.output()
    daemon.stop()
    daemon.start("env", "JOURNAL_STREAM=1:2")
    assert not re.search(r"^<\d>", daemon.process.output(), re.M)


@pytest.mark.laboratory(nodes=1)
def test_a_journal_that_is_not_read(lab):
    """The daemon does not wait for it, and reports how many lines were lost."""
    journal = Journal(lab, NODE)
    daemon = start_without_terminal(lab, Xbeatd(lab, NODE, instance()), *journal.within())
    daemon.wait_state("active")
    with journal.full():
        daemon.ctl("priority", "VI_1", "7")
        daemon.ctl("priority", "VI_1", "8")
    daemon.ctl("priority", "VI_1", "9")
    journal.wait_entry("XBEAT_EVENT=priority")
    assert journal.entries("MESSAGE=2 log lines dropped: the log reader was too slow", "PRIORITY=4")


@pytest.mark.laboratory(nodes=1)
def test_a_journal_that_restarts(lab):
    """As when systemd is upgraded. Meanwhile lines go to stderr."""
    journal = Journal(lab, NODE)
    daemon = start_without_terminal(lab, Xbeatd(lab, NODE, instance()), *journal.within())
    daemon.wait_state("active")
    journal.wait_entry("XBEAT_TO=active")
    journal.stop()
    daemon.ctl("priority", "VI_1", "7")
    assert "priority VI_1: effective priority 7" in daemon.process.output()
    journal.start_again()
    daemon.ctl("priority", "VI_1", "8")
    journal.wait_entry("XBEAT_INSTANCE=VI_1", "XBEAT_EVENT=priority")
    assert "effective priority 8" not in daemon.process.output()
    assert journal.entries("MESSAGE=1 log lines went to stderr: neither the journal nor /dev/log could be reached")


@pytest.mark.laboratory(nodes=1)
def test_lines_that_repeat_are_limited(lab):
    """And counted; those about another instance are not."""
    daemon = Xbeatd(lab, NODE, instance(), instance("VI_2", vrid=52, vips=["10.77.0.102/24"])).start_active()
    for number in range(40):
        daemon.ctl("priority", "VI_1", str(10 + number))
    daemon.ctl("priority", "VI_2", "9")
    assert daemon.stop() == 0
    lines = daemon.process.output().splitlines()
    logged = [line for line in lines if line.startswith("xbeatd: priority VI_1: effective")]
    assert len(logged) <= 20, "10 within 10 s"
    suppressed = [re.search(r"suppressed (\d+) more lines like this: priority VI_1", line) for line in lines]
    assert len(logged) + sum(int(match[1]) for match in suppressed if match) == 40
    assert sum(line.startswith("xbeatd: priority VI_2: effective") for line in lines) == 1
