# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between instances, and between the lists of nodes."""

import pytest

from tests.support.cluster import Cluster
from tests.support.compared import compared, differences, only_report, place_of, start, wait_all_compared
from tests.support.configuration import VIP, VRID, Settings, block, heartbeat, instance
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=3)
NODES = ("node-a", "node-b")
THIRD = "node-c"

# Keyword: lines of the instance of node-a, and of the others; their values in words.
OF_INSTANCE = {
    "guard_timeout": (["guard_timeout 250ms"], ["guard_timeout 200ms"], ("250 ms", "200 ms")),
    "on_partition": (["on_partition hold"], ["on_partition take"], ("hold", "take")),
    "routers": (["routers nodes"], ["routers any"], ("nodes", "any")),
}


@pytest.mark.parametrize("keyword", OF_INSTANCE)
def test_instance(lab, keyword):
    """The odd node reports it once, although two others have the other value."""
    own, others, (here, there) = OF_INSTANCE[keyword]
    cluster = start(lab, {node: Settings(instance_lines=own if node == "node-a" else others) for node in lab.nodes})
    wait_all_compared(cluster)
    what = f"{keyword} of VI_1"
    assert differences(cluster["node-a"]) == [
        (what, here, there, ["node-b", THIRD], place_of(cluster["node-a"], keyword, "vrrp_instance"))]
    for node in ("node-b", THIRD):
        assert differences(cluster[node]) == [
            (what, there, here, ["node-a"], place_of(cluster[node], keyword, "vrrp_instance"))]
    assert len(compared(cluster["node-a"])) == 1
    line, = (line for line in cluster["node-a"].json("explain", "VI_1")["lines"] if "differ" in line)
    assert f"{there} on node-b, {THIRD}; " in line


def start_instances(lab, own, other):
    """Two nodes with these instances instead of VI_1."""
    cluster = Cluster(lab, Settings())
    for node, text in zip(NODES, (own, other)):
        cluster.daemon(node, text, instance=False).start()
    cluster.wait_up()
    wait_all_compared(cluster)
    return cluster


def expect(lab, own, other, what, values, line, subject):
    """what: of both nodes. values: as node-a reports them, then as node-b does; each own, other."""
    cluster = start_instances(lab, own, other)
    for node, peer, (here, there) in zip(NODES, reversed(NODES), values):
        daemon = cluster[node]
        assert differences(daemon) == [(what, here, there, [peer], place_of(daemon, line, "vrrp_instance"))]
        only_report(daemon, subject)


def driven(**keys):
    return instance("VI_1", "heartbeat lan", **keys)


def test_same_address_under_two_vrids(lab):
    expect(lab, driven(), driven(vrid=VRID + 1, vips=[f"{VIP}/24"]), f"VRID of {VIP} (VI_1)",
           (("51", "52 (VI_1)"), ("52", "51 (VI_1)")), "virtual_router_id", "VI_1/virtual_router_id")


def test_lists_of_addresses(lab):
    more = [f"{VIP}/24", "10.77.0.101/24", "10.77.0.102/24"]
    expect(lab, driven(), driven(vips=more), "addresses of VI_1 that only one node has",
           (("none", "10.77.0.101 and 1 more"), ("10.77.0.101 and 1 more", "none")), "virtual_ipaddress",
           "VI_1/virtual_ipaddress")


def test_version(lab):
    expect(lab, driven(advert_int=1), driven(advert_int=1, version=2), "version of VI_1", (("3", "2"), ("2", "3")),
           "version", "VI_1/version")


def test_interval_of_version_2(lab):
    expect(lab, driven(advert_int=1, version=2), driven(advert_int=2, version=2), "advert_int of VI_1",
           (("1 s", "2 s"), ("2 s", "1 s")), "advert_int", "VI_1/advert_int")


def test_interval_of_version_3_may_differ(lab):
    cluster = start_instances(lab, driven(), driven(advert_int="0.2"))
    assert [compared(daemon) for daemon in cluster.daemons.values()] == [[], []]


def test_heartbeat_line_missing(lab):
    cluster = start_instances(lab, driven(), instance())
    here, there = (cluster[node] for node in NODES)
    assert differences(here) == [("heartbeat of VI_1", "present", "missing", ["node-b"],
                                  place_of(here, "heartbeat lan", "vrrp_instance"))]
    assert differences(there) == [("heartbeat of VI_1", "missing", "present", ["node-a"],
                                   place_of(there, "vrrp_instance"))]


def test_order_of_applications(lab):
    apps = [block(f"vrrp_app {name}", "timeout 1s") for name in ("web", "db")]
    cluster = start_instances(lab, driven() + "".join(apps), driven() + "".join(reversed(apps)))
    for node, own, other in zip(NODES, ("web", "db"), ("db", "web")):
        assert differences(cluster[node]) == [("application 1 (vrrp_app)", own, other, [NODES[node == NODES[0]]],
                                               place_of(cluster[node], f"vrrp_app {own}"))]


def test_many_differences_are_few_events(lab):
    """All are shown, but they leave room in the event log."""
    count = 40
    texts = ["".join(instance(f"VI_{vrid}", vrid=vrid, advert_int=1, version=version, vips=[f"10.77.1.{vrid}/24"])
                     for vrid in range(1, count + 1)) for version in (2, 3)]
    cluster = start_instances(lab, *texts)
    for daemon in cluster.daemons.values():
        assert len(differences(daemon)) == count
        *reported, (_, _, rest) = compared(daemon)
        assert len(reported) == 16 and f"{count - 16} more" in rest


def start_knowing(lab, known):
    """Nodes that know these nodes each."""
    cluster = Cluster(lab, Settings())
    text = heartbeat(lab, cluster.settings, cluster.key_file)
    lines = {node: next(line for line in text.splitlines(True) if f" {node} " in line) for node in lab.nodes}
    for node, others in known.items():
        own = text
        for other, line in lines.items():
            own = own.replace(line, "" if others.get(other) is None else others[other] or line)
        daemon = cluster.daemon(node, instance=False)
        daemon.configure(own).start()
    return cluster


def test_node_that_another_does_not_know(lab):
    cluster = start_knowing(lab, {"node-a": {"node-a": "", "node-b": "", THIRD: ""},
                                  "node-b": {"node-a": "", "node-b": ""}})
    described = f"{THIRD} {lab.address(THIRD)}"
    values = {"node-a": (described, "missing", ["node-b"], place_of(cluster["node-a"], "node 3")),
              "node-b": ("missing", described, ["node-a"], place_of(cluster["node-b"], "node 1"))}
    for node, (own, other, nodes, place) in values.items():
        wait_until(lambda: differences(cluster[node]), "it is reported")
        assert differences(cluster[node]) == [("node 3", own, other, nodes, place)]


def test_witness_has_no_instances(lab):
    """It lacks VI_1, which is right, and shows it all the same."""
    cluster = start(lab, {node: Settings(witness=THIRD) for node in lab.nodes})
    wait_all_compared(cluster)
    for daemon in cluster.daemons.values():
        assert compared(daemon) == []
    shown, = cluster[THIRD].json("cluster")["instances"]
    assert (shown["name"], shown["vrid"], shown["addresses"]) == ("VI_1", VRID, [VIP])
    assert [role["node"] for role in shown["nodes"]] == ["node-a", "node-b"]
