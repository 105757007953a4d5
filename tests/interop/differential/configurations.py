# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations of the scenarios: functions of a run, a node's letter, and what steps change."""

from tests.support.configuration import block, instance, statement
from tests.support.differential.run import NODES

SOON = ["vrrp_garp_master_delay 1"]


def global_defs(run, letter, lines):
    return block("global_defs", f"vrrp_notify_fifo {run.lab.path(f'{NODES[letter]}.fifo')}",
                 "script_user root", *lines)


def values(run, letter, *layers):
    """The keys of an instance; a function is called with the run and the letter."""
    keys = {"state": "BACKUP", "advert_int": "0.2", "priority": {"a": 150, "b": 100}[letter]}
    for layer in layers:
        keys.update(layer)
    return {key: value(run, letter) if callable(value) else value for key, value in keys.items()}


def pair(*lines, a=None, b=None, global_lines=SOON, before=None, **both):
    """lines and both: of the instance on both nodes; a, b: keys of one of them; before: a function
    that returns blocks. A step may change keys, the name, or add a second instance."""
    def text(run, letter, name="VI_1", second=False, **changes):
        keys = values(run, letter, both, {"a": a, "b": b}[letter] or {}, changes)
        others = instance("VI_2", vrid=52, **values(run, letter)) if second else ""
        blocks = before(run, letter) if before else ""
        expanded = [line(run, letter) if callable(line) else line for line in lines]
        return global_defs(run, letter, global_lines) + blocks + instance(name, *expanded, **keys) + others
    return text


def address(letter, family):
    return lambda run, _: run.lab.address(NODES[letter], family=family)


def unicast(family, ttl=None):
    """ttl: what is sent, and the least that is accepted."""
    def source(run, letter):
        return run.lab.address(NODES[letter], family=family)

    def peer(run, letter):
        other = run.lab.address(NODES["b" if letter == "a" else "a"], family=family)
        return [f"{other} min_ttl {ttl} max_ttl {ttl}" if ttl else other]
    return {"unicast_src_ip": source, "unicast_peer": peer, "unicast_ttl": ttl}


def families():
    """The same VRID for each family."""
    def text(run, letter):
        return (global_defs(run, letter, SOON) + instance("VI_1", **values(run, letter))
                + instance("VI_6", vips=["fe80::77:1", "fd77::100/64"], **values(run, letter)))
    return text


def grouped(member=None, **group):
    """On an interface each. member: keys of the second instance; group: of the group. The members' adverts cross when both yield; without garp_lower_prio_repeat
    that would decide the number of announcements."""
    lines = [line for key, value in group.items() for line in statement(key, value)]

    def text(run, letter):
        return (global_defs(run, letter, [*SOON, "vrrp_garp_lower_prio_repeat 0"]) + script(run, letter)
                + block("vrrp_sync_group G", block("group", "VI_1", "VI_2"), *lines)
                + instance("VI_1", **values(run, letter))
                + instance("VI_2", vrid=52, vips=["10.77.1.101/24"], interface="eth1",
                           **values(run, letter, member or {})))
    return text


def on_macvlan():
    return pair(interface="mv0", global_lines=[*SOON, "dynamic_interfaces allow_if_changes"])


def tracked(keyword, *entries):
    return pair(**{keyword: list(entries)})


def script(run, letter, *lines):
    """It fails unless NODE.works exists."""
    return block("vrrp_script T", f'script "/usr/bin/test -e {run.lab.path(f"{letter}.works")}"',
                 "interval 0.2", "fall 1", "rise 1", *lines)


def tracked_files(kind, weight=None):
    """A script that fails unless NODE.works exists, or the number in NODE.number."""
    def before(run, letter):
        if kind == "file":
            return block("vrrp_track_file T", f"file {run.lab.path(f'{letter}.number')}",
                         *([f"weight {weight}"] if weight else []))
        return script(run, letter, *([f"weight {weight}"] if weight else []))
    return pair(before=before, **{f"track_{kind}": ["T"]})


def without_process(weight=None):
    """Node a tracks a process that is missing: in a network namespace keepalived sees no other one,
    because the kernel reports processes in its first namespace alone."""
    def before(_run, letter):
        return block("vrrp_track_process T", "process no-such-process",
                     *([f"weight {weight}"] if weight else [])) if letter == "a" else ""
    return pair(before=before, a={"track_process": ["T"]})


def notified():
    """Every kind of script; each writes its arguments."""
    def command(kind):
        def line(run, letter):
            path = run.lab.path(f"{letter}.sh")
            if not path.exists():
                log = run.lab.path(f"{NODES[letter]}.notified")
                run.lab.write(path.name, f'#!/bin/sh\necho "$@" >>{log}\n', mode=0o755)
            return f'"{path} {kind}"'
        return line
    kinds = ("", "_master", "_backup", "_fault", "_stop", "_deleted", "_master_rx_lower_pri")
    return pair(**{f"notify{kind}": command(kind) for kind in kinds})
