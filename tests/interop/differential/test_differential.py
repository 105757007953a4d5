# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived and xbeatd in every combination do what two keepalived do, but for what
tests/support/differential/accepted.py lists. All laboratories are played side by side, because they
mostly wait.

"make check" plays the sensitive scenarios; "make check-interop" plays all.
"""

import concurrent.futures
import os
import re
import warnings

import pytest

from tests.interop.differential.scenarios import SCENARIOS
from tests.support.differential.accepted import ACCEPTED, EVERYWHERE, plain, rule_for
from tests.support.differential.compare import deltas
from tests.support.differential.run import COMBINATIONS, play
from tests.support.laboratory import ROOT

SIDE_BY_SIDE = 16
# Of a laboratory: a comparison that differs, with a longer stall of the machine, is played again. The
# summary shows what differed; what differs twice is a difference.
STALL_MS_MAX = 50
TIMES_MAX = 3
JUDGE = "kk"


def parameters(combinations):
    return pytest.mark.parametrize("scenario,combination", [
        pytest.param(scenario, combination, id=f"{scenario.name}-{combination}",
                     marks=() if scenario.sensitive else pytest.mark.whole)
        for scenario in SCENARIOS for combination in combinations])


class Comparison:
    """Of all scenarios that are wanted, in the background."""

    def __init__(self, scenarios):
        self.numbers = iter(range(10**6))
        self.pool = concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE)
        self.records = {(scenario.name, combination): self.pool.submit(self.play, scenario, combination)
                        for scenario in scenarios for combination in COMBINATIONS}
        self.seen = set()  # reasons

    def play(self, scenario, combination):
        return play(f"xd{os.getpid()}-{next(self.numbers)}", scenario, combination)

    def close(self):
        self.pool.shutdown(cancel_futures=True)

    def missed(self, scenario):
        """The states that two keepalived did not reach."""
        record, _ = self.records[scenario.name, JUDGE].result()
        return [f"{step}: {line}" for step, nodes in record.items() for parts in nodes.values()
                for line in parts["states"]]

    def differences(self, scenario, combination):
        """Those that are not accepted."""
        records = [self.records[scenario.name, each] for each in (JUDGE, combination)]
        before = set()
        for _ in range(TIMES_MAX):
            expected, actual = (future.result() for future in records)
            found = self.judge(scenario, combination, expected[0], actual[0])
            stalled_ms = max(expected[1], actual[1])
            twice = [line for line in found if line in before]
            if not found or twice or stalled_ms < STALL_MS_MAX:
                return found
            before |= set(found)
            warnings.warn("\n".join([f"{scenario.name}-{combination} differed while the machine stalled for "
                                     f"{stalled_ms:.0f} ms, and is played again:", *found]), stacklevel=2)
            records = [self.pool.submit(self.play, scenario, each) for each in (JUDGE, combination)]
        return found

    def judge(self, scenario, combination, expected, actual):
        found = []
        for delta in deltas(plain(expected), plain(actual)):
            rule = rule_for(scenario.name, combination, delta)
            if rule:
                self.seen.add(rule.reason)
            else:
                found.append(str(delta))
        return found


@pytest.fixture(scope="module")
def comparison(request):
    wanted = {item.callspec.params["scenario"].name for item in request.session.items
              if item.path == request.path and hasattr(item, "callspec")}
    compared = Comparison([scenario for scenario in SCENARIOS if scenario.name in wanted])
    yield compared
    compared.close()


@parameters([JUDGE])
def test_scenario_is_right(comparison, scenario, combination):
    """Two keepalived reach the states of its table."""
    assert comparison.missed(scenario) == []


@parameters([combination for combination in COMBINATIONS if combination != JUDGE])
def test_nothing_differs_but_what_is_accepted(comparison, scenario, combination):
    found = comparison.differences(scenario, combination)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.whole
def test_every_accepted_difference_is_seen(comparison):
    """One that is gone must leave the table, and the manual."""
    if {name for name, _ in comparison.records} != {scenario.name for scenario in SCENARIOS}:
        pytest.skip("not all scenarios were played")
    assert [rule.reason for rule in ACCEPTED
            if not rule.optional and rule.reason not in comparison.seen] == []


def test_manual_has_every_accepted_difference():
    text = (ROOT / "docs/xbeat.conf.5.scd").read_text()
    section = text.partition("# DIFFERENCES FROM KEEPALIVED")[2].partition("\n# ")[0]
    rows = " ".join(re.sub(r"[*_\\]", "", section).split())
    wanted = [rule.manual for rule in ACCEPTED if rule.manual] + [manual for _, manual, _, _ in EVERYWHERE]
    assert [row for row in wanted if row not in rows] == []
