# SPDX-License-Identifier: GPL-2.0-or-later
"""The Grafana dashboard has what Grafana needs to import it. Debian has no Grafana: its schema is held
here as far as this dashboard uses it. Prometheus reads the queries, here and in net/alerts, where
they also find data."""

import json
import re
import subprocess

import pytest

from tests.support.dashboard import expressions, panels, read

WIDTH = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
TYPES = {"timeseries", "state-timeline", "stat"}
NEEDED = {"title": str, "uid": str, "schemaVersion": int, "version": int, "panels": list, "templating": dict,
          "annotations": dict, "time": dict, "tags": list, "editable": bool, "refresh": str}
OF_PANEL = {"id": int, "type": str, "title": str, "description": str, "datasource": dict, "gridPos": dict,
            "targets": list, "fieldConfig": dict, "options": dict}


def has(thing, needed):
    return {name: type(thing.get(name)) for name in needed} == needed


def cells(panel):
    place = panel["gridPos"]
    return {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}


def test_has_all_that_is_needed():
    dashboard = read()
    assert has(dashboard, NEEDED) and dashboard["id"] is None, "a number is given by the import"
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_panels_have_their_place():
    taken = set()
    for panel in read()["panels"]:
        assert not taken & cells(panel), panel["title"]
        assert max(x for x, _ in cells(panel)) < WIDTH
        taken |= cells(panel)


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_panel(panel):
    assert has(panel, OF_PANEL) and panel["type"] in TYPES and panel["datasource"] == SOURCE
    assert panel["fieldConfig"].keys() == {"defaults", "overrides"}
    names = [target["refId"] for target in panel["targets"]]
    assert names == sorted(set(names)) and names
    for target in panel["targets"]:
        assert target["datasource"] == SOURCE and target["expr"] and target["legendFormat"]
        assert target.get("instant", False) != target["range"]
    for mapping in panel["fieldConfig"]["defaults"].get("mappings", []):
        assert mapping["type"] == "value"
        assert all(option.keys() == {"text", "color", "index"} for option in mapping["options"].values())


def test_variables_are_declared():
    variables = read()["templating"]["list"]
    declared = {variable["name"] for variable in variables}
    assert variables[0]["type"] == "datasource"
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(read())))
    assert used == declared


def test_prometheus_reads_its_queries(tmp_path):
    rules = [{"record": f"query:{index}", "expr": expression} for index, (_, expression) in enumerate(expressions())]
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", str(path)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0 and f"{len(rules)} rules found" in done.stdout, done.stdout
