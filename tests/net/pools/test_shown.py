# SPDX-License-Identifier: GPL-2.0-or-later
"""Pools in the metrics of an exporter and on its page, while servers end, come back and are drained."""

import subprocess

import pytest

from tests.support.browser import Browser
from tests.support.exporter import Exporter
from tests.support.laboratory import Laboratory, wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server

WEB = "10.77.0.100:80/tcp"
ROWS = """
const rows = id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row =>
    [...row.cells].map(cell => [...cell.querySelectorAll("span, small")].map(part => part.textContent)));
return {pools: rows("pools"), servers: rows("servers"), hidden: document.getElementById("pools-part").hidden,
    link: document.getElementById("pools-link").hidden, summary: document.getElementById("summary").textContent};
"""


@pytest.fixture(scope="module")
def lab():
    with Laboratory("poolshown", nodes=2) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002)]


@pytest.fixture(scope="module")
def node(lab, servers):
    node = Pools(lab, "node-a", virtual_server("quorum 2", *map(real_server, servers))).start()
    node.wait_checked(*servers)
    return node


@pytest.fixture(scope="module")
def exporter(lab, node):
    return Exporter(lab, "node-a")


@pytest.fixture(scope="module")
def page(lab, exporter):
    browser = Browser(lab, "node-a")
    browser.open("http://127.0.0.1:9694/")
    yield lambda: browser.run(ROWS)
    browser.close()


def state_of(found, server):
    return [labels["state"] for labels, value in found["xbeat_server_state"]
            if labels["server"] == server.address and value]


def test_metrics(node, exporter, servers):
    one, other = servers
    text = exporter.text()
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    assert checked.returncode == 0 or "error while linting" not in checked.stdout, checked.stdout
    found = exporter.metrics()
    assert found["xbeat_checker_up"] == found["xbeat_data_plane_up"] == [({}, 1)]
    assert found["xbeat_pool_up"] == [({"pool": WEB}, 1)]
    assert found["xbeat_pool_quorum_weight"] == found["xbeat_pool_alive_weight"] == [({"pool": WEB}, 2)]
    assert state_of(found, one) == state_of(found, other) == ["up"]
    check = {"pool": WEB, "server": one.address, "check": "0", "kind": "tcp"}
    assert (check, 1) in found["xbeat_check_up"]
    good = next(value for labels, value in found["xbeat_check_results_total"]
                if labels == {**check, "result": "good"})
    wait_until(lambda: next(value for labels, value in exporter.metrics()["xbeat_check_results_total"]
                            if labels == {**check, "result": "good"}) > good, "more results are counted")


def test_a_server_that_ends_is_shown(node, exporter, page, servers):
    one, other = servers
    wait_until(lambda: [row[1][0] for row in page()["servers"]] == ["up", "up"], page)
    shown = page()
    assert not shown["hidden"] and not shown["link"] and shown["summary"] == "All is well."
    assert shown["pools"][0][0][0] == WEB and shown["pools"][0][1][0] == "up" and shown["pools"][0][2][0] == "2 up"
    one.stop()
    wait_until(lambda: page()["servers"][0][1][0] == "down", page)
    wait_until(lambda: "has no quorum" in page()["summary"], page)
    row = page()["servers"][0]
    assert row[0][:2] == [one.address, WEB] and row[2][:2] == ["0", "configured: 1"]
    assert "refused" in row[5][-1] and row[3][0] == "not counted"
    assert page()["pools"][0][1][0] == "down" and page()["pools"][0][2][0] == "1 up, 1 down"
    found = exporter.metrics()
    assert found["xbeat_pool_up"] == [({"pool": WEB}, 0)] and state_of(found, one) == ["down"]
    assert {labels["state"]: value for labels, value in found["xbeat_pool_servers"]}["down"] == 1
    assert ({"severity": "error"}, 1) in found["xbeat_problems"]
    one.start()
    wait_until(lambda: [row[1][0] for row in page()["servers"]] == ["up", "up"], page)
    changes = {labels["state"]: value for labels, value in exporter.metrics()["xbeat_server_changes_total"]
               if labels["server"] == one.address}
    assert changes == {"up": 1, "down": 1}


def test_what_an_operator_asks_for_is_shown(node, exporter, page, servers):
    one, other = servers
    node.ctl("pool", "drain", other.address)
    wait_until(lambda: page()["servers"][0][1][:2] == ["drain", "by an operator"], page)
    assert state_of(exporter.metrics(), other) == ["drain"]
    node.ctl("pool", "enable", other.address)
    wait_until(lambda: [row[1][0] for row in page()["servers"]] == ["up", "up"], page)
