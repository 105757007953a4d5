# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeat-exporter(8) names each metric, and only those."""

import re

from tests.support.laboratory import ROOT

SUFFIXES = {"COUNTER": "_total", "INFO": "_info", "GAUGE": "", "SUMMARY": "", "HISTOGRAM": ""}
ROW = re.compile(r'(?:FAMILY\(|metrics_family\(writer, )"(xbeat_\w+|keepalived_\w+)",\s*(?:METRICS_)?(\w+)')


def metrics():
    for path in (ROOT / "user/exporter").rglob("*.c"):
        text = path.read_text()
        for name, kind in ROW.findall(text):
            yield name + SUFFIXES[kind]
        for name in re.findall(r'COUNTED\("(\w+)"', text):
            yield f"keepalived_{name}_total"
        for name in re.findall(r'LVS\("(\w+)"', text):
            yield f"keepalived_lvs_{name}"


def test_manual_has_each_metric():
    found = list(metrics())
    manual = (ROOT / "docs/xbeat-exporter.8.scd").read_text()
    table = manual[manual.index("# METRICS"):manual.index("# LIMITS")]
    assert len(found) == len(set(found)) > 40
    assert set(found) == set(re.findall(r"\b(?:xbeat|keepalived)_\w+", table)) - {"keepalived_exporter"}
