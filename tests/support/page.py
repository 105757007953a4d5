# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page of an exporter shows, and what xbeatctl shows of the same daemon."""

import json
import re

from tests.support.laboratory import wait_until

READ = """
const rows = id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row =>
    [...row.cells].map(cell => [...cell.querySelectorAll("span, small")].map(part => part.textContent)));
return {
    summary: document.getElementById("summary").textContent,
    link: document.getElementById("link").textContent,
    problems: [...document.querySelectorAll("#problems .text")].map(text => text.textContent),
    reasons: [...document.querySelectorAll("#problems .reason")].map(text => text.textContent),
    remedies: [...document.querySelectorAll("#problems .remedy")].map(text => text.textContent),
    answers: [...document.querySelectorAll("#answers li")].map(item => item.textContent),
    instances: rows("instances"), nodes: rows("peers"), links: rows("links"), moves: rows("moves"),
    title: document.title, announced: document.getElementById("announcer").textContent,
};
"""


FIGURE = re.compile(r" \(no single owner was reported for [^()]*\)$")


def degraded(peer):
    return peer["verdict"] + (", but not on all links" if peer.get("degraded") else "")


def role_texts(roles, owners, verdicts):
    """One a line, owners first; what a node reported before it fell silent is not its role."""
    for role in sorted(roles, key=lambda role: role["node"] not in owners):
        reported = f"{role['state']}, priority {role['priority']}"
        verdict = verdicts.get(role["node"], "up")
        if role.get("fenced") or verdict != "up":
            state = "fenced, does not answer" if role.get("fenced") else verdict
            reported = f"{state} (last reported {reported})"
        yield f"{role['node']}: {reported}"


class Page:
    def __init__(self, browser, daemon):
        self.browser, self.daemon = browser, daemon
        browser.open("http://127.0.0.1:9694/")

    def read(self):
        return self.browser.run(READ)

    def shown(self):
        """The facts that it shows."""
        page = self.read()
        return {
            "problems": sorted(text.split(" (")[0] for text in page["problems"]),
            "instances": [(row[0][0], row[1][0], row[2][0], row[2][1:], row[4][-1]) for row in page["instances"]],
            "nodes": [(row[0][0], row[1][0]) for row in page["nodes"]],
            "links": [(row[0][0], *row[1], row[2][0]) for row in page["links"]],
            "moves": [(row[1][0], row[2][0], row[3][0]) for row in page["moves"]],
        }

    def expected(self):
        """The same facts by xbeatctl."""
        daemon = self.daemon
        health = json.loads(daemon.ctl("health", check=False).stdout)  # exit status 1: not healthy
        cluster, peers = daemon.json("cluster"), daemon.json("peers")
        roles = {(entry["vrid"], role["name"]): entry["nodes"] for entry in cluster["instances"]
                 for role in entry["nodes"] if role["node"] == daemon.node}
        verdicts = {peer["name"]: peer["verdict"] for peer in peers}
        return {
            "problems": sorted(problem["text"].split(" (")[0] for problem in health["problems"]),
            "instances": [(one["name"], ", ".join(one["addresses"]), " and ".join(one["owners"]) or "no node",
                           [*role_texts(roles[one["vrid"], one["name"]], one["owners"], verdicts)],
                           FIGURE.sub("", one["owners_reason"]))
                          for one in daemon.json("vrrp")],
            "nodes": [(daemon.node, daemon.json("status")["state"]),
                      *((peer["name"], degraded(peer)) for peer in peers)],
            "links": [(peer["name"], link["interface"], link["address"], link["verdict"])
                      for peer in peers for link in peer["links"]],
            "moves": [(event["subject"], f"from {name(event['from'])} to {name(event['to'])}",
                       FIGURE.sub("", event["reason"]))
                      for event in reversed(daemon.ask("events")) if event["kind"] == "owner"],
        }

    def wait_same(self):
        """Returns the facts, when the page shows the same as xbeatctl."""
        pair = []

        def same():
            pair[:] = self.shown(), self.expected()
            return pair[0] == pair[1]
        wait_until(same, lambda: "the page shows the same as xbeatctl: " + "; ".join(
            f"{part}: {pair[0][part]}, not {pair[1][part]}" for part in pair[0] if pair[0][part] != pair[1][part]))
        return pair[0]

    def wait(self, part, text):
        wait_until(lambda: text in self.read()[part], lambda: f"{part} has {text}: {self.read()[part]}")


def name(owners):
    return "no node" if owners == "none" else " and ".join(owners.split(", "))
