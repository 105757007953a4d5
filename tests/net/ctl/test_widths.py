# SPDX-License-Identifier: GPL-2.0-or-later
"""Every verb on terminals of 80 and 200 columns and in a pipe: no line is longer than the terminal, and
no word is lost. --brief has one line for each entry, --detail every member of the JSON."""

import collections
import json
import re
import subprocess

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block
from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.schemas import VERBS, WITHOUT_JSON
from tests.support.terminal import output_on_terminal

pytestmark = pytest.mark.laboratory(nodes=3, ends="program")
WIDTHS = [80, 200]
SHOWN = [(verb, line) for verb, _, lines in VERBS[:[name for name, _, _ in VERBS].index("failover")] for line in lines]
COPIED = ["config", "import", "dump"]  # what is copied from the terminal stays whole
BROKEN = ["maps"]  # paths that are longer than their column go on in the next line
VIEWS = ["interfaces", "maps", "peers", "vrrp", "cluster", "tracking", "app", "drops", "events", "status",
         "health", "keys", "chain"]
CHANGING = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+|-?\d+(\.\d+)?( (ns|us|ms|s|min|h)\b( \d+ (s|min)\b)?)?")


@pytest.fixture
def daemon(lab):
    """One that has much to report."""
    cluster = Cluster(lab, Settings(daemon_timeout="3s", vip_lines=[f"10.77.0.{n}/24" for n in range(100, 140)]))
    for node in lab.nodes:
        cluster.daemon(
            node, block("vrrp_app web", "timeout 60s"),
            block("vrrp_script chk_nginx", 'script "/usr/bin/test -e /nonexistent/of/nginx"', "weight 2", "user root"),
            cluster.vrrp_instance(node, "heartbeat lan", block("track_script", "chk_nginx")), instance=False).start()
    cluster.wait_up()
    first = cluster["node-a"]
    first.wait_state("active")
    lab.cut("node-c")
    wait_until(lambda: first.verdict("node-c") == "down", "node-c is down")
    first.wait_tracked("chk_nginx", "down")
    return first


def words(lines):
    """Without what changes between two calls, and without what ends a line or fills it."""
    return collections.Counter(CHANGING.sub("N", " ".join(" ".join(lines).split())).split())


def letters(lines):
    return collections.Counter(re.sub(r"[\d\s]", "", "".join(lines)))


def argv(daemon, verb, line, *options):
    """Without -j."""
    arguments = line.format(conf=daemon.configuration).split()
    return [argument for argument in daemon.ctl_argv(verb, *arguments, *options) if argument != "-j"]


def in_pipe(argv):
    return subprocess.run(argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=NEVER_SECONDS).stdout.splitlines()


def check_widths(daemon, verb, line, *options):
    """The state may change between two calls: then both are made again."""
    command = argv(daemon, verb, line, *options)
    parts = letters if verb in BROKEN else words

    def same(columns):
        whole = in_pipe(command)
        shown, status = output_on_terminal(command, columns)
        assert status in (0, 1), (command, shown)
        for text in shown:
            assert len(text) <= columns or verb in COPIED, f"{verb} {line} on {columns} columns: {len(text)}: {text}"
        return parts(shown) == parts(whole)

    for columns in WIDTHS:
        wait_until(lambda: same(columns), f"{verb} {line} {options} is the same on {columns} columns as in a pipe")
    return in_pipe(command)


def leaves(value):
    if isinstance(value, dict):
        for name, member in value.items():
            if name.endswith("_text") and name[:-len("_text")] in value:
                continue
            yield re.sub(r"(_unix)?_(ns|count)$", "", name).replace("_", " ")
            yield from leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member)


def test_no_line_is_too_long_and_no_word_is_lost(daemon):
    for verb, line in SHOWN:
        check_widths(daemon, verb, line)
    for verb in WITHOUT_JSON:
        check_widths(daemon, "help", verb)
    for verb in VIEWS:
        detail = check_widths(daemon, verb, "", "-d")
        wait_until(lambda: not words(in_pipe(argv(daemon, verb, ""))) - words(in_pipe(argv(daemon, verb, "", "-d"))),
                   f"{verb} -d has what {verb} has")
        lacking = [name for name in leaves(json.loads(daemon.ctl(verb, check=False).stdout) if verb != "events"
                                       else daemon.events()[-1])
                   if not re.search(rf"^ *{re.escape(name)}\b", "\n".join(detail), re.M)]
        assert not lacking, (verb, lacking)
    check_brief(daemon)


def check_brief(daemon):
    def lines(*arguments):
        return [line.split() for line in in_pipe(argv(daemon, arguments[0], "", *arguments[1:]))]

    assert [line[:2] for line in lines("peers", "-br")] == [["node-b", "up"], ["node-c", "down"]]
    assert lines("peers", "node-b", "--brief")[0][-1] == "eth0:up"
    (name, state, *_, address), = lines("vrrp", "-br")
    assert (name, state, address) == ("VI_1", "active", "10.77.0.139/24")
    assert [line[0] for line in lines("cluster", "-br")] == ["node-a", "node-b", "node-c", "VI_1"]
    assert lines("status", "-b")[0][:2] == ["node-a", "running"]
    assert ["script", "chk_nginx", "down"] in [line[:3] for line in lines("tracking", "-b")]
    assert lines("app", "-br")[0][:2] == ["web", "unopened"]
    assert len(lines("events", "-br")) == len(daemon.events())
    assert all(int(count) > 0 for _, count in lines("drops", "-br"))
    assert ["warning", "peer", "node-c"] in [line[:3] for line in lines("health", "-br")]
    (*_, state, nodes), = lines("keys", "-br")
    assert state == "active" and "node-b" in nodes
    assert lines("chain", "-br") == []
    for subject, state in {"VI_1": "active", "node-c": "down", "node-a": "running"}.items():
        assert [line[:2] for line in lines("explain", subject, "-br")] == [[subject, state]]
    refused = subprocess.run(argv(daemon, "peers", "", "-br", "-d"), text=True, capture_output=True)
    assert refused.returncode == 2 and "exclude" in refused.stderr
