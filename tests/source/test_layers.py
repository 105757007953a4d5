# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/check-layers: the tree is clean, and each kind of violation that is planted is found."""

import pathlib
import subprocess

import pytest

from tests.support.laboratory import BUILD, ROOT

CHECK = ROOT / "scripts" / "check-layers"
TABLE = """ROOMS := user/top user/middle user/low
uses.user/top := user/middle user/low
types.user/middle := user/low
uses.user/low :=
"""
# A tree of three rooms without a violation: middle may use low's types, but call nothing of it.
TREE = {
    "rooms.mk": TABLE,
    "user/top/main.c": '#include "user/low/low.h"\n#include "user/middle/middle.h"\n'
                       "int main(void) { return low() + middle(); }\n",
    "user/middle/middle.h": '#include "user/low/low.h"\nint middle(void);\n',
    "user/middle/middle.c": '#include "user/middle/middle.h"\nint middle(void) { return 1; }\n',
    "user/low/low.h": "#include <stdio.h>\nint low(void);\n",
    "user/low/low.c": '#include "user/low/low.h"\nint low(void) { return 0; }\n',
    "bpf/base/maps.h": "int maps;\n",
    "tests/unit/low/test_low.c": '#include "user/low/low.h"\nint test(void);\nint test(void) { return low(); }\n',
}
# What is planted -> what must be named.
PLANTED = {
    "an include upwards": (
        {"user/low/low.c": '#include "user/middle/middle.h"\n#include "user/low/low.h"\nint low(void) { return 0; }\n'},
        "user/low/low.c:1: user/low may not include user/middle/middle.h"),
    "an include of a test": (
        {"user/low/low.c": '#include "tests/unit/low/x.h"\n#include "user/low/low.h"\nint low(void) { return 0; }\n',
         "tests/unit/low/x.h": "\n"},
        "user/low/low.c:1: user/low may not include tests/unit/low/x.h"),
    "a test that includes a higher room": (
        {"tests/unit/low/test_low.c": '#include "user/middle/middle.h"\n'},
        "tests/unit/low/test_low.c:1: tests may not include user/middle/middle.h"),
    "an include of bpf/ by user/": (
        {"user/low/low.c": '#include "bpf/base/maps.h"\n#include "user/low/low.h"\nint low(void) { return 0; }\n'},
        "user/low/low.c:1: user/low may not include bpf/base/maps.h"),
    "an include of no file": (
        {"user/low/low.c": '#include "low.h"\nint low(void);\nint low(void) { return 0; }\n'},
        "user/low/low.c:1: no file low.h"),
    "own headers with <>": (
        {"user/low/low.c": "#include <user/low/low.h>\nint low(void) { return 0; }\n"},
        "user/low/low.c:1: include own headers with quotes"),
    "a call where only types may be used": (
        {"user/middle/middle.c": '#include "user/low/low.h"\n#include "user/middle/middle.h"\n'
                                 "int middle(void) { return low(); }\n"},
        "user/middle/middle.c: user/middle may not call low() of user/low/low.c"),
    "a call upwards without an include": (
        {"user/low/low.c": "int middle(void);\nint low(void);\nint low(void) { return middle(); }\n"},
        "user/low/low.c: user/low may not call middle() of user/middle/middle.c"),
    "a circle of headers": (
        {"user/low/low.h": '#include "user/low/other.h"\nint low(void);\n',
         "user/low/other.h": '#pragma once\n#include "user/low/low.h"\n'},
        "headers include each other: user/low/low.h user/low/other.h"),
    "a circle of files": (
        {"user/low/low.c": "int other(void);\nint low(void);\nint low(void) { return other(); }\n",
         "user/low/other.c": "int low(void);\nint other(void);\nint other(void) { return low(); }\n"},
        "files call each other in a circle: user/low/low.c user/low/other.c"),
    "a table that points upwards": (
        {"rooms.mk": TABLE + "uses.user/low := user/middle\n"},
        "rooms.mk: user/low uses user/middle, which does not stand below it"),
}


def check(directory, files):
    """Writes and compiles a small tree, and returns (exit status, output) of check-layers in it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for source in pathlib.Path(directory).glob("user/*/*.c"):
        target = directory / "build" / source.relative_to(directory).with_suffix(".o")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-iquote", ".", "-I.", "-c", source, "-o", target], cwd=directory, check=True)
    subprocess.run(["git", "init", "-q"], cwd=directory, check=True)
    done = subprocess.run([CHECK], cwd=directory, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_this_tree_is_clean():
    done = subprocess.run([CHECK, BUILD], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_clean_tree_passes(tmp_path):
    assert check(tmp_path, TREE) == (0, "")


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_violation_is_found(kind, tmp_path):
    planted, expected = PLANTED[kind]
    status, output = check(tmp_path, {**TREE, **planted})
    assert status == 1
    assert expected in output
