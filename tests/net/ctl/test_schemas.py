# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of every verb fits its schema; no value is null."""

import json

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block
from tests.support.laboratory import wait_until
from tests.support.schemas import VERBS, check

pytestmark = pytest.mark.laboratory(nodes=3, ends="program")


def configure(cluster, node):
    return cluster.daemon(
        node, block("vrrp_app web", "timeout 60s"),
        block("vrrp_script chk_nginx", 'script "/usr/bin/true"', "weight 2", "user root"),
        cluster.vrrp_instance(node, "heartbeat lan", block("track_script", "chk_nginx"), block("track_app", "web weight 1")),
        cluster.vrrp_instance(node, name="VI_2", vrid=52, vips=["10.77.0.102/24"]), instance=False)


@pytest.fixture
def cluster(lab):
    cluster = Cluster(lab, Settings(daemon_timeout="3s"))
    for node in lab.nodes:
        configure(cluster, node).start().ctl("app", "beat", "web")
    cluster.wait_up()
    cluster["node-a"].wait_state("active")
    wait_until(lambda: cluster["node-b"].explain().get("active"), "node-b hears node-a")
    return cluster


def assert_no_null(value, what):
    if isinstance(value, (dict, list)):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            assert_no_null(member, f"{what}/{key}")
    assert value is not None, what


def ask(daemon, verb, arguments):
    """The values that the verb prints: events are one a line."""
    words = arguments.format(conf=daemon.configuration).split()
    if verb == "restart":
        old = daemon.process
        value = daemon.json(verb)
        daemon.process = daemon.lab.follow(old, value["pid"])
        return value
    done = daemon.ctl(verb, *words, check=verb != "health")
    values = [json.loads(line) for line in done.stdout.splitlines()]
    return values if verb == "events" else values[0]


def test_json_is_as_the_schemas_say(cluster):
    first = cluster["node-a"]
    for verb, schema, lines in VERBS:
        for line in lines:
            if verb == "failover":
                first.wait_state("active")
            value = ask(first, verb, line)
            assert_no_null(value, f"{verb} {line}")
            check(value, schema, f"{verb} {line}")


def test_json_of_trouble(cluster, lab):
    """A silent node, one that was killed, and instances that take no part."""
    first, second = cluster["node-a"], cluster["node-b"]
    lab.lose_all(*lab.loss_between("node-a", "node-c"), *lab.loss_between("node-c", "node-a"))
    wait_until(lambda: first.verdict("node-c") == "unreachable", "node-a does not hear node-c")
    second.kill()
    wait_until(lambda: first.verdict("node-b") in ("hung", "fenced"), "the daemon of node-b is dead")
    first.ctl("drain", "--force")
    first.ctl("priority", "VI_1", "7")
    for verb, schema, lines in VERBS[:[name for name, _, _ in VERBS].index("failover")]:
        for line in lines:
            check(ask(first, verb, line), schema, f"{verb} {line}")
