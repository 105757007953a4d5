# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of xbeatctl(8), "xbeatctl help", README.md and docs/operation.md are what the verbs
print in such a cluster, but for numbers, times, addresses and paths, and for the parts that "..."
replaces, or that follow the end."""

import re

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block
from tests.support.laboratory import ROOT, wait_until

BESIDE_HEARTBEATS = Settings(priorities=[150, 100, 50], daemon_timeout="3s", witness="node-c",
                             vip_lines=["10.77.0.100"])
LATE = "60s"
APPLICATION = block("vrrp_app web", f"timeout {LATE}")
# Replaced in this order, in examples and in what is printed.
ALIKE = [(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "TIME"), (r"\d+(\.\d+){3}(/\d+)?", "ADDRESS"),
         (r"[+-]?\d+(\.\d+)?( (ns|us|ms|s|min|h))( \d+ (s|min))?\b", "SPAN"), (r"(?<![\w-])[+-]?\d+(\.\d+)?\b", "N"),
         (r"\S*/\S+\.conf\b", "FILE"), (r"\bxbeat\.conf", "FILE"), (r"VI_1 VI_2", "VI_1"), (r"\s+", " ")]


def alike(text):
    for pattern, replacement in ALIKE:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def examples(text):
    """The commands in a text, each with what it prints."""
    return re.findall(r"^\s*\$ xbeatctl (.*)\n((?:(?!```|\s*\$ ).*\n)*)", text, re.M)


def read_indented(name):
    """The code of a Markdown file."""
    return re.sub(r"^(?! {4}).*$", "```", (ROOT / name).read_text(), flags=re.M)


def configure(cluster, node, *lines):
    lab = cluster.lab
    return cluster.daemon(
        node, APPLICATION if node == "node-a" else "",
        block("vrrp_script chk_nginx", f'script "/usr/bin/test -e {lab.path("nginx")}"', "weight 20", "user root"),
        cluster.vrrp_instance(node, "heartbeat lan", *lines), instance=False)

def start(cluster):
    first = configure(cluster, "node-a", block("track_app", "web")).start()
    first.ctl("app", "beat", "web")
    first.wait_state("active")
    for node in ("node-b", "node-c"):
        configure(cluster, node, block("track_script", "chk_nginx")).start()
    cluster.wait_up()


@pytest.fixture
def printed(lab):
    """What the commands of examples print."""
    cluster = Cluster(lab, BESIDE_HEARTBEATS)
    start(cluster)
    first, second = cluster["node-a"], cluster["node-b"]
    texts = {}

    def note(daemon, *lines):
        texts.update({line: daemon.text(*line.split()) for line in lines})

    second.wait_tracked("chk_nginx", "down")
    note(second, "tracking")
    for daemon in second, cluster["node-c"]:  # as nodes should be: otherwise status reports it
        daemon.reload(daemon.configuration.read_text(), APPLICATION)
        daemon.ctl("app", "beat", "web")
    wait_until(lambda: "differs" not in first.text("status"), "the nodes have compared again")
    lab.path("nginx").touch()
    second.wait_priority(120)
    wait_until(lambda: second.explain().get("active"), "node-b hears node-a")
    note(second, "explain VI_1")
    first.configuration.write_text(first.configuration.read_text().replace("advert_int 1\n", "advert_int 2\n"))
    note(first, "status", "peers", "app", "reload", "failover VI_1 -t 10m", "resume")
    first.wait_state("active")
    note(first, "drain")
    first.json("resume")
    first.wait_state("active")
    note(second, "priority VI_1 200")
    first.wait_state("backup")
    lab.cut("node-b")
    first.wait_state("active")
    note(first, "vrrp")
    lab.heal("node-b")
    cluster.wait_up()
    lab.lose_all(*lab.loss_between("node-b", "node-a"), *lab.loss_between("node-a", "node-b"))
    wait_until(lambda: first.verdict("node-b") == "unreachable", "node-b is unreachable")
    note(first, "explain node-b")
    texts["help"] = "```\n".join(first.text("help", line.split()[0]) for line in texts)
    texts["check xbeat.conf"] = first.text("check", first.configuration)
    return {line: text.replace(first.instance, "default") for line, text in texts.items()}


@pytest.mark.laboratory(nodes=3, ends="program")
def test_examples(printed):
    manual = (ROOT / "docs/xbeatctl.8.scd").read_text()
    wrong = []
    for name, text, count_min in (
            ("manual", manual, 11), ("help", printed.pop("help"), 11), ("README.md", read_indented("README.md"), 1),
            ("operation.md", read_indented("docs/operation.md"), 1)):
        shown = [(line, example) for line, example in examples(text) if line in printed]
        assert len(shown) >= count_min, name
        for line, example in shown:
            for part in example.split("...\n"):
                if alike(part) not in alike(printed[line]):
                    wrong.append(f"{name}: {line}\n  example: {alike(part)}\n  printed: {alike(printed[line])}")
    assert not wrong, "\n".join(wrong)
    assert {line.split()[0] for line, _ in examples(manual)} >= {line.split()[0] for line in printed}
