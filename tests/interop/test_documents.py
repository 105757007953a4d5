# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file, function and target that a document names exists.

A path is text between backticks that begins with a folder of this tree. A function is written
`name()`; it must be in one of the files that its paragraph, row or item names, or in any file if it
names none.
"""

import re

import pytest

from tests.support.laboratory import ROOT

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", *sorted(
    str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
TOP = r"(?:user|bpf|include|tests|scripts|docs|dist|vmlinux|\.ci|\.github)"
PATH = re.compile(rf"`({TOP}(?:/[\w.*+-]+)*)`")
COMMAND = re.compile(r"(?:^|\s)((?:scripts|tests)/[\w./-]*\w)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")
FUNCTION = re.compile(r"`(\w+)\(\)`")
TARGET = re.compile(r"(?:^ {4}|`)(?:sudo )?make (?!-)([a-z][a-z-]*)", re.MULTILINE)


def existing():
    return [ROOT / name for name in DOCUMENTS if (ROOT / name).exists()]


def paragraphs(text):
    """Blocks between empty lines; each row of a table and each item of a list is one."""
    for block in re.split(r"\n\s*\n|\n(?=(?:\d+\.|-) )", text):
        yield from block.splitlines() if block.lstrip().startswith("|") else [block]


def files(pattern):
    """The files of a path, which may be a folder or have wildcards."""
    return [inner for path in ROOT.glob(pattern)
            for inner in (path.rglob("*.[ch]") if path.is_dir() else [path])]


def defines(path, function):
    """A definition or declaration begins in the first column; a call does not."""
    return re.search(rf"^(?:[a-zA-Z_#].*\b)?{function}\(|^\s*def {function}\(",
                     path.read_text(errors="replace"), re.MULTILINE)


SOURCES = [path for folder in ("user", "bpf", "include", "tests")
           for kind in ("*.[ch]", "*.py") for path in (ROOT / folder).rglob(kind)]


@pytest.mark.parametrize("document", existing(), ids=lambda path: path.name)
def test_files_exist(document):
    text = document.read_text()
    named = set(PATH.findall(text)) | set(COMMAND.findall(text))
    missing = [name for name in named if not list(ROOT.glob(name))]
    missing += [name for name in LINK.findall(text) if not (document.parent / name).exists()]
    assert not missing


@pytest.mark.parametrize("document", existing(), ids=lambda path: path.name)
def test_functions_are_in_the_named_files(document):
    missing = []
    for paragraph in paragraphs(document.read_text()):
        named = [path for pattern in PATH.findall(paragraph) for path in files(pattern)]
        for function in FUNCTION.findall(paragraph):
            if not any(defines(path, function) for path in named or SOURCES):
                missing.append((function, paragraph[:60]))
    assert not missing


@pytest.mark.parametrize("document", existing(), ids=lambda path: path.name)
def test_make_targets_exist(document):
    makefiles = "".join(path.read_text() for path in [ROOT / "Makefile", *ROOT.glob("tests/*/*.mk")])
    phony = " ".join(re.findall(r"^\.PHONY:(.*)", makefiles, re.MULTILINE)).split()
    assert set(TARGET.findall(document.read_text())) <= set(phony)


def test_every_room_has_a_row():
    rooms = re.search(r"^ROOMS :=((?:.*\\\n)*.*)", (ROOT / "rooms.mk").read_text(), re.MULTILINE)
    rows = re.findall(r"^\| `([\w/]+)` \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    folders = [room for room in rooms[1].replace("\\", " ").split() if "/" in room]
    assert folders and not set(folders) - set(rows)


def test_every_line_of_security_names_its_test():
    """That it exists is checked above."""
    text = (ROOT / "SECURITY.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not re.match(r"\| (it can|---)", line)]
    assert len(rows) > 30
    wrong = [row for row in rows if not re.search(r"`test_\w+\(\)` in `tests/|\| `tests/fuzz/", row)]
    assert not wrong
