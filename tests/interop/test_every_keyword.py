# SPDX-License-Identifier: GPL-2.0-or-later
"""Every keyword of keepalived 2.4.3 has the class that keywords.txt gives it."""

import pathlib
import re
import subprocess

import pytest

from tests.support.laboratory import BUILD

TABLE = pathlib.Path(__file__).with_name("keywords.txt")

# What a block needs besides the statement that is examined; its own kind of statement replaces it.
BASE = {
    "": [],
    "global_defs": [],
    "vrrp_instance V": ["interface eth0", "virtual_router_id 1", "virtual_ipaddress { 10.0.0.9 }"],
    "vrrp_sync_group G": ["group { V\nW\n}"],
    "vrrp_script A": ["script /usr/bin/true"],
    "vrrp_track_process A": ["process a"],
    "track_file A": ["file /run/x"],
    "vrrp_track_file A": ["file /run/x"],
}
# What a file needs besides the block that is examined.
REST = """global_defs { script_user root
enable_script_security
notification_email { x@example.org }
smtp_server 127.0.0.1
}
vrrp_script S { script /usr/bin/true }
vrrp_track_process P { process nginx }
vrrp_track_file F { file /run/x }
"""
WHOLE = "".join(f"vrrp_instance {name} {{ interface eth0\nvirtual_router_id {vrid}\n"
                f"virtual_ipaddress {{ 10.0.0.{vrid} }}\n}}\n" for name, vrid in (("V", 91), ("W", 92)))
# Nothing that any keyword takes, and more words than any of them has.
NONSENSE = "'' " * 9


def table():
    """The statements of each block, with their classes."""
    blocks = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("["):
            rows = blocks.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
    return blocks


BLOCKS = table()


def words(statement):
    return [part.strip() for part in statement.split(" ; ")]


def configuration(block, lines):
    """A file with these lines in a block, and the number of the first line of that block."""
    names = block.split(" / ") if block else []
    own = names[:1] == ["vrrp_instance V"]
    text = REST + ("" if own else WHOLE)
    keywords = {line.split()[0] for line in lines}
    first = text.count("\n") + 1
    text += "".join(f"{name} {{\n" for name in names)
    base = [line for line in BASE.get(names[0] if names else "", []) if line.split()[0] not in keywords]
    inside = lines if len(names) < 2 else lines + ["}"] * (len(names) - 1)
    text += "\n".join(inside + base) + "\n" + ("}\n" if names else "")
    return text, first


def remarks(path, text, first):
    """The kinds and texts of what xbeatctl remarks on the lines from the block's first line on."""
    path.write_text(text)
    done = subprocess.run([BUILD / "xbeatctl", "check", path], capture_output=True, text=True)
    found = re.findall(r":(\d+):\d+: (error|warning): (.*)", done.stdout + done.stderr)
    return [(kind, said) for line, kind, said in found if int(line) >= first]


def classify(path, block, statement):
    lines = words(statement)
    if lines[0].endswith("{") and not lines[-1].endswith("}"):
        lines.append("}")
    said = remarks(path, *configuration(block, lines))
    kinds = [kind for kind, _ in said]
    if "error" in kinds:
        return "unknown" if any("unknown keyword" in text for _, text in said) else "refused"
    if kinds:
        return "warned" if len(kinds) == 1 else f"{len(kinds)} warnings"
    keyword = lines[0].split()[0]
    return "served" if remarks(path, *configuration(block, [f"{keyword} {NONSENSE}"])) else "silent"


def test_all_are_there():
    statements = [(block, row[1].split()[0]) for block, rows in BLOCKS.items() for row in rows]
    assert len(statements) == len(set(statements)) == 531
    assert {row[0] for rows in BLOCKS.values() for row in rows} == {"served", "silent", "warned",
                                                                    "refused"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(" ")[-1] or "top")
def test_class(block, tmp_path):
    found = {statement: classify(tmp_path / "a.conf", block, statement)
             for _, statement in BLOCKS[block]}
    assert found == {statement: kind for kind, statement in BLOCKS[block]}
