# SPDX-License-Identifier: GPL-2.0-or-later
"""A Prometheus that scrapes three nodes fires the alerts of each real fault and no others, and they end
after the fault. Rules and scrapes are faster than in service."""

import re
import signal
from dataclasses import dataclass, field

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, block, heartbeat
from tests.support.dashboard import METRIC, expressions, families
from tests.support.detach import detach, replace_program, set_foreign
from tests.support.exporter import LABEL, PORT, Exporter
from tests.support.laboratory import ROOT, Laboratory, wait_until
from tests.support.moment import stop_for
from tests.support.pools import Server, real_server, virtual_server
from tests.support.prometheus import Prometheus, alert_expressions, of_nodes

NAME = "alerts"
# These count over a window: they end with it.
LASTING = {"XbeatFlapping", "XbeatGuardExpired", "XbeatDaemonLate", "XbeatProgramReattached",
           "XbeatReloadRefused", "XbeatPeerFlapping", "XbeatCheckerDies", "XbeatServerFlapping"}
WEB = f"{VIP}:80/tcp"
WEB_PORTS = (8001, 8002)
PLAYED = ROOT / "dist/prometheus/xbeat.rules.test.yml"
SERIES = re.compile(r"series: '(\w+)\{(.*?)\}'")
OF_PROMETHEUS = {"instance", "cluster", "job"}
MORE = re.compile(r"> 0|== [01]\b|ALERTS")
# These have a fixed set of values.
ENUMERATED = {"verdict", "state", "reason", "result", "cause", "kind"}


def tracked(lab, node):
    """An application, and a script that fails while a file of the node is there."""
    servers = [Server(lab, "node-b", port) for port in WEB_PORTS]
    return (block("vrrp_app web", "timeout 3600s"), virtual_server("quorum 2", *map(real_server, servers)),
            block("vrrp_script chk", f'script "/usr/bin/test ! -e {failing(lab, node)}"', "interval 1"))


def failing(lab, node):
    return lab.path(f"{node}.fails")


def settings(guard="1s"):
    return Settings(multiplier="auto", daemon_timeout="1s", advert_interval="0.1",
                    heartbeat_lines=[f"guard_timeout {guard}"],
                    instance_lines=[block("track_app", "web"), block("track_script", "chk")])


class Monitored:
    """Three nodes, each with an exporter, and a Prometheus."""

    def __init__(self, lab):
        self.lab = lab
        self.cluster = Cluster(lab, settings())
        self.servers = [Server(lab, "node-b", port).start() for port in WEB_PORTS]
        for node in lab.nodes:
            self.cluster.daemon(node, *tracked(lab, node)).start()
            self[node].ctl("app", "beat", "web")
        self.cluster.wait_up()
        self.cluster.wait_holder("node-a")
        self.exporters = {node: self.start_exporter(node) for node in lab.nodes}
        self.prometheus = Prometheus(lab, of_nodes(lab))
        wait_until(lambda: self.prometheus.query("sum(xbeat_up)") == [({}, 3)], "all nodes are scraped")

    def __getitem__(self, node):
        return self.cluster[node]

    def start_exporter(self, node):
        return Exporter(self.lab, node, "--listen", f"127.0.0.1:{PORT}", "--listen", f"{self.lab.address(node)}:{PORT}")

    def texts(self, node, guard):
        return (heartbeat(self.lab, settings(guard), self.cluster.key_file), *tracked(self.lab, node),
                self.cluster.vrrp_instance(node, "heartbeat lan", *self.cluster.settings.instance_lines))

    def each(self, *arguments):
        for node in self.lab.nodes:
            self[node].ctl(*arguments)

    def fires(self, alert, **labels):
        return any({"alertname": alert, **labels}.items() <= each["labels"].items()
                   for each in self.prometheus.firing())

    def wait_for(self, alert, **labels):
        wait_until(lambda: self.fires(alert, **labels),
                   lambda: f"{alert} fires: {self.prometheus.ask('alerts')}")


@dataclass
class Fault:
    """What is done, the alerts that must follow, with some of their labels, and others that may."""
    name: str
    make: object
    alerts: list
    mend: object = lambda scene: None
    besides: set = field(default_factory=set)

    def __str__(self):
        return self.name


def make_several(scene):
    """Also moves the instance often."""
    scene["node-c"].reload(*scene.texts("node-c", "900ms"))
    scene["node-b"].refused_reload("nonsense\n")
    detach(scene["node-b"])
    for _ in range(4):
        scene["node-a"].ctl("failover", "VI_1")
        scene["node-b"].wait_state("active")
        scene["node-a"].ctl("resume")
        scene["node-a"].wait_state("active")


def stop_until_fenced(scene):
    """Its peers report it while it is stopped, and it does afterwards."""
    scene["node-a"].process.send_signal(signal.SIGSTOP)
    try:
        scene.wait_for("XbeatPeerFenced", peer="node-a")
    finally:
        scene["node-a"].process.send_signal(signal.SIGCONT)


def make_more(scene):
    scene.exporters["node-b"].stop()
    failing(scene.lab, "node-c").touch()
    scene.lab.run("node-c", "ip", "address", "add", f"{VIP}/24", "dev", "eth0")


def mend_more(scene):
    scene.exporters["node-b"] = scene.start_exporter("node-b")
    failing(scene.lab, "node-c").unlink()
    scene.lab.run("node-c", "ip", "address", "del", f"{VIP}/24", "dev", "eth0")


def kill_checkers(scene):
    """Of one node, until that is reported: a busy machine spreads few of them beyond the alert's window."""
    def fires():
        pid = scene["node-c"].ask("pools")["checker"]["pid"]
        scene.lab.run("node-c", "kill", "-9", pid)
        wait_until(lambda: scene["node-c"].ask("pools")["checker"].get("pid", pid) != pid, "another checker runs")
        return "XbeatCheckerDies" in scene.prometheus.names()
    wait_until(fires, "a checker that dies again and again is reported")


def break_path(scene):
    """One director does not get to one of the servers."""
    scene.lab.run("node-c", "nft", "table inet broken { chain output { type filter hook output priority 0; "
                  f"tcp dport {WEB_PORTS[1]} drop; }}; }}")


def restart_server(scene):
    for _ in range(7):
        scene.servers[0].stop()
        wait_until(lambda: scene["node-a"].ask("pools")["pools"][0]["servers_by_state"]["down"] == 1, "it is down")
        scene.servers[0].start()
        wait_until(lambda: scene["node-a"].ask("pools")["pools"][0]["servers_by_state"]["down"] == 0, "it is up")


# Those that last longest first: they end while others are played.
FAULTS = [
    Fault("several at once, each on a node of its own", make_several,
          [("XbeatDisagreement", {"instance": "node-a"}), ("XbeatDisagreement", {"instance": "node-c"}),
           ("XbeatReloadRefused", {"instance": "node-b"}),
           ("XbeatProgramReattached", {"instance": "node-b", "interface": "eth0"}),
           ("XbeatFlapping", {"vrrp_instance": "VI_1"})],
          lambda scene: scene["node-c"].reload(*scene.texts("node-c", "1s"))),
    Fault("the guard of a stopped Active expires", stop_until_fenced,
          [("XbeatGuardExpired", {"instance": "node-a", "vrrp_instance": "VI_1"}),
           ("XbeatDaemonLate", {"instance": "node-a"})],
          besides={"XbeatPeerFenced", "XbeatPeerHung", "XbeatDown"}),
    # Its starts get further apart, so this takes most of a window: no other alert could last over it.
    Fault("a checker dies again and again", kill_checkers,
          [("XbeatCheckerDies", {"instance": "node-c"})], besides={"XbeatCheckerDown"}),
    Fault("a server flaps", restart_server,
          [("XbeatServerFlapping", {"instance": "node-a", "pool": WEB})],
          besides={"XbeatPoolNoQuorum", "XbeatServersDown", "XbeatPoolsDiffer"}),
    Fault("all servers of a pool end",
          lambda scene: [server.stop() for server in scene.servers],
          [("XbeatPoolNoQuorum", {"instance": "node-a", "pool": WEB}), ("XbeatPoolAllDown", {"instance": "node-c", "pool": WEB})],
          lambda scene: [server.start() for server in scene.servers],
          besides={"XbeatServersDown", "XbeatPoolsDiffer"}),
    Fault("the path from one director to a server breaks", break_path,
          [("XbeatPoolNoQuorum", {"instance": "node-c", "pool": WEB}), ("XbeatPoolsDiffer", {"pool": WEB})],
          lambda scene: scene.lab.run("node-c", "nft", "delete table inet broken"), besides={"XbeatServersDown"}),
    Fault("a daemon stalls for 1.5 s",
          lambda scene: stop_for(1.5, scene["node-c"].process),
          [("XbeatDaemonLate", {"instance": "node-c"})], besides={"XbeatPeerHung"}),
    Fault("two Actives, in a partition",
          lambda scene: scene.lab.part(["node-a"], ["node-b", "node-c"]),
          [("XbeatTwoActives", {"ip_address": VIP}), ("XbeatIsolated", {"instance": "node-a"}),
           ("XbeatPeerDown", {"peer": "node-a"})],
          lambda scene: scene.lab.lose_nothing(), besides={"XbeatPeerUnreachable"}),
    Fault("no Active, all nodes are drained",
          lambda scene: scene.each("drain", "--force"),
          [("XbeatNoActive", {"vrrp_instance": "VI_1"})],
          lambda scene: scene.each("resume")),
    Fault("one direction between two nodes is broken",
          lambda scene: scene.lab.lose_all(*scene.lab.loss_between("node-b", "node-c")),
          [("XbeatPeerOneWay", {"instance": "node-b", "peer": "node-c"}),
           ("XbeatPeerUnreachable", {"instance": "node-c", "peer": "node-b"})],
          lambda scene: scene.lab.lose_nothing()),
    Fault("an exporter is stopped, and on another node a script fails and an operator adds the address", make_more,
          [("XbeatExporterDown", {"instance": "node-b"}),
           ("XbeatTrackedDown", {"instance": "node-c", "kind": "script", "name": "chk"}),
           ("XbeatInstanceFault", {"instance": "node-c", "vrrp_instance": "VI_1"}),
           ("XbeatForeignAddress", {"instance": "node-c"})],
          mend_more),
    Fault("another program has the place of xbeat's",
          lambda scene: replace_program(scene["node-c"]),
          [("XbeatProgramDetached", {"instance": "node-c", "interface": "eth0"})],
          lambda scene: set_foreign(scene["node-c"], present=False),
          besides={"XbeatIsolated", "XbeatPeerDown", "XbeatPeerOneWay", "XbeatPeerUnreachable", "XbeatPeerHung",
                   "XbeatInstanceFault"}),
    Fault("a daemon is stopped, its exporter goes on",
          lambda scene: scene["node-c"].stop(),
          [("XbeatDown", {"instance": "node-c"})],
          lambda scene: scene["node-c"].configure(*scene.texts("node-c", "1s")).start(),
          besides={"XbeatAppLate", "XbeatInstanceFault", "XbeatTrackedDown"}),
]


@pytest.fixture(scope="module")
def scene():
    with Laboratory(NAME) as lab:
        yield Monitored(lab)


def test_rules_and_dashboard_use_what_is_exported(scene):
    exported = families(scene.exporters["node-a"].text())
    used = set(METRIC.findall("\n".join([*alert_expressions(), *(text for _, text in expressions())])))
    assert len(used) > 30 and used <= exported, used - exported


def test_dashboard_shows_a_healthy_cluster(scene):
    """Each query has data, but for those that show only what is more than 0."""
    queries = [(title, text) for title, text in expressions() if not MORE.search(text)]
    assert len(queries) > 15
    for title, text in queries:
        wait_until(lambda: scene.prometheus.query(text), f"{title} has data: {text}")


def test_played_series_are_as_the_real_ones(scene):
    """What promtool plays has the labels of real samples, and values that are possible."""
    real = scene.exporters["node-a"].metrics()
    played = [(name, dict(LABEL.findall(labels))) for name, labels in SERIES.findall(PLAYED.read_text())]
    assert len(played) > 50
    for name, labels in played:
        samples = [has for has, _ in real.get(name, ())]
        own = {label for label in labels if label not in OF_PROMETHEUS}
        assert not samples or all(own <= has.keys() for has in samples), (name, labels, samples[0])
        for label in own & ENUMERATED:
            assert not samples or labels[label] in {has[label] for has in samples}, (name, labels)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_fires_and_ends(scene, fault):
    allowed = {name for name, _ in fault.alerts} | fault.besides | LASTING
    assert scene.prometheus.names() <= LASTING
    fault.make(scene)
    try:
        for name, labels in fault.alerts:
            scene.wait_for(name, **labels)
        found = scene.prometheus.firing()
        assert {alert["labels"]["alertname"] for alert in found} <= allowed
        assert not [alert for alert in found if "<" in str(alert["annotations"])], "a template is not expanded"
    finally:
        fault.mend(scene)
    scene.each("app", "beat", "web")  # its page is new after a stop
    wait_until(lambda: scene.prometheus.names() <= LASTING, lambda: f"they end: {scene.prometheus.firing()}")


def test_none_is_left(scene):
    wait_until(lambda: not scene.prometheus.firing(), lambda: f"all end: {scene.prometheus.firing()}")
