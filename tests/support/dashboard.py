# SPDX-License-Identifier: GPL-2.0-or-later
"""The Grafana dashboard of dist/grafana, and what its queries and the alert rules name."""

import json
import re

from tests.support.laboratory import ROOT

DASHBOARD = ROOT / "dist/grafana/xbeat.json"
METRIC = re.compile(r"\b(?:xbeat|keepalived)_\w+\b")


def read():
    return json.loads(DASHBOARD.read_text())


def panels():
    return [panel for panel in read()["panels"] if panel["type"] != "row"]


def expressions():
    """(title of the panel, PromQL as Grafana sends it): all nodes, clusters and instances."""
    found = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    found += [(note["name"], note["expr"]) for note in read()["annotations"]["list"] if "expr" in note]
    return [(title, fill(expression)) for title, expression in found]


def fill(expression):
    for variable, value in (("$__rate_interval", "10s"), ("$cluster", ".*"), ("$node", ".*"), ("$vrrp", ".*")):
        expression = expression.replace(variable, value)
    return expression


def families(text):
    """The names of samples that an exporter's page can have, by its lines "# TYPE"."""
    names = set()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M):
        suffixes = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}.get(kind, ("",))
        names |= {name + suffix for suffix in suffixes}
    return names
