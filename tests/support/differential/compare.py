# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines in which two records of a scenario differ."""

import dataclasses
import difflib
import re


@dataclasses.dataclass(frozen=True)
class Delta:
    """sign: "-" only in the record of two keepalived, "+" only in the other."""
    step: str
    node: str
    part: str
    sign: str
    line: str

    def __str__(self):
        return f"{self.sign} {self.step} | node-{self.node} | {self.part} | {self.line}"


@dataclasses.dataclass(frozen=True)
class Accepted:
    """A difference with its reason. scenarios: a pattern of names; program: of the node where it is
    seen ("x", "k", or either); lines: (part, sign, pattern). manual: the row of xbeat.conf(5),
    DIFFERENCES FROM KEEPALIVED, or None if it is none for an operator, as the reason says."""
    reason: str
    manual: str
    scenarios: str
    program: str
    lines: list
    optional: bool = False  # need not be seen: it depends on chance, or is to be mended

    def matches(self, scenario, combination, delta):
        program = dict(zip("ab", combination))[delta.node]
        return (re.fullmatch(self.scenarios, scenario) is not None and program in self.program
                and any(part == delta.part and sign == delta.sign and re.fullmatch(pattern, delta.line)
                        for part, sign, pattern in self.lines))


def part_deltas(where, expected, actual):
    matcher = difflib.SequenceMatcher(None, expected, actual, autojunk=False)
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind != "equal":
            yield from (Delta(*where, "-", line) for line in expected[first:last])
            yield from (Delta(*where, "+", line) for line in actual[other_first:other_last])


def deltas(expected, actual):
    """Of two records, in the order of the steps."""
    return [delta for step, nodes in expected.items() for node, parts in nodes.items()
            for part, lines in parts.items()
            for delta in part_deltas((step, node, part), lines, actual[step][node][part])]
