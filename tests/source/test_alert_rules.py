# SPDX-License-Identifier: GPL-2.0-or-later
"""The alert rules of dist/prometheus: promtool plays each, and what must fire no alert; the document
lists all of them with their severity."""

import re
import subprocess

import pytest

from tests.support.laboratory import ROOT

RULES = ROOT / "dist/prometheus/xbeat.rules.yml"
TESTS = ROOT / "dist/prometheus/xbeat.rules.test.yml"
# Of an aggregation only these labels are left; Prometheus itself adds the others.
GROUPED = re.compile(r"\b(?:sum|count|max) by \(([^)]*)\)")
LABELS = re.compile(r"\$labels\.(\w+)")


def alerts():
    """Name -> the text of its rule."""
    rules = re.split(r"^      - alert: ", RULES.read_text(), flags=re.M)[1:]
    return {rule.split("\n")[0]: rule for rule in rules}


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_prometheus_reads_them():
    assert f"{len(alerts())} rules found" in promtool("check", "rules", str(RULES))


def test_each_alerts_in_time_and_only_then():
    promtool("test", "rules", str(TESTS))


def test_none_is_untested():
    assert not {name for name in alerts() if f'"{name}"' not in TESTS.read_text()
                and f"alertname: {name}" not in TESTS.read_text()}


def test_the_document_lists_them():
    table = re.search(r"^## Alerts$(.*?)^## ", (ROOT / "docs/operation.md").read_text(), re.M | re.S)[1]
    listed = {name: row[1] for row in (line.split(" | ") for line in table.splitlines()) if len(row) == 3
              for name in re.findall(r"`(Xbeat\w+)`", row[0])}
    assert listed == {name: re.search(r"severity: (\w+)", rule)[1] for name, rule in alerts().items()}


@pytest.mark.parametrize("name", alerts())
def test_its_text_has_what_it_needs(name):
    rule = alerts()[name]
    expression, _, annotations = rule.partition("annotations:")
    assert all(f"{field}:" in annotations for field in ("summary", "description", "runbook"))
    assert re.search(r"xbeat|systemctl|interface", annotations.partition("runbook:")[2]), "what to call"
    grouped = GROUPED.match(expression.partition("expr:")[2].strip().removeprefix(">-").strip())
    if grouped:
        assert set(LABELS.findall(annotations)) <= set(grouped[1].split(", "))
