# SPDX-License-Identifier: GPL-2.0-or-later
"""Names on the command line select the entries of every list; one that nothing has is an error with
what was meant."""

import subprocess

import pytest

from tests.support.configuration import Settings, block
from tests.support.cluster import Cluster
from tests.support.laboratory import NEVER_SECONDS

pytestmark = pytest.mark.laboratory(nodes=3, ends="program")
NAMED = {  # verb: (arguments, the names of what is left, by the field that holds them)
    "peers": [(["node-b"], "name", ["node-b"]), (["node-*"], "name", ["node-b", "node-c"]),
              (["node-c", "node-b"], "name", ["node-b", "node-c"])],
    "vrrp": [(["VI_2"], "name", ["VI_2"]), (["10.77.0.100"], "name", ["VI_1"]),
             (["VI_*"], "name", ["VI_1", "VI_2"])],
    "tracking": [(["chk_*"], "name", ["chk_nginx"]), (["interface"], "kind", ["interface"])],
    "app": [(["web"], "name", ["web"])],
}
UNKNOWN = {  # a command line: words of its error
    "peers node-d": ["no node 'node-d'", "did you mean 'node-", "node-b, node-c"],
    "peers node-b node-d": ["no node 'node-d'"],
    "vrrp V_1": ["no instance or address 'V_1'", "did you mean 'VI_1'"],
    "vrrp x*": ["'x*'", "there are: VI_1, VI_2"],
    "failover VI_11": ["unknown instance VI_11", "did you mean VI_1?"],
    "explain node-x": ["did you mean node-a?"],
    "explain whatever": ["see: xbeatctl cluster"],
    "tracking chk_ngixn": ["did you mean 'chk_nginx'"],
    "app wob": ["did you mean 'web'"],
    "interfaces eth7": ["no interface 'eth7'", "did you mean 'eth0'"],
    "maps xb_peer": ["did you mean 'xb_peers'"],
    "drops bad_tga": ["did you mean 'bad_tag'?"],
    "keys show 9": ["no key '9'", "there are: 1"],
    "chain show eth7": ["no interface or program 'eth7'", "has none"],
    "cluster nobody": ["there are: node-a, node-b, node-c, VI_1"],
    "events nobody": ["no subject 'nobody'"],
    "events --kind pear": ["did you mean 'peer'"],
    "events --since noon": ["'noon' is no time"],
}


@pytest.fixture
def daemon(lab):
    cluster = Cluster(lab, Settings(vip_lines=["10.77.0.100/24"]))
    first = cluster.daemon(
        "node-a", block("vrrp_app web", "timeout 60s"),
        block("vrrp_script chk_nginx", 'script "/usr/bin/true"', "user root"),
        cluster.vrrp_instance("node-a", "heartbeat lan", block("track_script", "chk_nginx"),
                              block("track_app", "web weight 10")),
        cluster.vrrp_instance("node-a", name="VI_2", vrid=52, vips=["10.77.0.102/24"]),
        instance=False).start()
    cluster.start_xbeatd("node-b", "node-c")
    cluster.wait_up()
    return first


def errors(daemon, line):
    done = subprocess.run(daemon.ctl_argv(*line.split()), text=True, capture_output=True,
                          timeout=NEVER_SECONDS)
    assert done.returncode in (1, 2) and not done.stdout, done
    return done.stderr


def test_names_select_entries(daemon):
    for verb, cases in NAMED.items():
        for arguments, field, names in cases:
            left = daemon.json(verb, *arguments)
            assert [entry[field] for entry in left] == names, (verb, arguments, left)
            whole = {entry["name"] for entry in daemon.json(verb)} - {entry["name"] for entry in left}
            shown = daemon.text(verb, *arguments).split()
            assert all(entry["name"] in shown for entry in left), shown
            assert not [name for name in whole if name in shown and not name.startswith("node-")]
    assert daemon.json("drops", "bad_t*").keys() == {"bad_tag", "bad_type", "bad_ttl"}
    assert daemon.text("drops", "bad_tag").startswith("no packet was refused for: bad_tag")
    for name, lists in {"node-b": {"nodes"}, "VI_*": {"instances"}, "*": {"nodes", "instances"}}.items():
        part = daemon.json("cluster", name)
        assert part.keys() & {"nodes", "instances"} == lists, part
        assert daemon.text("cluster", name)
    assert [each["name"] for each in daemon.json("interfaces", "eth*")["interfaces"]] == ["eth0"]
    assert daemon.text("interfaces", "-br").split()[0] == "eth0"
    for name in ("1", daemon.json("keys")["keys"][0]["fingerprint"][:4] + "*"):
        assert [key["id"] for key in daemon.json("keys", "show", name)["keys"]] == [1]
    assert daemon.text("keys", "show", "-br").split()[0] == "1"
    assert daemon.text("maps", "xb_peers", "xb_drops", "--brief").split()[0::3] == ["xb_drops", "xb_peers"]
    for line, words in UNKNOWN.items():
        assert all(word in errors(daemon, line) for word in words), errors(daemon, line)
    check_events(daemon)


def check_events(daemon):
    daemon.ctl("priority", "VI_1", "7")
    events = daemon.events()
    for arguments, wanted in [
            (["node-b"], lambda event: event["subject"] in ("node-b", "node-b/eth0")),
            (["VI_*", "--kind", "priority"], lambda event: event["kind"] == "priority"),
            (["-k", "p*"], lambda event: event["kind"].startswith("p")),
            (["--since", "1h"], lambda _: True), (["--since", "2200-01-01"], lambda _: False)]:
        lines = daemon.ctl("events", *arguments).stdout.splitlines()
        assert len(lines) == len([event for event in events if wanted(event)]), (arguments, lines)
    middle = events[len(events) // 2]["time_unix_ns"]
    moment = subprocess.run(["date", "-d", f"@{middle // 10**9}.{middle % 10**9:09}", "+%F %T.%N"], text=True,
                            stdout=subprocess.PIPE, check=True).stdout.strip()
    lines = daemon.ctl("events", "--since", moment).stdout.splitlines()
    assert len(lines) == len([event for event in events if event["time_unix_ns"] >= middle])
