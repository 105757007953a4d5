# SPDX-License-Identifier: GPL-2.0-or-later
"""The page at "/" of an exporter, in a real browser: it shows the same as xbeatctl."""

import os

import pytest

from tests.support.browser import Browser
from tests.support.cluster import Cluster
from tests.support.exporter import Exporter
from tests.support.laboratory import Laboratory
from tests.support.page import Page

ORIGIN = "http://127.0.0.1:9694/"


@pytest.fixture(scope="module")
def lab():
    with Laboratory(f"xp{os.getpid()}", nodes=3, links=2) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def cluster(lab):
    return Cluster(lab).start_active()


@pytest.fixture(scope="module")
def exporter(cluster):
    return Exporter(cluster.lab, "node-a")


@pytest.fixture(scope="module")
def browser(exporter):
    browser = Browser(exporter.lab, exporter.node)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def page(browser, cluster):
    return Page(browser, cluster["node-a"])


def test_it_shows_what_xbeatctl_says(cluster, page):
    lab, a, b = cluster.lab, cluster["node-a"], cluster["node-b"]
    assert page.wait_same()["problems"] == []
    assert page.read()["summary"] == "All is well." and page.read()["link"].strip() == "Live."
    b.kill()
    page.wait("summary", "node-b is hung")
    page.wait_same()
    # The reason is that of the time of the verdict, and its ages are those of then.
    shown = page.read()
    _, verdict, since, why = shown["nodes"][1]
    assert verdict[0] == "hung" and why[0] == f"At {since[0]}: " and "its daemon died" in why[1]
    assert f"At {since[0]}: " in shown["reasons"][0] and "on node-b " in shown["remedies"][0]
    b.start()
    page.wait("summary", "All is well.")
    lab.cut("node-c", "eth1")
    page.wait("summary", "node-c is not up on all its links")
    assert ("node-c", "eth1", lab.address("node-c", 1), "down") in page.wait_same()["links"]
    shown = page.read()
    link = next(row for row in shown["links"] if row[0][0] == "node-c" and row[1][0] == "eth1")
    assert link[2][1].startswith("since ") and link[4][0] == "none now" and link[6][0].startswith("no round trips since ")
    assert "%" in link[5][0] and link[5][1].endswith("since start")
    _, _, since, why = shown["nodes"][2]
    assert why[-1].startswith("eth1 is down since ") and why[-1].endswith(since[0]) and "ago" in since[1]
    lab.heal("node-c", "eth1")
    a.ctl("failover", "VI_1")
    page.wait("announced", "VI_1 moved from node-a to node-b")
    facts = page.wait_same()
    assert facts["instances"][0][2] == "node-b" and "an operator" in facts["instances"][0][4]
    assert len(facts["moves"]) == 2
    b.kill()
    page.wait("announced", "VI_1 moved from node-b to node-c")
    facts = page.wait_same()
    assert facts["instances"][0][3][0] == "node-c: active, priority 50"
    assert "node-b: fenced, does not answer (last reported active, priority 100)" in facts["instances"][0][3]
    assert page.read()["answers"] == ["VI_1 10.77.0.100 is answered by node-c; no backup."], "node-a stays away"
    assert not [text for text in facts["problems"] if "Actives" in text]
    b.start()
    a.ctl("resume", "VI_1")
    page.wait("announced", "to node-a")
    page.wait("summary", "All is well.")
    page.wait_same()


def test_it_says_when_it_knows_nothing_new(cluster, exporter, page):
    a = cluster["node-a"]
    a.kill()
    page.wait("summary", "Not known now")
    page.wait("link", "xbeatd does not answer")
    page.wait("link", "old")
    a.start()
    page.wait("summary", "All is well.")
    exporter.stop()
    page.wait("summary", "Not known now: no connection to xbeat-exporter. Before: ")
    page.wait("link", "No connection")
    Exporter(cluster.lab, "node-a")
    page.wait("link", "Live.")
    page.wait_same()
