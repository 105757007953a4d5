# SPDX-License-Identifier: GPL-2.0-or-later
"""True changes beside an attack, and the events that each must cause: (node, kind, subject, from,
to)."""

from tests.support.attack.scene import ACTIVE, BACKUP


def vrrp(node, *states):
    return [(node, "vrrp", "VI_1", before, after) for before, after in zip(states, states[1:])]


FAILED_OVER = [*vrrp(ACTIVE, "active", "initialize", "backup", "active"), *vrrp(BACKUP, "backup", "active", "backup")]
RAISED = [*vrrp(ACTIVE, "active", "backup", "active"), *vrrp(BACKUP, "backup", "active", "backup")]


def fail_over(scene):
    scene[ACTIVE].ctl("failover", "VI_1")
    scene[BACKUP].wait_state("active")


def resume(scene):
    scene[ACTIVE].ctl("resume", "VI_1")
    scene[ACTIVE].wait_state("active")
    scene[BACKUP].wait_state("backup")


def raise_priority(scene):
    scene[BACKUP].ctl("priority", "VI_1", "200")
    scene[BACKUP].wait_state("active")
    scene[ACTIVE].wait_state("backup")


def lower_priority(scene):
    scene[BACKUP].ctl("priority", "VI_1", "default")
    scene[ACTIVE].wait_state("active")
    scene[BACKUP].wait_state("backup")


# By name: there, back, and the events of both.
CHANGES = {
    "failover": (fail_over, resume, FAILED_OVER),
    "priority": (raise_priority, lower_priority, RAISED),
}


def stop_and_start(daemon):
    daemon.stop()
    daemon.start()


def kill_and_start(daemon):
    daemon.kill()
    daemon.start()


def without_restart(course, node):
    """Leaves the events out that the restart of a node is itself: those of its start, and what
    others report of it. Returns those in which it became Active, which are none of a restart."""
    own = [event for event in course.events if event["node"] == node and event["kind"] == "vrrp"]
    course.events = [event for event in course.events if event["node"] != node
                     and (event["kind"], event["subject"]) != ("peer", node)]
    return [event for event in own if event["to"] == "active"]
