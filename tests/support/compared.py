# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters whose nodes have different configurations, and what they report of it."""

from tests.support.cluster import Cluster
from tests.support.laboratory import wait_until


def compared(daemon):
    """Its events about comparisons: subject, end state, reason."""
    return [(event["subject"], event["to"], event["reason"]) for event in daemon.events()
            if event["kind"] == "compare"]


def start(lab, settings):
    """A daemon on each node of settings, a dict."""
    cluster = Cluster(lab)
    for node, cluster.settings in settings.items():
        cluster.daemon(node).start()
    cluster.wait_up()
    return cluster


def wait_all_compared(cluster):
    for daemon in cluster.daemons.values():
        wait_until(lambda: sum(node.get("comparison") == "compared" for node in daemon.json("cluster")["nodes"])
                   >= len(cluster.daemons) - 1, "all configurations are compared")


def place_of(daemon, line, after=""):
    """Where a line begins so in the daemon's file, after another one that does."""
    lines = [one.strip() for one in daemon.configuration.read_text().splitlines()]
    first = next(number for number, one in enumerate(lines) if one.startswith(after))
    number = next(number for number in range(first, len(lines)) if lines[number].startswith(line))
    return f"{daemon.configuration}:{number + 1}"


def only_report(daemon, subject):
    """The reason of the daemon's only event, which is about this subject."""
    (found, to, reason), = compared(daemon)
    assert (found, to) == (subject, "differs"), reason
    return reason


def differences(daemon):
    """What is in its status: what, own value, other value, nodes, location."""
    return [(each["what"], each["own"], each.get("other"), each["nodes"], each["location"])
            for each in daemon.json("status")["disagreements"]]
